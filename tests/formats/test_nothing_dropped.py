"""What stands where a text, a turn or a truth is expected is kept or refused, never dropped."""

import json
from typing import Any

import pytest
from tests.formats.spoiled_values import places
from tests.formats.spoiled_values import with_junk
from tests.formats.test_met import SAMPLES
from tests.formats.test_met import _values

from talekeep.core.errors import BadRecord
from talekeep.formats import READERS
from talekeep.formats import recognise
from talekeep.formats.base import Reading


def read(record: dict[str, Any]) -> Reading:
    reader = recognise(record)
    assert reader is not None
    return reader.read(record)


def texts(reading: Reading) -> list[str]:
    return [message["content"] for message in reading.entry["messages"]]


def _node(parent: str | None, role: str, text: str, *children: str) -> dict[str, Any]:
    message = {"author": {"role": role}, "content": {"content_type": "text", "parts": [text]}}
    return {"parent": parent, "children": list(children), "message": message}


def test_messages_of_a_tree_that_no_child_leads_to_are_branches() -> None:
    mapping = {
        "lost": _node("gone", "user", "Lost?", "reply"),
        "reply": _node("lost", "assistant", "Lost."),
        "a": _node(None, "user", "Who?"),
        "b": _node("a", "assistant", "Mara."),
    }
    reading = read({"mapping": mapping, "current_node": "b"})
    assert texts(reading) == ["Who?", "Mara."]
    (other,) = reading.alternatives
    assert (other["kind"], [m["content"] for m in other["messages"]]) == ("branch", ["Lost?", "Lost."])


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ({"mapping": {"a": _node(None, "user", "Who?"), "b": "x"}, "current_node": "a"}, "message b"),
        (
            {"mapping": {"a": {"parent": None, "message": {"content": {"parts": ["Who?"]}}}}},
            "without a role",
        ),
        (
            {"chat": {"history": {"messages": {"a": {"role": "user", "content": "Hi"}, "b": 1}}}},
            "message b",
        ),
        ({"chat": {"messages": [{"role": "user", "content": "Hi"}, "Hello"]}}, "no object"),
        (
            {"tree_lines": [{"message_id": "a", "text": "Hi", "role": "prompter"}, {"text": "b"}]},
            "message_id",
        ),
        (
            {"prompt": {"message_id": "a", "text": "Hi", "role": "prompter", "replies": ["Hello"]}},
            "no list of messages",
        ),
        (
            {"bot_name": "Mara", "conversation": [{"message": "Hi", "is_human": "perhaps"}]},
            "neither true nor false",
        ),
        (
            {"header": None, "lines": [{"mes": "Hi", "is_user": "perhaps", "is_system": False}]},
            "neither true nor false",
        ),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(record: dict[str, Any], reason: str) -> None:
    with pytest.raises(BadRecord, match=reason):
        read(record)


def test_hidden_notes_of_chatgpt_are_counted() -> None:
    hidden = _node(None, "user", "", "a")
    hidden["message"]["content"] = {"content_type": "user_editable_context", "user_profile": "A keeper."}
    reading = read({"mapping": {"h": hidden, "a": _node("h", "user", "Who?")}, "current_node": "a"})
    assert sum(reading.mended.values()) == 1


@pytest.mark.parametrize(
    ("truth", "role"), [("true", "user"), (1, "user"), ("False", "assistant"), (0, "assistant")]
)
def test_a_truth_in_another_spelling_says_who_speaks(truth: Any, role: str) -> None:
    pippa = read({"bot_name": "Mara", "conversation": [{"message": "Hi", "is_human": truth}]})
    tavern = read({"header": None, "lines": [{"mes": "Hi", "is_user": truth, "name": ""}]})
    assert [one.entry["messages"][0]["role"] for one in (pippa, tavern)] == [role, role]


def test_what_a_program_shows_is_kept_where_it_says_something_else() -> None:
    pairs = [["Hi", "A & B"]]
    same = read({"internal": pairs, "visible": [["Hi", "A &amp; B"]]})
    other = read({"internal": pairs, "visible": [["Salut", "A et B"]]})
    assert "visible" not in same.entry
    assert other.entry["visible"] == [["Salut", "A et B"]]


def test_a_text_beside_blocks_is_kept_where_they_do_not_say_it() -> None:
    blocks = [{"type": "text", "text": "Mara does."}]
    turn = {"sender": "human", "text": "Who keeps it?", "content": blocks}
    reading = read({"chat_messages": [turn, {**turn, "sender": "assistant", "text": "Mara does."}]})
    assert [message.get("text") for message in reading.entry["messages"]] == ["Who keeps it?", None]


def test_an_answer_of_a_tool_is_kept_without_its_call() -> None:
    turn = {"Human": "<|Human|>: Hi<eoh>", "Commands": "None", "Tool Responses": "17", "MOSS": "Hey."}
    assert texts(read({"chat": {"turn_1": turn}})) == ["Hi", "17", "Hey."]


def test_messages_of_discord_without_a_time_are_read() -> None:
    lines = [{"content": text, "author": {"name": "wren"}} for text in ("Hi", "Hello")]
    assert texts(read({"guild": {}, "channel": {}, "messages": lines})) == ["Hi", "Hello"]


@pytest.mark.slow
@pytest.mark.parametrize("junk", [None, 7, [], {}, ["x"], "", "User: a\nBot: b"], ids=json.dumps)
def test_no_value_at_any_place_of_a_file_makes_a_reader_crash(junk: Any) -> None:
    for name in SAMPLES:
        for value in _values(SAMPLES[name]):
            for path in list(places(value))[1:]:
                spoiled = with_junk(value, path, junk)
                for reader in READERS.values():
                    if isinstance(spoiled, dict) and reader.claims(spoiled):
                        try:
                            assert reader.read(spoiled).entry["messages"], (name, path)
                        except BadRecord:
                            continue
