"""The ids of a blob are noted while it is read, and go to the cache together."""

from pathlib import Path

from talekeep.store.cache import Cache
from talekeep.store.ids import IdIndex


class Counted(Cache):
    """A cache that counts what it is asked to record."""

    calls = 0

    def record(self, blobs) -> None:
        self.calls += 1
        super().record(blobs)


def test_what_was_noted_is_not_read_again_and_recorded_in_one_transaction(tmp_path: Path) -> None:
    cache = Counted(tmp_path / "cache.sqlite")
    ids = IdIndex(lambda: cache)
    for number in range(40):
        ids.note(f"blob{number}", ([(f"id{number}", 1)], 1))
    read: list[str] = []

    ids.require({f"blob{number}": f"path{number}" for number in range(40)}, read.append)

    assert (read, cache.calls) == ([], 1)
    assert cache.places(["id7"]) == [("id7", "blob7", 1)]


def test_only_unknown_blobs_are_read(tmp_path: Path) -> None:
    cache = Counted(tmp_path / "cache.sqlite")
    ids = IdIndex(lambda: cache)
    cache.record({"known": ([], 0)})

    def read(path: str) -> None:
        assert path == "new.jsonl"
        ids.note("new", ([("a", 1)], 2))

    ids.require({"known": "old.jsonl", "new": "new.jsonl"}, read)
    ids.require({"known": "old.jsonl", "new": "new.jsonl"}, read)

    assert cache.sizes(["known", "new"]) == {"known": 0, "new": 2}
    assert cache.calls == 2


def test_many_notes_do_not_pile_up(tmp_path: Path) -> None:
    cache = Counted(tmp_path / "cache.sqlite")
    ids = IdIndex(lambda: cache)

    for number in range(3000):
        ids.note(f"blob{number}", ([], 0))

    assert cache.calls == 2
    assert len(cache.sizes(f"blob{n}" for n in range(3000))) == 2048
