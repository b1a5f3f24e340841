"""Interviews: a message for each segment, and the record as it was."""

import json
from pathlib import Path
from typing import Any

import pytest

from talekeep.core.errors import BadRecord
from talekeep.formats import interviews
from talekeep.formats import recognise

REAL = Path(__file__).parents[2] / "../shared/data/real/character-interviews-beethoven.jsonl"


def segment(label: str, text: str) -> dict[str, Any]:
    return {"role": label, "action": "(speaking)", "content": text}


def turn(number: int, role: str, *segments: dict[str, Any]) -> dict[str, Any]:
    return {"turn_id": number, "turn_role": role, "turn_content": list(segments)}


def record(*turns: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"character": "Mara Voss", "qid": 7, "content": list(turns), **more}


def again(given: dict[str, Any]) -> dict[str, Any]:
    reading = interviews.read(given)
    return interviews.write(reading.entry, shape=reading.shape, foreign_id=reading.foreign_id).record


ASKED = turn(0, "interviewer", segment("Man", "Who keeps the light?"))
PLAIN = record(ASKED, turn(0, "character", segment("Mara", "I do.")))


def test_each_segment_is_a_message_with_its_speaker_and_its_own_keys() -> None:
    reading = interviews.read(PLAIN)
    assert reading.entry["messages"] == [
        {"role": "user", "name": "man", "action": "(speaking)", "content": "Who keeps the light?"},
        {"role": "assistant", "name": "mara", "action": "(speaking)", "content": "I do."},
    ]
    assert (reading.entry["character"], reading.entry["qid"]) == ("Mara Voss", 7)
    assert reading.speakers == {"Man": "user:man", "Mara": "assistant:mara"}
    assert reading.shape == {"labels": {"man": "Man", "mara": "Mara"}}
    assert again(PLAIN) == PLAIN


def test_words_put_in_the_interviewers_mouth_are_the_users() -> None:
    given = record(ASKED, turn(0, "character", segment("Mara", "I do."), segment("Man", "Do you?")))
    reading = interviews.read(given)
    assert [(m["role"], m["name"]) for m in reading.entry["messages"]][1:] == [
        ("assistant", "mara"),
        ("user", "man"),
    ]
    assert again(given) == given


@pytest.mark.parametrize(
    "given",
    [
        record(ASKED, turn(0, "character", {"content": "nobody named"}), id=3, tags=[]),
        record(ASKED, {**turn(0, "character", segment("Mara", "x")), "mood": "grey"}),
        record(ASKED, turn(0, "interviewer", segment("MAN", "x"), segment("Man", "y"))),
        record(ASKED, turn(0, "character"), turn(4, "system", segment("Board", "Fog."))),
    ],
)
def test_odd_records_come_back_too(given: dict[str, Any]) -> None:
    assert again(given) == given


@pytest.mark.parametrize(
    "content",
    [
        [turn(0, "audience", segment("Man", "x"))],
        [turn(0, "interviewer", segment("…", "x"))],
        [turn(0, "interviewer", {"role": 7, "content": "x"})],
        [turn(0, "interviewer", {"role": "Man"})],
        [turn(0, "interviewer", {"role": "Man", "name": "m", "content": "x"})],
        [{"turn_role": "interviewer", "turn_content": ["x"]}],
        [{"turn_role": None, "turn_content": [{"content": "x"}]}],
        [turn(0, "interviewer")],
        [],
        "text",
    ],
)
def test_what_cannot_be_read_without_guessing_is_refused(content: Any) -> None:
    with pytest.raises(BadRecord):
        interviews.read({"content": content})


def test_an_edited_entry_is_told_anew() -> None:
    given = record(ASKED, turn(0, "character", segment("Mara", "I do."), segment("Man", "Do you?")))
    reading = interviews.read(given)
    shorter = {**reading.entry, "messages": reading.entry["messages"][:2]}
    written = interviews.write(shorter, shape=reading.shape)
    assert written.record["content"] == PLAIN["content"]
    assert interviews.read(written.record).entry == shorter


def test_every_real_interview_comes_back_as_it_was() -> None:
    if not REAL.is_file():
        pytest.skip("no shared data")
    records = [json.loads(line) for line in REAL.read_text(encoding="utf-8").splitlines()]
    assert all(recognise(each) is interviews for each in records)
    assert [again(each) for each in records] == records
    messages = [m for each in records for m in interviews.read(each).entry["messages"]]
    assert [sum(m["role"] == role for m in messages) for role in ("user", "assistant")] == [268, 255]
