"""The cache answers what it was told, and a damaged one costs a rebuild and nothing else."""

import contextlib
import sqlite3
import unicodedata
from pathlib import Path

import pytest

from talekeep.core.errors import Outside
from talekeep.store import cache as module
from talekeep.store.cache import Cache


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "private" / "cache.sqlite"


def filled(place: Path) -> Cache:
    cache = Cache(place)
    cache.record({"blob1": ([("aa-1", 1), ("aa-2", 3)], 3)})
    cache.record({"blob2": ([("ab-1", 1), ("aa-1", 2)], 2)})
    return cache


def test_it_knows_which_blobs_it_knows(place: Path) -> None:
    assert filled(place).unknown(["blob1", "blob3", "blob2"]) == ["blob3"]


def test_it_finds_ids_places_and_beginnings(place: Path) -> None:
    cache = filled(place)

    assert sorted(cache.ids(["blob1"])) == [("aa-1", "blob1", 1), ("aa-2", "blob1", 3)]
    assert sorted(cache.places(["aa-1", "zz"])) == [("aa-1", "blob1", 1), ("aa-1", "blob2", 2)]
    assert sorted(cache.starting("ab")) == [("ab-1", "blob2", 1)]
    assert cache.starting("b") == []
    assert cache.sizes(["blob1", "blob2", "blob3"]) == {"blob1": 3, "blob2": 2}


def test_a_percent_sign_in_a_beginning_is_only_a_percent_sign(place: Path) -> None:
    assert filled(place).starting("a%") == []


def test_recording_twice_is_recording_once(place: Path) -> None:
    cache = filled(place)
    cache.record({"blob1": ([("aa-1", 1), ("aa-2", 3)], 3)})

    assert len(cache.ids(["blob1"])) == 2


def test_it_answers_for_more_blobs_than_a_query_takes_variables(place: Path) -> None:
    cache = Cache(place)
    for number in range(2_100):
        cache.record({f"b{number}": ([(f"id{number}", 1)], 1)})
    blobs = [f"b{number}" for number in range(2_100)]

    assert cache.unknown([*blobs, "new"]) == ["new"]
    assert len(cache.ids(blobs)) == 2_100


def test_it_remembers_across_runs(place: Path) -> None:
    first = filled(place)
    first.set_validated("tree", "policy")
    first.close()

    again = Cache(place)
    assert again.unknown(["blob1"]) == []
    assert again.is_validated("tree", "policy")
    assert not again.is_validated("tree", "another policy")
    assert not again.is_validated("another tree", "policy")


def _beginning(place: Path) -> None:
    place.write_bytes(b"this was never a database" * 100)


def _first_page(place: Path) -> None:
    data = bytearray(place.read_bytes())
    data[200:] = b"\xa5" * (len(data) - 200)
    place.write_bytes(data)


def _later_pages(place: Path) -> None:
    data = bytearray(place.read_bytes())
    data[4096:] = b"\xa5" * (len(data) - 4096)
    place.write_bytes(data)


def _cut(place: Path) -> None:
    place.write_bytes(place.read_bytes()[:4096])


def _tables(place: Path) -> None:
    with sqlite3.connect(place) as db:
        db.execute("drop table part")
    db.close()


@pytest.mark.parametrize("damage", [_beginning, _first_page, _later_pages, _cut, _tables])
def test_a_damaged_file_is_thrown_away_and_costs_one_command_at_most(place: Path, damage: object) -> None:
    filled(place).close()
    damage(place)  # type: ignore[operator]
    cache = Cache(place)
    with contextlib.suppress(Outside):
        cache.unknown(["blob1"])
        cache.places(["aa-1"])

    assert cache.unknown(["blob9"]) == ["blob9"]
    cache.record({"blob9": ([("cc", 1)], 1)})
    assert cache.places(["cc"]) == [("cc", "blob9", 1)]


def test_two_processes_may_use_it_at_once(place: Path) -> None:
    one, two = Cache(place), Cache(place)
    one.record({"blob1": ([("aa", 1)], 1)})
    two.record({"blob2": ([("bb", 1)], 1)})

    assert one.unknown(["blob1", "blob2"]) == two.unknown(["blob1", "blob2"]) == []


def test_what_was_derived_is_kept_by_kind_across_runs(place: Path) -> None:
    first = Cache(place)
    first.derive("sketch/1", {"blob1": b"one", "blob2": b"two"}, keep=["blob1", "blob2"])
    first.derive("measure/1", {"blob1": b"other"}, keep=["blob1"])
    first.close()

    again = Cache(place)
    assert again.derived("sketch/1", ["blob2", "blob1", "blob3"]) == {"blob1": b"one", "blob2": b"two"}
    assert again.derived("measure/1", ["blob1", "blob2"]) == {"blob1": b"other"}


def test_what_was_derived_from_blobs_long_gone_is_forgotten(place: Path) -> None:
    cache = Cache(place)
    cache.derive("sketch/1", {f"old{n}": b"x" for n in range(3)}, keep=["old0", "old1", "old2"])
    cache.derive("measure/1", {"old1": b"y"}, keep=["old1"])
    cache.derive("sketch/1", {"new": b"z"}, keep=["new", "old0", "old1"])
    assert len(cache.derived("sketch/1", ["new", "old0", "old1", "old2"])) == 4

    cache.derive("sketch/1", {}, keep=["new"])
    assert cache.derived("sketch/1", ["new", "old0", "old1", "old2"]) == {"new": b"z"}
    assert cache.derived("measure/1", ["old1"]) == {"old1": b"y"}


def test_a_newer_way_of_deriving_forgets_the_older_one(place: Path) -> None:
    cache = Cache(place)
    cache.derive("sketch/1", {"blob1": b"old"}, keep=["blob1"])
    cache.derive("sketch/2", {"blob1": b"new"}, keep=["blob1"])

    assert cache.derived("sketch/1", ["blob1"]) == {}
    assert cache.derived("sketch/2", ["blob1"]) == {"blob1": b"new"}


def test_what_was_derived_is_found_for_more_blobs_than_a_query_takes_variables(place: Path) -> None:
    cache = Cache(place)
    data = {f"b{n}": b"%d" % n for n in range(2_100)}
    cache.derive("sketch/1", data, keep=data)

    assert cache.derived("sketch/1", data) == data


def test_a_cache_of_the_version_before_learns_to_derive(place: Path) -> None:
    filled(place).close()
    with contextlib.closing(sqlite3.connect(place)) as db:
        db.executescript("drop table derived; pragma user_version = 2")

    cache = Cache(place)
    cache.derive("sketch/1", {"blob1": b"one"}, keep=["blob1"])
    assert cache.derived("sketch/1", ["blob1"]) == {"blob1": b"one"}
    assert cache.unknown(["blob1"]) == []


def test_what_another_version_worked_out_is_not_taken(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_WORKED_OUT_BY", "0.1/text-1/unicode-14.0.0")
    old = Cache(place)
    old.derive("sketch/1", {"a": b"old"}, {"a"})
    old.set_validated("tree", "policy")
    old.close()
    monkeypatch.undo()

    new = Cache(place)
    assert new.derived("sketch/1", ["a"]) == {}
    assert not new.is_validated("tree", "policy")
    new.derive("sketch/1", {"a": b"new"}, {"a"})
    assert new.derived("sketch/1", ["a"]) == {"a": b"new"}
    assert unicodedata.unidata_version in module._WORKED_OUT_BY
