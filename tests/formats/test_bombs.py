"""Small files that stand for huge ones are refused before they have cost much, each kind of them."""

import bz2
import gzip
import lzma
import re
import tracemalloc
from collections.abc import Callable
from collections.abc import Iterator

import pytest

from talekeep.core.codec import decode
from talekeep.core.errors import BadRecord
from talekeep.formats.files import file_kinds
from talekeep.formats.files.file_kinds import Limit
from talekeep.formats.files.file_kinds import json_of
from talekeep.formats.files.records import records
from talekeep.formats.files.stream import split

pytestmark = pytest.mark.slow

_MIB = 1 << 20


def _zstd(data: bytes) -> bytes:
    return bytes(pytest.importorskip("zstandard").ZstdCompressor(level=3).compress(data))


_PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": _zstd,
}


@pytest.fixture
def _near(monkeypatch: pytest.MonkeyPatch) -> None:
    """What counts as suspicious is near, so that a test need not unpack much."""
    monkeypatch.setattr(file_kinds, "_UNSUSPICIOUS", 4 * _MIB)


def _given(data: bytes, name: str) -> int:
    """How many bytes come out before the file is refused."""
    given: list[int] = []
    with pytest.raises(BadRecord, match="200 times"):
        given.extend(map(len, Limit(len(data)).watched(json_of(iter([data]), name))))
    return sum(given)


@pytest.mark.usefixtures("_near")
@pytest.mark.parametrize("ending", _PACKERS)
def test_an_archive_of_blanks_is_refused_after_a_step(ending: str) -> None:
    assert _given(_PACKERS[ending](b" " * (24 * _MIB)), f"a.jsonl.{ending}") <= 16 * _MIB


@pytest.mark.usefixtures("_near")
@pytest.mark.parametrize("ending", _PACKERS)
def test_archives_in_archives_are_measured_as_one(ending: str) -> None:
    data = b"".join(_PACKERS[ending](b" " * (2 * _MIB)) for _ in range(20))
    assert _given(gzip.compress(data), f"a.jsonl.{ending}.gz") <= 16 * _MIB


@pytest.mark.parametrize("ending", _PACKERS)
@pytest.mark.parametrize("size", [1, 5, 1 << 20])
def test_what_is_packed_well_is_read_whole(ending: str, size: int) -> None:
    line = b'{"messages":[{"role":"user","content":"Hi"}]}\n'
    data = _PACKERS[ending](line * 50)
    chunks = (data[at : at + size] for at in range(0, len(data), size))
    assert b"".join(json_of(chunks, f"a.jsonl.{ending}")) == line * 50


@pytest.mark.parametrize("ending", _PACKERS)
def test_a_cut_or_broken_archive_is_told_or_gives_what_it_holds(ending: str) -> None:
    line = b'{"messages":[{"role":"user","content":"Hi"}]}\n'
    data = _PACKERS[ending](line * 50)
    for spoiled in (data[: len(data) // 2], data[:8] + b"\xff" * 40 + data[48:]):
        given, reason = _read(spoiled, f"a.jsonl.{ending}")
        assert re.search("damaged|follows", reason) or (line * 50).startswith(given)


def _read(data: bytes, name: str) -> tuple[bytes, str]:
    try:
        return b"".join(json_of(iter([data]), name)), ""
    except BadRecord as reason:
        return b"", str(reason)


def test_an_archive_that_asks_for_much_memory_is_refused() -> None:
    packed = lzma.compress(b"x", filters=[{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 30}])
    with pytest.raises(BadRecord, match="damaged"):
        list(json_of(iter([packed]), "a.jsonl.xz"))


def test_a_table_of_countless_columns_is_refused() -> None:
    wide = b"a," * _MIB
    for data in (wide, b"a,b\n" + wide):
        tracemalloc.start()
        with pytest.raises(BadRecord, match="columns"):
            list(json_of(iter([data]), "a.csv"))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 128 * _MIB


@pytest.mark.usefixtures("_near")
def test_a_table_whose_rows_repeat_a_huge_name_is_refused() -> None:
    data = b"a," + b"x" * 100_000 + b"\n" + b"1,2\n" * 5_000
    assert _given(data, "a.csv") <= 30 * _MIB


def _yaml_bombs() -> Iterator[tuple[str, bytes, str]]:
    yield "aliases", b"a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n", "aliases"
    yield "nodes", b"[" + b"a," * 600_000 + b"]", "nodes"
    yield "nesting", b"[" * 100_000, "YAML"
    yield "nested maps", b"{a: " * 20_000, "YAML"
    yield "a huge number", b"a: 0x" + b"f" * 500_000, "YAML"
    yield "a tag that makes objects", b"!!python/object/apply:os.system [echo]", "YAML"


@pytest.mark.parametrize(("data", "reason"), [pytest.param(d, r, id=n) for n, d, r in _yaml_bombs()])
def test_a_yaml_bomb_is_refused(data: bytes, reason: str) -> None:
    pytest.importorskip("yaml")
    with pytest.raises(BadRecord, match=reason):
        list(json_of(iter([data]), "a.yaml"))


JSON_BOMBS = {
    "nesting": b'{"messages":' + b"[" * 50_000,
    "closed nesting": b'{"messages":' + b"[" * 5_000 + b"]" * 5_000 + b"}",
    "texts of JSON in each other": None,
    "a number without end": b'{"messages":[{"role":"user","content":' + b"9" * 200_000 + b"}]}",
    "lists of nothing": b'{"data":[' + b"[]," * 60_000 + b"[]]}",
    "many keys": b"{" + b",".join(b'"k%d":{}' % n for n in range(10_000)) + b"}",
    "a list that repeats itself in Python": b'{"conversations":"' + b"[" * 30_000 + b'"}',
}


@pytest.mark.parametrize("name", JSON_BOMBS)
def test_a_json_bomb_costs_no_more_than_its_size(name: str) -> None:
    data = JSON_BOMBS[name]
    if data is None:
        text = '{"messages":[]}'
        for _ in range(12):
            text = '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
        data = text.encode()
    tracemalloc.start()
    items = list(records(split(iter([data])), decode))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(items) <= 50_000
    assert peak < 200 * max(len(data), _MIB)


def test_a_zip_of_many_small_bombs_is_measured_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_kinds, "_UNSUSPICIOUS", 4 * _MIB)
    limit = Limit(20_000)
    with pytest.raises(BadRecord, match="200 times"):
        sum(len(chunk) for _ in range(100) for chunk in limit.watched(iter([b" " * _MIB])))
