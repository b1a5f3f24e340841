"""Deduplication: each entry is added, or merged into the one that it duplicates."""

import tempfile
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Set
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from talekeep.core import codec
from talekeep.core.entry import Entry
from talekeep.core.entry_edit import sidecars
from talekeep.core.entry_edit.equality import content_key
from talekeep.core.entry_edit.equality import frame_key
from talekeep.core.entry_edit.equality import united
from talekeep.metrics.duplicates import minhash
from talekeep.metrics.duplicates.near import Twins
from talekeep.store import parts
from talekeep.store.view import View

# New entries stay in memory up to this many bytes, then they go to a temporary file.
_IN_MEMORY = 64 << 20
_PARTS = 64
_ENTRIES = 2048


@dataclass(slots=True)
class Kept:
    """An entry that is in the result: its id, its content, and where it is — a part and a line of the
    dataset as it was, or an offset and two sizes in the file of what is new."""

    id: str
    content: str
    place: tuple[str, int] | None
    at: tuple[int, int, int] | None = None


class Pool:
    """All entries of the result so far, by number.

    Args:
        now: the dataset as it was before; its entries are told to `there`.
        threshold: from which likeness on two are near twins; None looks for equal ones alone.
    """

    def __init__(self, now: View, threshold: float | None) -> None:
        self._now = now
        self._twins = None if threshold is None else Twins(threshold)
        self._all: list[Kept] = []
        self._by_id: dict[str, int] = {}
        self._by_content: dict[str, int] = {}
        self._by_digest: dict[str, list[int]] = {}
        self._file = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - closed in `close`
        self._end = 0
        self._lines = lru_cache(_PARTS)(self._lines_of)
        self._sidecars = lru_cache(_PARTS)(now.sidecars)
        self._shingles = lru_cache(_ENTRIES)(lambda number: minhash.shingles(self.value(number)[0]))

    def close(self) -> None:
        self._file.close()

    def __getitem__(self, number: int) -> Kept:
        return self._all[number]

    def __iter__(self) -> Iterator[Kept]:
        return iter(self._all)

    def _lines_of(self, part: str) -> dict[int, bytes]:
        return dict(parts.lines_of(self._now.read(part)))

    # Adding

    def there(self, entry: Entry, sidecar: Mapping[str, Any], part: str, line: int) -> None:
        """Register an entry that the dataset has already."""
        kept = Kept(str(entry.get("id", "")), _content(entry), (part, line))
        number = self._enter(kept, entry)
        for known in (sidecar, *_joined(sidecar)):
            source = known.get("source")
            if isinstance(source, dict) and isinstance(source.get("digest"), str):
                self._by_digest.setdefault(source["digest"], []).append(number)

    def add(self, entry: Entry, sidecar: Mapping[str, Any]) -> int:
        """Add a new entry, whose id is not taken; returns its number."""
        kept = Kept(entry["id"], _content(entry), None)
        number = self._enter(kept, entry)
        self.put(number, entry, sidecar)
        return number

    def _enter(self, kept: Kept, entry: Entry) -> int:
        number = len(self._all)
        self._all.append(kept)
        # Two spellings of one UUID are one id.
        self._by_id.setdefault(kept.id.lower(), number)
        self._by_content.setdefault(kept.content, number)
        if self._twins is not None and not kept.content.startswith("?"):
            self._twins.add(number, frame_key(entry), minhash.sketch(entry))
        return number

    def put(self, number: int, entry: Entry, sidecar: Mapping[str, Any]) -> None:
        """Replace an entry and its sidecar; its messages stay the same."""
        first, second = codec.encode(entry), codec.encode(dict(sidecar))
        self._file.seek(self._end)
        self._file.write(first + second)
        self._all[number].at = (self._end, len(first), len(second))
        self._end += len(first) + len(second)

    def value(self, number: int) -> tuple[Entry, dict[str, Any]]:
        """An entry and its sidecar."""
        kept = self._all[number]
        if kept.at is None:
            assert kept.place is not None
            part, line = kept.place
            return codec.decode(self._lines(part)[line]), self._sidecars(part).get(kept.id, {})
        start, first, second = kept.at
        self._file.seek(start)
        return codec.decode(self._file.read(first)), codec.decode(self._file.read(second))

    # Asking

    def has(self, entry: str) -> bool:
        """Whether an id is taken."""
        return entry.lower() in self._by_id

    def imported(self, digest: str) -> int | None:
        """The entry that an earlier import made of this record; each is given out once."""
        known = self._by_digest.get(digest)
        return known.pop(0) if known else None

    def itself(self, entry: Entry) -> int | None:
        """The same entry under its own id, or under the new id it got because its own was taken."""
        number = self._by_id.get(str(entry.get("id", "")).lower())
        if number is None:
            return None
        content = _content(entry)
        return number if self._all[number].content == content else self._by_content.get(content)

    def equal(self, entry: Entry) -> int | None:
        """An entry of equal content."""
        return self._by_content.get(_content(entry))

    def near(self, entry: Entry) -> tuple[int, float] | None:
        """The number of a near-duplicate, and the similarity (0 to 1)."""
        if self._twins is None or content_key(entry) is None:
            return None
        mine: list[Set[int]] = []

        def alike(number: int) -> float:
            mine[:] = mine or [minhash.shingles(entry)]
            return minhash.jaccard(self._shingles(number), mine[0])

        return self._twins.find(frame_key(entry), minhash.sketch(entry), alike)

    def unite(self, number: int, entry: Entry, sidecar: Mapping[str, Any]) -> tuple[list[str], list[str]]:
        """Give the tags, keys and sidecar of a twin to the entry that stays; the tags it got, and the keys
        in which they differ."""
        kept, known = self.value(number)
        whole, differ = united(kept, entry)
        beside = _sidecar_united(self._all[number].id, known, str(entry.get("id", "")), sidecar)
        if whole != kept or beside != known:
            self.put(number, whole, beside)
        before = kept.get("tags") or []
        return [tag for tag in whole.get("tags") or [] if tag not in before], differ


def _content(entry: Entry) -> str:
    """The digest of the content; an entry of unknown shape equals only itself."""
    return content_key(entry) or f"?{codec.digest({**entry, 'tags': []})}"


def _joined(sidecar: Mapping[str, Any]) -> list[dict[str, Any]]:
    joined = sidecar.get("joined")
    return [item for item in joined if isinstance(item, dict)] if isinstance(joined, list) else []


def _sidecar_united(
    kept: str, known: Mapping[str, Any], dropped: str, more: Mapping[str, Any]
) -> dict[str, Any]:
    """Merge two sidecars; idempotent."""
    mine, theirs = dict(known), {key: value for key, value in more.items() if key != "id"}
    note, notes = mine.get("note"), theirs.get("note")
    if isinstance(note, str) and isinstance(notes, str) and notes in note:
        del theirs["note"]
    met = [item.get("source") for item in _joined(mine)]
    if theirs.get("source") in met:
        del theirs["source"]
    whole = sidecars.united([(kept, mine), (dropped, theirs)])
    return {"id": kept, **whole} if whole else {}
