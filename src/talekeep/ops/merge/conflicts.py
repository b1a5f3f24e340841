"""Open conflicts of a merge: listing them, and settling them one way or another."""

import contextlib
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from typing import TypeAlias

from talekeep.core import codec
from talekeep.core.entry import CONFLICT_KEY
from talekeep.core.entry import Entry
from talekeep.core.errors import BadRecord
from talekeep.core.finding import Path
from talekeep.core.merge import records as merging
from talekeep.core.merge.parts import MergedFile
from talekeep.store import parts
from talekeep.store import toml
from talekeep.store.dataset import Dataset
from talekeep.store.filemerge import by_record
from talekeep.store.git import index
from talekeep.store.view import View

SIDES = ("ours", "theirs", "both", "base")

# An entry with a conflict and the conflict's path → the entry settled there, None where that removes it.
Choice: TypeAlias = Callable[[Entry, Path], Entry | None]

CONFLICT_MARK = CONFLICT_KEY.encode()

_NOT_STAGED = "not settled yet: edit it, then talekeep resolve FILE; or talekeep resolve --restart"


@dataclass(frozen=True, slots=True)
class Open:
    """One open conflict: its file, the entry's id (in a library the slug), the path in it, the sides that
    are there; `reason` instead of sides where the file as a whole could not be merged."""

    file: str
    entry: str | None
    path: Path = ()
    base: Any = None
    ours: Any = None
    theirs: Any = None
    reason: str | None = None


def conflicts_in_file(path: str, merged: MergedFile) -> Iterator[Open]:
    """What a merge left open in one file."""
    for entry, conflict in merged.conflicts:
        yield opened(path, entry, conflict)
    if merged.markers:
        yield Open(path, None, reason=f"{merged.markers} places with conflict markers")
    if merged.refused:
        yield Open(path, None, reason=merged.refused)


def opened(file: str, entry: str, conflict: dict[str, Any]) -> Open:
    """A conflict inside an entry, as it is listed."""
    sides = (conflict.get(side) for side in ("base", "ours", "theirs"))
    return Open(file, entry, tuple(conflict["path"]), *sides)


def conflicts(dataset: Dataset, among: Iterable[str] | None = None) -> list[Open]:
    """Every open conflict in the folder as it lies: data inside entries, sidecars and libraries, and the
    paths git knows as unmerged that hold none.

    Args:
        among: look into these paths (and the unmerged ones) only.
    """
    unmerged = set(index.read(dataset.repo).unmerged)
    now = dataset.now()
    paths = now.files if among is None else now.files.keys() & (unmerged | set(among))
    found = [conflict for path in sorted(paths) for conflict in _in_file(now, path)]
    silent = unmerged - {conflict.file for conflict in found}
    return found + [Open(path, None, reason=_NOT_STAGED) for path in sorted(silent)]


def _in_file(now: View, path: str) -> Iterator[Open]:
    data = now.read(path) if by_record(path) else b""
    if CONFLICT_MARK not in data:
        return
    for name, record in _records(path, data):
        for conflict in merging.conflicts_of(record):
            yield opened(path, name, conflict)


def is_part(path: str) -> bool:
    return parts.is_entries(path) or parts.is_sidecars(path)


def _records(path: str, data: bytes) -> Iterator[tuple[str, Any]]:
    if not is_part(path):
        yield from toml.parse(data, path).items()
        return
    for _, line in parts.lines_of(data):
        # A line that cannot be read is a finding of validation, not a conflict.
        with contextlib.suppress(BadRecord):
            record = codec.decode(line) if CONFLICT_MARK in line else None
            if isinstance(record, dict):
                yield str(record.get("id", "")), record
