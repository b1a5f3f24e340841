"""The cache answers what it was told, and a damaged one costs a rebuild and nothing else."""

import contextlib
import sqlite3
from pathlib import Path

import pytest

from talekeep.core.errors import Outside
from talekeep.store.cache import Cache


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "private" / "cache.sqlite"


def filled(place: Path) -> Cache:
    cache = Cache(place)
    cache.record("blob1", [("aa-1", 1), ("aa-2", 3)], 3)
    cache.record("blob2", [("ab-1", 1), ("aa-1", 2)], 2)
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
    cache.record("blob1", [("aa-1", 1), ("aa-2", 3)], 3)

    assert len(cache.ids(["blob1"])) == 2


def test_it_answers_for_more_blobs_than_a_query_takes_variables(place: Path) -> None:
    cache = Cache(place)
    for number in range(2_100):
        cache.record(f"b{number}", [(f"id{number}", 1)], 1)
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
    cache.record("blob9", [("cc", 1)], 1)
    assert cache.places(["cc"]) == [("cc", "blob9", 1)]


def test_two_processes_may_use_it_at_once(place: Path) -> None:
    one, two = Cache(place), Cache(place)
    one.record("blob1", [("aa", 1)], 1)
    two.record("blob2", [("bb", 1)], 1)

    assert one.unknown(["blob1", "blob2"]) == two.unknown(["blob1", "blob2"]) == []
