"""ShareGPT and its relatives, in and out."""

import json
from typing import Any

import pytest

from talekeep.core.errors import BadRecord
from talekeep.formats import recognise
from talekeep.formats import sharegpt
from talekeep.formats.base import Reading

_ID = "0193c7a0-0000-7000-8000-000000000001"
_TURNS = [{"from": "human", "value": "Who goes there?"}, {"from": "gpt", "value": "A friend."}]
_MESSAGES = [{"role": "user", "content": "Who goes there?"}, {"role": "assistant", "content": "A friend."}]


def _back(reading: Reading) -> dict[str, Any]:
    return sharegpt.write(reading.entry, shape=reading.shape, foreign_id=reading.foreign_id).record


def _there_and_back(record: dict[str, Any]) -> Reading:
    """The reading of a record that ShareGPT claims, which gives that very record back."""
    assert recognise(record) is sharegpt
    reading = sharegpt.read(record)
    json.dumps(reading.shape)
    assert _back(reading) == record
    return reading


def test_an_ordinary_record_needs_no_shape() -> None:
    reading = _there_and_back({"id": "scene-12", "conversations": _TURNS, "model": "x", "tools": "[]"})
    assert reading.entry == {"messages": _MESSAGES, "model": "x", "tools": "[]"}
    assert (reading.foreign_id, reading.shape) == ("scene-12", None)


@pytest.mark.parametrize(
    "container", ["conversations", "conversation", "dialogue", "dialog", "items", "messages"]
)
@pytest.mark.parametrize("role", ["from", "role", "speaker", "author", "name"])
@pytest.mark.parametrize("text", ["value", "content", "text", "message", "msg", "mes"])
def test_every_naming_of_container_role_and_text_is_read(container: str, role: str, text: str) -> None:
    if (container, role, text) == ("messages", "role", "content"):
        return
    record = {container: [{role: turn["from"], text: turn["value"]} for turn in _TURNS]}
    assert _there_and_back(record).entry["messages"] == _MESSAGES


@pytest.mark.parametrize(
    "labels", [("user", "assistant"), ("Human", "ChatGPT"), ("human", "bing"), (" human", "model")]
)
def test_other_labels_are_given_back_even_after_an_edit(labels: tuple[str, str]) -> None:
    turns = [{"from": label, "value": turn["value"]} for label, turn in zip(labels, _TURNS, strict=True)]
    reading = _there_and_back({"conversations": turns})
    assert reading.entry["messages"] == _MESSAGES
    edited = {"messages": [*_MESSAGES, {"role": "user", "content": "Enter."}]}
    written = sharegpt.write(edited, shape=reading.shape).record["conversations"]
    assert written == [*turns, {"from": labels[0], "value": "Enter."}]


def test_mixed_labels_in_one_record_come_back() -> None:
    turns = [
        {"from": label, "value": "Hello."} for label in ("human", "gpt", "user", "chatgpt", "human", "gpt")
    ]
    reading = _there_and_back({"conversations": turns})
    assert [message["role"] for message in reading.entry["messages"]] == ["user", "assistant"] * 3


def test_exchanges_are_read() -> None:
    pairs = [{"human": "Who goes there?", "assistant": "A friend."}]
    reading = _there_and_back({"conversation": pairs, "system": "Rain."})
    assert reading.entry == {"messages": [{"role": "system", "content": "Rain."}, *_MESSAGES]}
    _there_and_back({"conversation": [*pairs, {"human": "Enter."}]})
    _there_and_back({"conversations": [{"user": "a", "assistant": None, "weight": 1}]})


def test_exchanges_that_became_something_else_are_told_as_turns() -> None:
    reading = sharegpt.read({"conversation": [{"human": "a", "assistant": "b"}]})
    edited = {"messages": [*reading.entry["messages"], {"role": "assistant", "content": "c"}]}
    written = sharegpt.write(edited, shape=reading.shape).record
    assert written["conversation"][-1] == {"from": "gpt", "value": "c"}


@pytest.mark.parametrize("dumps", [json.dumps, lambda value: json.dumps(value, indent=1)])
def test_a_conversation_in_a_string_is_read(dumps: Any) -> None:
    assert _there_and_back({"conversations": dumps(_TURNS)}).entry == {"messages": _MESSAGES}


def test_a_system_prompt_beside_the_turns_comes_first_and_goes_back() -> None:
    reading = _there_and_back({"system": "Rain.", "conversations": _TURNS})
    assert reading.entry["messages"][0] == {"role": "system", "content": "Rain."}
    gone = sharegpt.write({"messages": _MESSAGES}, shape=reading.shape).record
    assert gone == {"conversations": _TURNS}
    both = _there_and_back(
        {"system": "Rain.", "conversations": [{"from": "system", "value": "Fog."}, *_TURNS]}
    )
    assert [m["content"] for m in both.entry["messages"][:2]] == ["Rain.", "Fog."]


def test_a_blank_system_prompt_stays_a_key() -> None:
    reading = _there_and_back({"system": " ", "conversations": _TURNS})
    assert reading.entry == {"messages": _MESSAGES, "system": " "}


_CALL = {"type": "function", "function": {"name": "roll", "arguments": '{"sides": 20}'}}


def test_a_call_and_its_observation_become_messages() -> None:
    text = '{"name": "roll", "arguments": {"sides": 20}}'
    turns = [{"from": "function_call", "value": text}, {"from": "observation", "value": "17"}]
    reading = _there_and_back({"conversations": turns})
    assert reading.shape is None
    assert reading.entry["messages"] == [
        {"role": "assistant", "content": None, "tool_calls": [_CALL]},
        {"role": "tool", "content": "17"},
    ]


def test_several_calls_and_other_spacing_come_back() -> None:
    text = '[{"name":"roll","arguments":{"sides":20}}, {"name": "look", "arguments": "{}", "id": "c1"}]'
    reading = _there_and_back({"conversations": [{"from": "tool_call", "value": text}]})
    look = {"id": "c1", "type": "function", "function": {"name": "look", "arguments": "{}"}}
    assert reading.entry["messages"][0]["tool_calls"] == [_CALL, look]


@pytest.mark.parametrize(
    "text", ["roll it", "[]", '{"sides": 20}', '{"name": "a", "why": "b"}', "{", '"roll"', "7"]
)
def test_a_call_that_is_none_stays_text_and_keeps_its_label(text: str) -> None:
    turns = [{"from": "function_call", "value": text}, {"from": "gpt", "value": "Seven."}]
    reading = _there_and_back({"conversations": turns})
    assert reading.entry["messages"][0] == {"role": "assistant", "content": text}


def test_speakers_become_names_and_labels_come_back() -> None:
    turns = [{"speaker": name, "text": "…"} for name in ("Kai", "Mira Vale", "Kai", "Old Tom", "Kai")]
    reading = _there_and_back({"dialogue": turns})
    assert reading.speakers == {
        "Kai": "user:kai",
        "Mira Vale": "assistant:mira_vale",
        "Old Tom": "assistant:old_tom",
    }
    assert reading.entry["messages"][3] == {"role": "assistant", "name": "old_tom", "content": "…"}
    chat = {"messages": [*reading.entry["messages"], {"role": "user", "name": "kai", "content": "New."}]}
    written = sharegpt.write(chat, shape=reading.shape).record["dialogue"]
    assert written[-1] == {"speaker": "Kai", "text": "New."}


def test_keys_of_a_turn_stay_on_its_message() -> None:
    turns = [
        {**_TURNS[0], "weight": 0, "name": "Wren"},
        {**_TURNS[1], "train": True, "role": "x", "content": 5},
    ]
    reading = _there_and_back({"conversations": turns})
    assert reading.entry["messages"][0] == {**_MESSAGES[0], "weight": 0, "name": "Wren"}
    assert reading.entry["messages"][1]["train"] is True


@pytest.mark.parametrize("value", [None, ["a", {"type": "text", "text": "b"}], {"a": 1}, 7, 1.5, True])
def test_a_value_that_is_no_text_is_not_spelled_out(value: Any) -> None:
    reading = _there_and_back({"conversations": [_TURNS[0], {"from": "gpt", "value": value}]})
    assert reading.entry["messages"][1] == {"role": "assistant", "content": value}


@pytest.mark.parametrize("given", [None, 1.5, True, [1], 0, "", "scene-1", _ID])
def test_an_id_of_any_type_comes_back(given: Any) -> None:
    _there_and_back({"id": given, "conversations": _TURNS})


@pytest.mark.parametrize("given", [[], ["a"], ["Slow Burn"], "Slow Burn", {"a": 1}, None, [3]])
def test_tags_of_any_spelling_come_back_until_they_are_edited(given: Any) -> None:
    reading = _there_and_back({"tags": given, "conversations": _TURNS})
    edited = {**reading.entry, "tags": ["mystery"]}
    assert sharegpt.write(edited, shape=reading.shape).record["tags"] == ["mystery"]


def test_null_padding_goes_and_comes_back() -> None:
    turns = [{**_TURNS[0], "weight": None}, {**_TURNS[1], "weight": 1}]
    reading = _there_and_back({"conversations": turns, "messages": None})
    assert reading.entry["messages"] == [_MESSAGES[0], {**_MESSAGES[1], "weight": 1}]


@pytest.mark.parametrize(
    ("turns", "reason"),
    [
        ([], "no messages"),
        ([*_TURNS, "x"], "message 3 is not an object"),
        ([*_TURNS, {"value": "x"}], "message 3 has no from"),
        ([*_TURNS, {"from": 3, "value": "x"}], "message 3: from is not text"),
        ([*_TURNS, {"from": "gpt"}], "message 3 has no value"),
        ([*_TURNS, {"from": "…", "value": "x"}], "names nobody"),
    ],
)
def test_a_turn_that_cannot_be_read_is_refused_with_its_number(turns: Any, reason: str) -> None:
    with pytest.raises(BadRecord, match=reason):
        sharegpt.read({"conversations": turns})


def test_clean_writes_the_conversation_the_tools_and_the_prompt_beside() -> None:
    record = {
        "id": "a",
        "system": "Rain.",
        "tools": "[]",
        "conversations": _TURNS,
        "tags": ["x"],
        "model": "y",
    }
    reading = sharegpt.read(record)
    written = sharegpt.write(reading.entry, shape=reading.shape, foreign_id=reading.foreign_id, clean=True)
    assert written.record == {"system": "Rain.", "tools": "[]", "conversations": _TURNS}


def test_an_entry_born_elsewhere_is_written_with_its_losses() -> None:
    entry = {
        "id": _ID,
        "messages": [
            {"role": "developer", "content": "Rain."},
            {"role": "user", "name": "wren", "content": [{"type": "text", "text": "a"}, "b"]},
            {"role": "assistant", "content": None, "weight": 1},
        ],
        "tags": [],
        "source": "x",
    }
    written = sharegpt.write(entry)
    assert written.record == {
        "id": _ID,
        "conversations": [
            {"from": "system", "value": "Rain."},
            {"from": "human", "value": "a\nb"},
            {"from": "gpt", "value": "", "weight": 1},
        ],
        "source": "x",
    }
    for loss in ("developer", "speaker names", "content parts", "null content"):
        assert any(loss in text for text in written.losses), loss


def test_writing_an_ordinary_entry_loses_nothing() -> None:
    call = {"role": "assistant", "content": None, "tool_calls": [_CALL]}
    messages = [*_MESSAGES, call, {"role": "tool", "name": "roll", "tool_call_id": "c1", "content": "17"}]
    written = sharegpt.write({"id": _ID, "messages": messages, "tags": ["a"]})
    assert written.losses == ()
    assert sharegpt.read(written.record).entry == {"id": _ID, "messages": messages, "tags": ["a"]}


def test_a_key_in_the_way_of_the_conversation_is_a_loss() -> None:
    written = sharegpt.write({"messages": _MESSAGES, "conversations": "mine"})
    assert written.record == {"conversations": _TURNS}
    assert written.losses == ("the key 'conversations'",)
