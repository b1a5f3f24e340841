"""Formats as people meet them: `met.jsonl` has a file of each as its program writes it, and what it gives."""

import contextlib
import json
from pathlib import Path
from typing import Any

import pytest

from talekeep.core.codec import decode
from talekeep.core.entry import Message
from talekeep.core.errors import BadRecord
from talekeep.formats import READERS
from talekeep.formats import reason_unrecognised
from talekeep.formats import recognise
from talekeep.formats.base import Reading
from talekeep.formats.conversation.ratings import rated
from talekeep.formats.files.file_kinds import json_of
from talekeep.formats.files.records import records
from talekeep.formats.files.stream import split
from talekeep.testing.formats import written_back

_LINES = (Path(__file__).parent / "met.jsonl").read_text(encoding="utf-8").splitlines()
SAMPLES: dict[str, dict[str, Any]] = {one["sample"]: one for one in map(json.loads, _LINES)}


def _values(sample: dict[str, Any]) -> list[Any]:
    items = list(records(split(json_of(iter([sample["text"].encode()]), sample["file"])), decode))
    assert [record.reason for record in items if record.reason] == []
    return [record.value for record in items]


def _outcome(value: Any) -> dict[str, Any]:
    reader = recognise(value)
    if reader is None:
        return {"refused": reason_unrecognised(value)}
    try:
        reading = rated(value, reader.read(value))
    except BadRecord as reason:
        return {"refused": str(reason)}
    return {"format": reader.NAME, **_output_of(reading)}


def _output_of(reading: Reading) -> dict[str, Any]:
    values: dict[str, Any] = {"messages": [_line(message) for message in reading.entry["messages"]]}
    if reading.alternatives:
        values["alternatives"] = [
            [
                other["kind"],
                *(m["content"] for m in other["messages"]),
                *([other["model"]] if "model" in other else []),
            ]
            for other in reading.alternatives
        ]
    if reading.entry.get("tags"):
        values["tags"] = reading.entry["tags"]
    if reading.reviews:
        values["reviews"] = {
            person: {key: held for key, held in review.items() if key != "of"}
            for person, review in reading.reviews.items()
        }
    return values


def _line(message: Message) -> str:
    content = message["content"]
    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    calls = " [calls]" if "tool_calls" in message else ""
    thought = f" [thinks {message['reasoning_content']}]" if "reasoning_content" in message else ""
    named = " · ".join(filter(None, [message["role"], message.get("name")]))
    return f"{named}: {text}{calls}{thought}"


@pytest.mark.parametrize("name", SAMPLES)
def test_a_file_as_its_program_writes_it_gives_its_conversations(name: str) -> None:
    sample = SAMPLES[name]
    outcomes = [_outcome(value) for value in _values(sample)]
    for outcome, wanted in zip(outcomes, sample["gives"], strict=True):
        if "refused" in wanted:
            assert outcome["refused"].startswith(wanted["refused"])
        else:
            assert outcome == wanted


@pytest.mark.parametrize("name", [name for name, one in SAMPLES.items() if "format" in one["gives"][0]])
def test_what_is_read_can_be_written_in_its_own_shape_and_reads_back_equal(name: str) -> None:
    for value in _values(SAMPLES[name]):
        reader = recognise(value)
        assert reader is not None
        if not hasattr(reader, "write"):
            continue
        reading = reader.read(value)
        again = reader.read(written_back(reader, reading).record)
        assert (again.entry, again.alternatives) == (reading.entry, reading.alternatives)


@pytest.mark.parametrize("name", SAMPLES)
def test_one_reader_is_picked_and_none_that_claims_it_crashes(name: str) -> None:
    for value in _values(SAMPLES[name]):
        for reader in READERS.values():
            if isinstance(value, dict) and reader.claims(value):
                with contextlib.suppress(BadRecord):
                    assert reader.read(value).entry["messages"]


def test_reviews_are_bound_to_the_words_they_were_said_of() -> None:
    (value,) = _values(SAMPLES["argilla v2"])
    reader = recognise(value)
    assert reader is not None
    reading = rated(value, reader.read(value))
    other = reader.read({**value, "fields": {"prompt": "Who?", "response": "Osric."}})
    assert reading.reviews["u1"]["of"] != rated(value, other).reviews["u1"]["of"]
