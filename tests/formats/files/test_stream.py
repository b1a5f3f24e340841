"""Cutting files into records: every container, cut anywhere, broken anyhow."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from talekeep.core import codec
from talekeep.core.codec import decode
from talekeep.core.errors import BadRecord
from talekeep.formats.files.stream import Raw
from talekeep.formats.files.stream import split


def _chunks(data: bytes, size: int) -> list[bytes]:
    return [data[i : i + size] for i in range(0, len(data), size)]


def _good(raws: list[Raw]) -> list[dict[str, object]]:
    collected = []
    for raw in raws:
        try:
            value = decode(raw.data) if raw.reason is None else None
        except BadRecord:
            continue
        if isinstance(value, dict):
            collected.append(value)
    return collected


def _read(data: bytes | str, size: int = 7) -> tuple[list[dict[str, object]], int]:
    """The records of a file, and how many others were reported."""
    encoded = data.encode() if isinstance(data, str) else data
    raws = list(split(_chunks(encoded, size)))
    assert [raw.record for raw in raws] == list(range(1, len(raws) + 1))
    assert raws == list(split([encoded])), "where chunks are cut must not matter"
    good = _good(raws)
    return good, len(raws) - len(good)


_TEXT = st.text(alphabet='a"\\{}[],:\n\r é\u2028😀', max_size=8)
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | _TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXT, inner, max_size=3),
    max_leaves=6,
)
_OBJECTS = st.lists(st.dictionaries(_TEXT, _VALUES, max_size=3), max_size=5)


def _dump(value: object, indent: int | None = None) -> str:
    return json.dumps(value, ensure_ascii=False, indent=indent)


_CONTAINERS = {
    "jsonl": lambda objects: "".join(_dump(o) + "\n" for o in objects),
    "jsonl without a last newline": lambda objects: "\n".join(map(_dump, objects)),
    "crlf jsonl": lambda objects: "".join(_dump(o) + "\r\n" for o in objects),
    "jsonl with blank lines": lambda objects: "\n\n".join(map(_dump, objects)),
    "array": _dump,
    "compact array": lambda objects: json.dumps(objects, separators=(",", ":")),
    "array, one a line": lambda objects: "[\n" + ",\n".join(map(_dump, objects)) + "\n]\n",
    "array, a comma first": lambda objects: "[\n" + "\n,".join(map(_dump, objects)) + "\n]\n",
    "pretty array": lambda objects: _dump(objects, 2),
    "flush pretty array": lambda objects: _dump(objects, 0),
    "pretty objects": lambda objects: "\n".join(_dump(o, 2) for o in objects),
    "flush pretty objects": lambda objects: "\n".join(_dump(o, 0) for o in objects),
    "objects on end": lambda objects: "".join(map(_dump, objects)),
    "pretty objects on end": lambda objects: "".join(_dump(o, 4) for o in objects),
    "objects with commas": lambda objects: ",\n".join(map(_dump, objects)),
    "fenced jsonl": lambda objects: "```jsonl\n" + "".join(_dump(o) + "\n" for o in objects) + "```\n",
    "fenced array": lambda objects: "\n~~~ json\n[\n" + ",\n".join(map(_dump, objects)) + "\n]\n~~~\n",
    "fenced pretty objects": lambda objects: "```\n" + "\n".join(_dump(o, 2) for o in objects) + "\n```",
}


@pytest.mark.parametrize("container", _CONTAINERS)
@given(objects=_OBJECTS, size=st.integers(1, 40), bom=st.booleans())
@settings(max_examples=60, deadline=None)
def test_every_container_gives_the_same_records(
    container: str, objects: list[object], size: int, bom: bool
) -> None:
    data = (b"\xef\xbb\xbf" if bom else b"") + _CONTAINERS[container](objects).encode()
    assert _read(data, size) == (objects, 0)


@given(data=st.binary(max_size=60) | st.text(alphabet='{}[]",:\\\n 1a', max_size=60).map(str.encode))
@settings(max_examples=100, deadline=None)
def test_any_bytes_are_cut_without_loss(data: bytes) -> None:
    raws = list(split(_chunks(data, 5)))
    assert raws == list(split([data]))
    if not any(raw.reason for raw in raws):
        kept = b"".join(raw.data for raw in raws)
        space = b" \t\r\n,[]\xef\xbb\xbf"
        assert kept.translate(None, space) == data.translate(None, space)


def test_an_empty_file_has_no_records() -> None:
    for data in (b"", b"\n\n", b"\xef\xbb\xbf", b" \r\n", b"[]", b"[ ]\n"):
        assert list(split([data])) == []


def test_records_know_the_line_they_start_on() -> None:
    jsonl = list(split([b'{"a":1}\n\n{"b":2}\r\n{"c":3}']))
    assert [raw.line for raw in jsonl] == [1, 3, 4]
    pretty = list(split([b'\n[\n  {\n    "a": 1\n  },\n\n  {"b": 2}\n]']))
    assert [raw.line for raw in pretty] == [3, 7]


def test_a_line_separator_inside_a_text_ends_no_line() -> None:
    assert _read('{"a":"x\u2028y\u0085z"}\n{"b":1}\n') == ([{"a": "x\u2028y\u0085z"}, {"b": 1}], 0)


def test_a_bad_line_costs_only_itself() -> None:
    for bad in ('{"a":', '{"a":"x', "nonsense", '{"a":1}}', "[1,2]", '"text"', '{"a":[', '{"a":1} x {'):
        good, reported = _read(f'{{"n":1}}\n{bad}\n{{"n":2}}\n{{"n":3}}\n')
        kept = [record for record in good if "n" in record]
        assert kept == [{"n": 1}, {"n": 2}, {"n": 3}], bad
        assert reported >= 1, bad


def test_a_bad_first_line_costs_only_itself() -> None:
    for bad in ('{"a":', '{"a":"x', "nonsense", "[1,2]", '{"a":[{"b":1}', "["):
        good, reported = _read(f'{bad}\n{{"n":1}}\n{{"n":2}}\n')
        assert good == [{"n": 1}, {"n": 2}], bad
        assert reported >= 1, bad


def test_a_bad_element_costs_only_itself() -> None:
    for bad in ('{"a": {"b": 1}, "c": {', '{"a": "x', "{a: 1}", "7", '"x{"', "[[", '{"a": 1}}', "null"):
        good, reported = _read(f'[\n  {{"n": 1}},\n  {bad},\n  {{"n": 2}},\n  {{\n    "n": 3\n  }}\n]\n')
        assert [record for record in good if "n" in record] == [{"n": 1}, {"n": 2}, {"n": 3}], bad
        assert reported >= 1, bad


def test_a_bad_pretty_object_costs_only_itself() -> None:
    good, reported = _read(
        '{\n  "n": 1\n}\n{\n  "a": {\n}\n{\n  "n": 2\n}\n{\n "b": "x\ny"\n}\n{\n  "n": 3\n}\n'
    )
    assert good == [{"n": 1}, {"n": 2}, {"n": 3}]
    assert reported == 2


def test_elements_after_an_unclosed_one_are_still_found() -> None:
    good, reported = _read('[\n{"a":{"b":1},\n{"n":1},\n{"n":2}\n]\n')
    assert good == [{"n": 1}, {"n": 2}]
    assert reported == 1


def test_a_truncated_file_keeps_what_is_whole() -> None:
    assert _read('{"n":1}\n{"n":2}\n{"n":') == ([{"n": 1}, {"n": 2}], 1)
    good, reported = _read('[{"n":1},{"n":2},{"n":')
    assert (good, reported) == ([{"n": 1}, {"n": 2}], 2)
    good, reported = _read('[\n {"n":1},\n {"n":2}')
    assert (good, reported) == ([{"n": 1}, {"n": 2}], 1)


def test_a_truncated_array_is_named_as_such() -> None:
    last = list(split([b'[{"n":1},']))[-1]
    assert last.data == b""
    assert "ends before its array" in str(last.reason)


def test_what_follows_an_array_is_read_too() -> None:
    assert _read('[{"n":1}]\n{"n":2}\n[{"n":3},\n{"n":4}]\n') == ([{"n": n} for n in (1, 2, 3, 4)], 0)
    assert _read('[{"n":1}][{"n":2}]') == ([{"n": 1}, {"n": 2}], 0)


def test_a_first_line_that_is_a_list_is_one_bad_record() -> None:
    raws = list(split([b'[1,2]\n{"n":1}\n']))
    assert [raw.data for raw in raws] == [b"[1,2]", b'{"n":1}']


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf16_is_refused_once_with_the_reason(encoding: str) -> None:
    (raw,) = split(_chunks('{"n":1}\n{"n":2}\n'.encode(encoding), 1))
    assert raw.data == b""
    assert "UTF-16" in str(raw.reason)


def test_other_kinds_of_file_are_refused_once() -> None:
    for magic in (
        b"\x1f\x8b\x08\x00..",
        b"PAR1....",
        b"PK\x03\x04...",
        b"\x28\xb5\x2f\xfd..",
        b"\x89PNG\r\n",
    ):
        (raw,) = split([magic])
        assert raw.reason


def test_an_overlong_record_is_skipped_and_sized(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codec, "_longest_line", 40)
    long, deep = json.dumps({"long": "x" * 60}), json.dumps({"long": [["{"]] * 12}, indent=1)
    for data in (
        f'{{"n":1}}\n{long}\n{{"n":2}}\n',
        f'[{{"n":1}},{long},{{"n":2}}]',
        f'[\n  {{"n": 1}},\n  {long},\n  {{"n": 2}}\n]',
        f'{{"n":1}}{long}{{"n":2}}',
        f'{{\n"n":1\n}}\n{deep}\n{{"n":2}}',
    ):
        assert _read(data, 9) == ([{"n": 1}, {"n": 2}], 1), data
        (raw,) = [raw for raw in split(_chunks(data.encode(), 9)) if raw.reason]
        assert raw.data == b""
        assert "MiB" in str(raw.reason)


def test_an_unclosed_line_in_a_large_file_costs_only_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codec, "_longest_line", 200)
    lines = [f'{{"n":{n}}}' for n in range(100)]
    good, reported = _read("\n".join(['{"a":[', *lines]))
    assert good == [{"n": n} for n in range(100)]
    assert reported == 1


def test_hostile_nesting_is_read_in_linear_time() -> None:
    bracket = b"[" * 100_000
    for data in (
        b"[" + bracket,
        b"[{" + bracket,
        b'{"a":' + bracket,
        b"{" * 100_000,
        b'{"\n' * 50_000,
        b"{\n" * 50_000,
    ):
        assert _good(list(split(_chunks(data, 4096)))) == []


def test_real_files_are_cut_as_json_reads_them() -> None:
    real = Path(__file__).parents[2] / "../shared/data/real"
    if not real.is_dir():
        pytest.skip("no shared data")
    for path in real.glob("*.json"):
        data = path.read_bytes()
        assert [decode(raw.data) for raw in split(_chunks(data, 65536))] == json.loads(data), path.name
    for path in real.glob("*.jsonl"):
        data = path.read_bytes()
        expected = [json.loads(line) for line in data.split(b"\n") if line]
        assert [decode(raw.data) for raw in split(_chunks(data, 65536))] == expected, path.name


def test_a_chats_answer_gives_its_records_and_names_its_prose() -> None:
    answer = 'Here are [2]:\n\n```jsonl\n{"a": 1}\n{"a": 2}\n```\n\n'
    more = 'Shall I {go} on?\n```json\n{"a": 3}\n```\n'

    assert _read(answer + more) == ([{"a": 1}, {"a": 2}, {"a": 3}], 2)


def test_a_fence_with_more_on_its_line_is_named() -> None:
    assert _read('```{"a": 1}\n``\n``` two words\n{"a": 2}\n') == ([{"a": 2}], 3)
