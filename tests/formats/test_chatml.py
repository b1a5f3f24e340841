"""ChatML in and out."""

from typing import Any

import pytest

from talekeep.core.errors import BadRecord
from talekeep.formats import chatml

_ID = "0193c7a0-0000-7000-8000-000000000001"
_OTHER = "0193c7a0-0000-7000-8000-000000000002"


def _record(*messages: Any, **rest: Any) -> dict[str, Any]:
    return {"messages": list(messages) or [{"role": "user", "content": "Hello?"}], **rest}


def _messages(*messages: Any) -> list[dict[str, Any]]:
    result = chatml.read(_record(*messages)).entry["messages"]
    assert isinstance(result, list)
    return result


def test_an_ordinary_record_is_its_own_entry() -> None:
    record = _record(
        {"role": "system", "content": "Rain."},
        {"role": "user", "content": [{"type": "text", "value": "Hi"}], "loss_weight": 0.0},
        {"role": "assistant", "content": None, "tool_calls": [{"id": "a"}], "reasoning_content": "…"},
        {"role": "tool", "tool_call_id": "a", "content": "17"},
        {"role": "assistant", "content": "Done.", "weight": 1, "odd": {"x": [1]}},
        id=_ID,
        tags=["slow_burn"],
        tools=[],
        label=True,
        functions=[],
    )
    reading = chatml.read(record)
    assert reading.entry == record
    assert (reading.foreign_id, reading.shape, reading.speakers) == (None, None, {})


def test_role_spellings_become_roles_wherever_they_stand() -> None:
    turns = _messages({"role": "GPT", "content": "a"}, {"role": " Human ", "content": "b"})
    assert [message["role"] for message in turns] == ["assistant", "user"]


def test_speakers_become_names_and_are_reported() -> None:
    reading = chatml.read(
        _record(
            {"role": "Kai", "content": "a"}, {"role": "小明", "content": "b"}, {"role": "Kai", "content": "c"}
        )
    )
    assert reading.entry["messages"] == [
        {"role": "user", "name": "kai", "content": "a"},
        {"role": "assistant", "name": "小明", "content": "b"},
        {"role": "user", "name": "kai", "content": "c"},
    ]
    assert reading.speakers == {"Kai": "user:kai", "小明": "assistant:小明"}


def test_a_name_already_there_stays_and_the_label_is_not_lost() -> None:
    given = {"role": "Kai", "name": "captain", "content": "a"}
    reading = chatml.read(_record(given))
    assert reading.entry["messages"] == [{"role": "user", "name": "captain", "content": "a"}]
    assert reading.shape is not None
    assert list(reading.shape["originals"].values()) == [given]


def test_tool_calls_told_as_text_become_tool_calls() -> None:
    turns = _messages(
        {"role": "function_call", "content": '{"name": "roll", "arguments": {"sides": 20}}'},
        {"role": "observation", "content": "17"},
        {"role": "tool_call", "content": "roll it"},
    )
    call = {"type": "function", "function": {"name": "roll", "arguments": '{"sides": 20}'}}
    assert turns == [
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "content": "17"},
        {"role": "assistant", "content": "roll it"},
    ]


def test_null_padding_goes_and_is_remembered() -> None:
    reading = chatml.read(
        _record(
            {"role": "user", "content": "a", "name": None, "weight": None, "x": None},
            {"role": "assistant", "content": None, "name": "mara", "weight": None},
        )
    )
    assert reading.entry["messages"] == [
        {"role": "user", "content": "a", "x": None},
        {"role": "assistant", "content": None, "name": "mara"},
    ]
    assert reading.shape == {"padding": ["name", "weight"]}


@pytest.mark.parametrize(
    ("messages", "reason"),
    [
        ([], "no messages"),
        ("text", "no messages"),
        ([{"role": "user", "content": "a"}, "b"], "message 2 is not an object"),
        ([{"content": "a"}], "message 1 has no role"),
        ([{"role": None}], "message 1 has no role"),
        ([{"role": 3}], "message 1: role is not text"),
        ([{"role": " "}], "message 1: role is blank"),
        ([{"role": "!!"}], "names nobody"),
    ],
)
def test_a_record_without_usable_messages_is_refused_with_its_reason(messages: Any, reason: str) -> None:
    with pytest.raises(BadRecord, match=reason):
        chatml.read({"messages": messages})


@pytest.mark.parametrize("given", ["scene-12", 0, 12345678901234567890, ""])
def test_a_foreign_id_is_handed_over(given: str | int) -> None:
    reading = chatml.read(_record(id=given))
    assert "id" not in reading.entry
    assert reading.foreign_id == given
    assert reading.shape is None


@pytest.mark.parametrize("given", [None, 1.5, True, ["a"], {"a": 1}])
def test_an_id_of_another_type_is_kept_in_the_shape(given: Any) -> None:
    reading = chatml.read(_record(id=given))
    assert "id" not in reading.entry
    assert reading.foreign_id is None
    assert reading.shape == {"id": given}


def test_a_rolethread_stamp_gives_the_id_and_goes() -> None:
    stamp = {
        "version": "1.0.0",
        "native": True,
        "validated_at": "x",
        "entry_uuid": _ID,
        "dataset_uuid": _OTHER,
    }
    reading = chatml.read(_record(id="identity_0", _rolethread=stamp))
    assert reading.entry == {"id": _ID, "messages": _record()["messages"]}
    assert reading.foreign_id == "identity_0"
    more = chatml.read(_record(_rolethread={**stamp, "mine": 1}))
    assert more.entry["_rolethread"] == {"mine": 1}
    both = chatml.read(_record(id=_OTHER, _rolethread=stamp))
    assert both.entry["id"] == _OTHER
    assert both.entry["_rolethread"] == {"entry_uuid": _ID}
    assert chatml.read(_record(_rolethread=None)).entry["_rolethread"] is None


@pytest.mark.parametrize(
    ("given", "tags", "kept"),
    [
        (["a", "b"], ["a", "b"], False),
        ([], [], False),
        (["Slow Burn", "slow-burn", "", "café"], ["slow_burn", "café"], True),
        ("Slow Burn", ["slow_burn"], True),
        (["Found Family", 3, None], ["found_family"], True),
        ({"a": 1}, None, True),
        ([1, 2], None, True),
        (None, None, True),
    ],
)
def test_tags_become_slugs_and_other_spellings_are_kept(given: Any, tags: Any, kept: bool) -> None:
    reading = chatml.read(_record(tags=given))
    assert reading.entry.get("tags") == tags
    assert reading.shape == ({"tags": given} if kept else None)


def test_writing_gives_the_entry_and_clean_only_the_conversation() -> None:
    entry = _record(id=_ID, tags=["a"], tools="[]", source="x")
    assert chatml.write(entry, shape={"id": 7}, foreign_id="z").record == entry
    clean = chatml.write(entry, clean=True)
    assert clean.record == {"messages": entry["messages"], "tools": "[]"}
    assert clean.losses == ()


@pytest.mark.parametrize("key", ["foo", "body", "segments"])
def test_text_under_a_key_that_nobody_reads_is_refused_with_the_keys(key: str) -> None:
    value = ["Hi"] if key == "segments" else "Hi"
    record = {"messages": [{"role": "user", key: value}, {"role": "assistant", key: value}]}

    with pytest.raises(BadRecord, match=rf"no content \(keys: role, {key}\)"):
        chatml.read(record)


@pytest.mark.parametrize(
    "messages",
    [
        [{"role": "user"}, {"role": "assistant", "name": "mara"}],
        [{"role": "user", "mood": "calm"}, {"role": "assistant", "content": "Hi"}],
        [{"role": "user", "mood": "calm"}, {"role": "assistant", "tool_calls": []}],
    ],
)
def test_a_missing_content_is_no_reason_to_refuse(messages) -> None:
    assert chatml.read({"messages": messages}).entry["messages"] == messages
