"""The rows of the table of shapes: what is read of a record, and that it comes back."""

import json
from typing import Any
from typing import cast

import pytest

from talekeep.core.codec import digest
from talekeep.core.errors import Usage
from talekeep.formats import READERS
from talekeep.formats import Format
from talekeep.formats import named
from talekeep.formats import recognise
from talekeep.formats.base import Reading
from talekeep.formats.shapes import ShapeFormat
from talekeep.formats.shapes.shape import from_table


def read(record: dict[str, Any]) -> tuple[Format, Reading]:
    reader = recognise(record)
    assert reader is not None
    return cast(Format, reader), reader.read(record)


def turns(reading: Reading) -> list[tuple[str, Any]]:
    return [(message["role"], message["content"]) for message in reading.entry["messages"]]


def back(reader: Format, reading: Reading) -> dict[str, Any]:
    return reader.write(
        reading.entry, shape=reading.shape, foreign_id=reading.foreign_id, alternatives=reading.alternatives
    ).record


USER, REPLY = ("user", "Hi"), ("assistant", "Hey.")

PAIRS = [
    {"instruction": "Hi", "input": "", "output": "Hey."},
    {"instruction": "Hi", "output": "Hey."},
    {"instruction": "Hi", "response": "Hey.", "category": "x"},
    {"prompt": "Hi", "completion": "Hey."},
    {"prompt": "Hi", "response": "Hey."},
    {"query": "Hi", "response": "Hey."},
    {"query": "Hi", "answer": "Hey.", "history": []},
    {"question": "Hi", "answer": "Hey."},
    {"human": "Hi", "assistant": "Hey."},
    {"INSTRUCTION": "Hi", "RESPONSE": "Hey."},
    {"prompt": "Hi", "generation": "Hey."},
    {"prompt": [{"role": "user", "content": "Hi"}], "completion": [{"role": "assistant", "content": "Hey."}]},
    {"id": "a1", "prompt": "Hi", "completion": "Hey.", "label": False, "tags": ["Slow Burn"]},
]


@pytest.mark.parametrize("record", PAIRS, ids=json.dumps)
def test_a_pair_in_any_spelling_is_one_exchange_and_comes_back(record: dict[str, Any]) -> None:
    reader, reading = read(record)
    assert turns(reading) == [USER, REPLY]
    assert back(reader, reading) == record


def test_the_boundary_of_instruction_and_input_is_kept_through_an_edit_of_the_reply() -> None:
    reader, reading = read({"instruction": "Go\non.", "input": "Rain.", "output": "A knock."})
    assert turns(reading)[0] == ("user", "Go\non.\nRain.")
    edited = {
        **reading.entry,
        "messages": [reading.entry["messages"][0], {"role": "assistant", "content": "B"}],
    }
    written = reader.write(edited, shape=reading.shape)
    assert written.record == {"instruction": "Go\non.", "input": "Rain.", "output": "B"}
    assert not written.losses


def test_history_and_system_stand_before_the_instruction() -> None:
    record = {"instruction": "c", "output": "d", "history": [["a", "b"]], "system": "s"}
    reader, reading = read(record)
    assert turns(reading) == [
        ("system", "s"),
        ("user", "a"),
        ("assistant", "b"),
        ("user", "c"),
        ("assistant", "d"),
    ]
    assert back(reader, reading) == record


def test_a_longer_conversation_goes_into_alpacas_history() -> None:
    reader, reading = read({"instruction": "a", "input": "", "output": "b"})
    more = [
        *reading.entry["messages"],
        {"role": "user", "content": "c"},
        {"role": "assistant", "content": "d"},
    ]
    written = reader.write({**reading.entry, "messages": more})
    assert written.record == {"instruction": "c", "input": "", "output": "d", "history": [["a", "b"]]}
    assert not written.losses


_TURNS = [{"role": "user", "content": "Hi"}]
_CHOSEN, _REJECTED = {"role": "assistant", "content": "Hey."}, {"role": "assistant", "content": "Hello!"}
PREFERENCES = [
    {"prompt": "Hi", "chosen": "Hey.", "rejected": "Hello!"},
    {"question": "Hi", "chosen": "Hey.", "rejected": "Hello!", "score": 2},
    {"chosen": [*_TURNS, _CHOSEN], "rejected": [*_TURNS, _REJECTED]},
    {"messages": _TURNS, "chosen": _CHOSEN, "rejected": _REJECTED},
    {"messages": _TURNS, "chosen": [_CHOSEN], "rejected": [_REJECTED]},
    {
        "conversations": [{"from": "human", "value": "Hi"}],
        "chosen": {"from": "gpt", "value": "Hey."},
        "rejected": {"from": "gpt", "value": "Hello!"},
    },
    {
        "input": {"messages": _TURNS, "tools": []},
        "preferred_output": [_CHOSEN],
        "non_preferred_output": [_REJECTED],
    },
    {"chosen": "\n\nHuman: Hi\n\nAssistant: Hey.", "rejected": "\n\nHuman: Hi\n\nAssistant: Hello!"},
    {"messages": [*_TURNS, _CHOSEN], "rejected_response": "Hello!"},
    {
        "prompt": "Hi",
        "messages": [*_TURNS, _CHOSEN],
        "chosen": [*_TURNS, _CHOSEN],
        "rejected": [*_TURNS, _REJECTED],
    },
    {"chosen_messages": [*_TURNS, _CHOSEN], "rejected_messages": [*_TURNS, _REJECTED]},
]


@pytest.mark.parametrize("record", PREFERENCES, ids=json.dumps)
def test_a_preference_pair_is_a_reply_with_an_alternative_and_comes_back(record: dict[str, Any]) -> None:
    reader, reading = read(record)
    assert turns(reading) == [USER, REPLY]
    (other,) = reading.alternatives
    assert other["of"] == digest(reading.entry["messages"][1])
    assert other["kind"] == "rejected"
    assert other["messages"] == [{"role": "assistant", "content": "Hello!"}]
    assert back(reader, reading) == record
    assert not {"chosen", "rejected"} & reading.entry.keys()


def test_an_edited_pair_goes_out_as_edited() -> None:
    reader, reading = read(PREFERENCES[2])
    edited = {**reading.entry, "messages": [{"role": "user", "content": "Ho"}, reading.entry["messages"][1]]}
    written = reader.write(edited, shape=reading.shape, alternatives=reading.alternatives)
    assert written.record["chosen"][0] == {"role": "user", "content": "Ho"}
    assert written.record["rejected"] == [{"role": "user", "content": "Ho"}, _REJECTED]


@pytest.mark.parametrize(
    ("beside", "key"),
    [
        ([{"message": {"role": "assistant", "content": "Hey."}}], "choices"),
        (
            [{"index": 0, "message": {"role": "assistant", "content": "Hey."}, "finish_reason": "stop"}],
            "choices",
        ),
        ("Hey.", "response"),
        ({"role": "assistant", "content": "Hey."}, "completion"),
    ],
)
def test_a_reply_beside_the_conversation_is_its_last_message(beside: Any, key: str) -> None:
    record = {"messages": _TURNS, key: beside}
    reader, reading = read(record)
    assert turns(reading) == [USER, REPLY]
    assert back(reader, reading) == record


def test_a_response_beside_an_answered_conversation_stays_a_key() -> None:
    _, reading = read({"messages": [*_TURNS, _CHOSEN], "response": "Hey."})
    assert turns(reading) == [USER, REPLY]
    assert reading.entry["response"] == "Hey."


def test_a_verdict_stays_what_it_is() -> None:
    for record in (
        {"messages": [*_TURNS, _CHOSEN], "label": False},
        {"prompt": "Hi", "completion": "Hey.", "label": False},
    ):
        _, reading = read(record)
        assert reading.entry["label"] is False
        assert not any("weight" in message for message in reading.entry["messages"])


@pytest.mark.parametrize("key", ["system", "system_prompt"])
@pytest.mark.parametrize("container", ["messages", "conversations", "prompt"])
def test_a_system_prompt_beside_any_conversation_is_its_system_message(key: str, container: str) -> None:
    pair: Any = [{"from": "human", "value": "Hi"}, {"from": "gpt", "value": "Hey."}]
    rest = {"messages": [*_TURNS, _CHOSEN]} if container == "messages" else {container: pair}
    if container == "prompt":
        rest = {"prompt": "Hi", "completion": "Hey."}
    _, reading = read({key: "Keep the light.", **rest})
    assert turns(reading) == [("system", "Keep the light."), USER, REPLY]
    assert key not in reading.entry


def test_a_text_that_is_json_stays_a_text() -> None:
    _, reading = read({"instruction": "Make JSON", "input": "", "output": '{"a": 1}'})
    assert turns(reading)[1] == ("assistant", '{"a": 1}')


def test_a_shape_of_ones_own_reads_what_it_says() -> None:
    table = {
        "name": "mine",
        "prompt": ["talk.lines"],
        "role": "who",
        "text": "what",
        "roles": {"npc": "assistant"},
    }
    shape = ShapeFormat(from_table(table))
    record = {
        "talk": {"lines": [{"who": "user", "what": "Hi"}, {"who": "npc", "what": "Hey."}], "at": 3},
        "x": 1,
    }
    assert shape.claims(record)
    reading = shape.read(record)
    assert turns(reading) == [USER, REPLY]
    assert reading.entry["talk"] == {"at": 3}
    assert back(shape, reading) == record


@pytest.mark.parametrize(
    "table", [{"promt": ["a"]}, {"prompt": [1]}, {"name": "x"}, {"prompt": ["a"], "how": "magic"}]
)
def test_a_shape_that_says_nothing_is_refused(table: dict[str, Any]) -> None:
    with pytest.raises(Usage):
        from_table(table)


def test_any_conversation_goes_whole_before_ranked_answers() -> None:
    turns = [("user", "Hi"), ("assistant", "Hey."), ("user", "And?"), ("assistant", "So.")]
    entry = {"messages": [{"role": role, "content": text} for role, text in turns]}
    written = named("ranked-answers").write(entry)
    assert READERS["ranked-answers"].read({**written.record, "answers": [{"text": "So.", "rank": 0}]}).entry[
        "messages"
    ] == [*entry["messages"][:3], {"rank": 0, **entry["messages"][3]}]
    assert not written.losses
