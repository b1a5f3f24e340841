"""What every format promises, over the table of formats and over real records."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from tests.formats.spoiled_values import places
from tests.formats.spoiled_values import with_junk

from talekeep.core.codec import decode
from talekeep.core.codec import encode
from talekeep.core.entry import ROLES
from talekeep.core.errors import BadRecord
from talekeep.core.errors import Usage
from talekeep.formats import FORMATS
from talekeep.formats import READERS
from talekeep.formats import Format
from talekeep.formats import named
from talekeep.formats import reason_unrecognised
from talekeep.formats import recognise
from talekeep.formats.catalog import why_read_only
from talekeep.formats.files.records import records
from talekeep.formats.files.stream import split
from talekeep.testing import FormatSuite
from talekeep.testing.formats import written_back
from talekeep.testing.values import ENTRIES
from talekeep.testing.values import JUNK
from talekeep.testing.values import RECORDS

_DATA = Path(__file__).parents[2] / "../shared/data"


class TestEveryFormat(FormatSuite):
    # The one of RoleThread Lite gives its records back with the stamp of its registry.
    formats = tuple(reader for reader in READERS.values() if reader.NAME != "rolethread")

    def writers(self) -> list[Format]:
        return [format for format in FORMATS.values() if format in self.formats]


class TestRolethread(FormatSuite):
    formats = (READERS["rolethread"],)
    test_its_sample_is_read_and_given_back = None


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_is_named_as_it_is_listed(name: str) -> None:
    assert [module.NAME for key, module in FORMATS.items() if key == name] == [name]
    assert FORMATS[name].TITLE


@pytest.mark.parametrize("name", READERS)
def test_a_format_is_written_or_says_why_it_is_only_read(name: str) -> None:
    reader = READERS[name]
    assert bool(why_read_only(reader)) != hasattr(reader, "write")
    if not hasattr(reader, "write"):
        with pytest.raises(Usage, match="is only read: "):
            named(name)


def test_the_table_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        FORMATS["mine"] = FORMATS["chatml"]  # type: ignore[index]


@pytest.mark.parametrize("name", [name for name in FORMATS if name not in ("chatml", "rolethread")])
@given(record=RECORDS)
@settings(max_examples=60, deadline=None)
def test_whatever_it_reads_it_gives_back(name: str, record: dict[str, Any]) -> None:
    record.pop("_rolethread", None)
    try:
        reading = FORMATS[name].read(record)
    except BadRecord:
        return
    written = written_back(FORMATS[name], reading).record
    again = FORMATS[name].read(written)
    assert (again.entry, again.alternatives) == (reading.entry, reading.alternatives)
    assert written == record or name != "sharegpt"


@pytest.mark.parametrize("name", READERS)
@given(data=st.data())
@settings(max_examples=50, deadline=None)
def test_a_spoiled_sample_is_refused_or_read(name: str, data: st.DataObject) -> None:
    value = next(records(split([READERS[name].SAMPLE.encode()]), decode)).value
    path = data.draw(st.sampled_from(list(places(value))[1:]))
    spoiled = with_junk(value, path, data.draw(JUNK))
    reader = recognise(spoiled)
    try:
        reading = reader.read(spoiled) if reader else None
    except BadRecord:
        return
    assert reading is None or decode(encode(reading.entry)) == reading.entry


@pytest.mark.parametrize("name", READERS)
def test_its_sample_is_recognised_as_its_own(name: str) -> None:
    reader = READERS[name]
    for record in records(split([reader.SAMPLE.encode()]), decode):
        assert recognise(record.value) is reader


@given(record=JUNK)
@settings(max_examples=50, deadline=None)
def test_every_record_is_recognised_or_told_why_not(record: Any) -> None:
    assert recognise(record) is not None or reason_unrecognised(record)


@pytest.mark.parametrize("name", FORMATS)
@given(entry=ENTRIES)
@settings(max_examples=50, deadline=None)
def test_what_a_format_writes_is_recognised_as_its_own(name: str, entry: dict[str, Any]) -> None:
    assert recognise(FORMATS[name].write(entry).record) is FORMATS[name]


@pytest.mark.parametrize("name", FORMATS)
@given(entry=ENTRIES)
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
    result = recognise(record)
    assert (result.NAME if result else None) == name


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


def test_every_real_chat_record_is_read() -> None:
    files = ("real/sharegpt-*", "real/messages-*", "real/llamafactory-*", "rolethread/*/*.json*")
    collected = set()
    for name, record in _real(*files):
        module = recognise(record)
        assert module is not None, (name, record)
        assert module.read(record).entry["messages"], name
        collected.add(name)
    assert len(collected) >= 12


def test_real_records_come_back_as_they_were() -> None:
    for name, record in _real("real/sharegpt-*", "real/messages-*", "real/llamafactory-*"):
        module = recognise(record)
        assert module is not None
        reading = module.read(record)
        written = written_back(module, reading)
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
    results = 0
    for _, record in _real("rolethread/sharegpt_tools/*.json"):
        for message in FORMATS["chatml"].read(record).entry["messages"]:
            results += "tool_calls" in message
    assert results == 44
