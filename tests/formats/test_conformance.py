"""What every format promises, over the table of formats and over real records."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from typing import cast

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from talekeep.core.codec import decode
from talekeep.core.codec import encode
from talekeep.core.entry import ROLES
from talekeep.core.errors import BadRecord
from talekeep.formats import FORMATS
from talekeep.formats import READERS
from talekeep.formats import Format
from talekeep.formats import Reader
from talekeep.formats import Reading
from talekeep.formats import Written
from talekeep.formats import reason_unrecognised
from talekeep.formats import recognise
from talekeep.formats.records import records
from talekeep.formats.stream import split

_DATA = Path(__file__).parents[2] / "../shared/data"

_RECORD_KEYS = [
    "messages",
    "prompt",
    "instruction",
    "output",
    "chosen",
    "rejected",
    "response",
    "history",
    "conversations",
    "items",
    "id",
    "tags",
    "system",
    "tools",
    "_rolethread",
    "entry_uuid",
]
_TURN_KEYS = ["from", "value", "role", "content", "name", "human", "assistant", "weight", "tool_calls"]
_KEYS = st.sampled_from(_RECORD_KEYS + _TURN_KEYS)
_LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5)
    | st.sampled_from(
        ["user", "gpt", "Mira", "function_call", '{"name":"a","arguments":{}}', "[]", '[{"from":"a"}]']
    )
)
_JUNK = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=5),
    max_leaves=25,
)
_LABELS = st.sampled_from(
    ["user", "gpt", "system", "Mira", "Kai", "function_call", "observation", " Human", "…"]
)
_TURN = st.builds(
    lambda label, text, keys, extra: {**extra, keys[0]: label, keys[1]: text},
    _LABELS,
    _JUNK | st.just('{"name":"a","arguments":{"b": 1}}'),
    st.sampled_from([("from", "value"), ("role", "content"), ("human", "assistant")]),
    st.dictionaries(_KEYS, _LEAVES, max_size=2),
)
_TURNS = st.lists(_TURN, min_size=1, max_size=4) | st.lists(_TURN | _JUNK, max_size=4)
_RECORDS = st.builds(
    lambda rest, key, turns: {**rest, key: turns},
    st.dictionaries(_KEYS, _TURNS | _JUNK, max_size=4),
    st.sampled_from(["messages", "conversations", "items"]),
    _TURNS,
)

_STYLE_KEYS = [
    "key",
    "role",
    "content",
    "labels",
    "names",
    "nulls",
    "pair",
    "text",
    "system",
    "turns",
    "whole",
]
_SHAPE_KEYS = st.sampled_from([*_STYLE_KEYS, "id", "tags", "messages", "padding", "originals"])
_MESSAGES = st.fixed_dictionaries(
    {
        "role": st.sampled_from(ROLES),
        "content": st.text(max_size=8) | st.none() | st.just([{"type": "text", "text": "a"}]),
    },
    optional={"name": st.just("mara"), "weight": st.integers(0, 1), "note": st.text(max_size=3)},
)
_ENTRIES = st.fixed_dictionaries(
    {"id": st.uuids().map(str), "messages": st.lists(_MESSAGES, min_size=1, max_size=4)},
    optional={
        "tags": st.lists(st.sampled_from(["a", "b_c", "恋愛"]), unique=True, min_size=1),
        "source": _JUNK,
    },
)


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_is_named_as_it_is_listed(name: str) -> None:
    assert [module.NAME for key, module in FORMATS.items() if key == name] == [name]
    assert FORMATS[name].TITLE


def test_the_table_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        FORMATS["mine"] = FORMATS["chatml"]  # type: ignore[index]


@pytest.mark.parametrize("name", READERS)
@given(record=_RECORDS)
@settings(max_examples=60, deadline=None)
def test_junk_is_refused_or_read_and_never_changed(name: str, record: dict[str, Any]) -> None:
    before = json.dumps(record)
    module = READERS[name]
    module.claims(record)
    try:
        reading = module.read(record)
    except BadRecord:
        return
    finally:
        assert json.dumps(record) == before
    assert decode(encode(reading.entry)) == reading.entry
    json.dumps(reading.shape)
    record.pop("_rolethread", None)
    if hasattr(module, "write") and name not in ("chatml", "rolethread"):
        assert _written_back(module, module.read(record)).record == record
    for role in (message["role"] for message in reading.entry["messages"]):
        assert role in ROLES


@given(record=_RECORDS)
@settings(max_examples=100, deadline=None)
def test_what_sharegpt_reads_it_gives_back(record: dict[str, Any]) -> None:
    record.pop("_rolethread", None)
    try:
        reading = FORMATS["sharegpt"].read(record)
    except BadRecord:
        return
    back = FORMATS["sharegpt"].write(reading.entry, shape=reading.shape, foreign_id=reading.foreign_id)
    assert back.record == record


@pytest.mark.parametrize("name", READERS)
def test_its_sample_is_read_and_given_back_by_one_reader(name: str) -> None:
    reader = READERS[name]
    assert reader.SAMPLE.count("\n") < 5
    found = list(records(split([reader.SAMPLE.encode()]), decode))
    assert found
    for record in found:
        assert record.reason is None
        assert recognise(record.value) is reader
        reading = reader.read(record.value)
        assert reading.entry["messages"]
        if hasattr(reader, "write") and name != "rolethread":
            assert _written_back(reader, reading).record == record.value


@given(record=_JUNK)
@settings(max_examples=50, deadline=None)
def test_every_record_is_recognised_or_told_why_not(record: Any) -> None:
    assert recognise(record) is not None or reason_unrecognised(record)


@pytest.mark.parametrize("name", FORMATS)
@given(entry=_ENTRIES)
@settings(max_examples=100, deadline=None)
def test_an_entry_survives_or_its_loss_is_said(name: str, entry: dict[str, Any]) -> None:
    before = json.dumps(entry)
    written = FORMATS[name].write(entry)
    assert json.dumps(entry) == before
    assert recognise(written.record) is FORMATS[name]
    again = FORMATS[name].read(written.record).entry
    assert again == entry or written.losses


@pytest.mark.parametrize("name", FORMATS)
@given(entry=_ENTRIES, shape=st.dictionaries(_SHAPE_KEYS, _JUNK))
@settings(max_examples=60, deadline=None)
def test_a_shape_edited_by_hand_stops_no_writing(
    name: str, entry: dict[str, Any], shape: dict[str, Any]
) -> None:
    json.dumps(FORMATS[name].write(entry, shape=shape).record)


@pytest.mark.parametrize("name", FORMATS)
@given(entry=_ENTRIES)
@settings(max_examples=30, deadline=None)
def test_clean_holds_nothing_but_the_conversation(name: str, entry: dict[str, Any]) -> None:
    record = FORMATS[name].write(entry, clean=True).record
    assert record.keys().isdisjoint(entry.keys() - {"messages"})


@pytest.mark.parametrize(
    ("record", "name"),
    [
        ({"messages": [{"role": "user", "content": "a"}]}, "chatml"),
        (
            {
                "messages": [{"role": "user", "content": "a"}],
                "conversations": [{"from": "human", "value": "b"}],
            },
            "chatml",
        ),
        ({"messages": [], "conversations": [{"from": "human", "value": "b"}]}, "sharegpt"),
        ({"messages": None, "conversations": [{"from": "human", "value": "b"}]}, "sharegpt"),
        ({"messages": [{"from": "human", "value": "b"}]}, "sharegpt"),
        ({"messages": [{"content": "a"}]}, "chatml"),
        ({"messages": []}, "chatml"),
        ({"conversations": [{"role": "user", "content": "a"}]}, "sharegpt"),
        ({"conversations": []}, "sharegpt"),
        ({"conversations": ["a"]}, None),
        ({"instruction": "a", "output": "b"}, "alpaca"),
        ({"prompt": "a", "chosen": "b", "rejected": "c"}, "preference"),
        ({"messages": [{"role": "user", "content": "a"}], "response": "b"}, "reply-beside"),
        ({"title": "a", "body": "b"}, None),
        ([1], None),
        (None, None),
    ],
)
def test_each_record_is_recognised_by_itself(record: Any, name: str | None) -> None:
    found = recognise(record)
    assert (found.NAME if found else None) == name


@pytest.mark.parametrize(
    ("record", "words"),
    [
        ([], "not an object"),
        ("x", "not an object"),
        ({"instruction": "a", "result": "b"}, "nearest known shape: alpaca"),
        ({"title": "a", "body": "b"}, "its keys: title, body"),
        ({"spec": "chara_card_v2", "data": {}}, "talekeep character import FILE"),
        ({"text": "a"}, "plain text"),
        ({"conversations": ["a"]}, "conversations holds no turns"),
        ({}, "an empty object"),
    ],
)
def test_the_reason_names_what_it_looks_like(record: Any, words: str) -> None:
    assert words in reason_unrecognised(record)


def _real(*patterns: str) -> Iterator[tuple[str, dict[str, Any]]]:
    if not _DATA.is_dir():
        pytest.skip("no shared data")
    for path in sorted(path for pattern in patterns for path in _DATA.glob(pattern)):
        if ".registry." not in path.name:
            for raw in split([path.read_bytes()]):
                assert raw.reason is None
                yield path.name, decode(raw.data)


def _written_back(module: Reader, reading: Reading) -> Written:
    return cast(Format, module).write(
        reading.entry, shape=reading.shape, foreign_id=reading.foreign_id, alternatives=reading.alternatives
    )


def test_every_real_chat_record_is_read() -> None:
    files = ("real/sharegpt-*", "real/messages-*", "real/llamafactory-*", "rolethread/*/*.json*")
    seen = set()
    for name, record in _real(*files):
        module = recognise(record)
        assert module is not None, (name, record)
        assert module.read(record).entry["messages"], name
        seen.add(name)
    assert len(seen) >= 12


def test_real_records_come_back_as_they_were() -> None:
    for name, record in _real("real/sharegpt-*", "real/messages-*", "real/llamafactory-*"):
        module = recognise(record)
        assert module is not None
        reading = module.read(record)
        written = _written_back(module, reading)
        assert written.record == record, name
        assert written.losses == ()
        assert reading.shape is None or "dpo" in name


def test_rolethread_records_keep_all_but_their_stamp() -> None:
    for name, record in _real("rolethread/*/*.json*"):
        reading = FORMATS["chatml"].read(record)
        stamp = record.get("_rolethread")
        assert reading.entry.get("id") == (stamp["entry_uuid"] if stamp else None), name
        assert reading.foreign_id == record.get("id")
        kept = {key for key in record if key not in ("id", "_rolethread", "tags")}
        assert kept <= reading.entry.keys()
        for given_message, message in zip(record["messages"], reading.entry["messages"], strict=True):
            if given_message["role"] != "function_call":
                assert message["content"] == given_message["content"]
            assert message["role"] in ROLES


def test_rolethread_tool_calls_are_told_as_calls() -> None:
    found = 0
    for _, record in _real("rolethread/sharegpt_tools/*.json"):
        for message in FORMATS["chatml"].read(record).entry["messages"]:
            found += "tool_calls" in message
    assert found == 44
