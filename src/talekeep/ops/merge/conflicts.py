"""The open conflicts of a dataset, whatever left them."""

import contextlib
import shlex
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from typing import TypeAlias

from talekeep.core import codec
from talekeep.core.entry import CONFLICT_KEY
from talekeep.core.entry import Entry
from talekeep.core.entry import is_uuid
from talekeep.core.errors import BadRecord
from talekeep.core.finding import Path
from talekeep.core.merge import records as merging
from talekeep.core.merge.parts import MergedFile
from talekeep.ops.merge.open_conflict import Open
from talekeep.store import parts
from talekeep.store import toml
from talekeep.store.dataset import Dataset
from talekeep.store.filemerge import by_record
from talekeep.store.view import View

SIDES = ("ours", "theirs", "both", "base")

# An entry with a conflict and the conflict's path → the entry settled there, None where that removes it.
Choice: TypeAlias = Callable[[Entry, Path], Entry | None]

CONFLICT_MARK = CONFLICT_KEY.encode()

_NOT_STAGED = "not settled yet: edit it, then talekeep resolve FILE; or talekeep resolve --restart"


@dataclass(frozen=True, slots=True)
class Conflicts:
    """Every open conflict."""

    conflicts: list[Open]


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
    snapshot = dataset.staging.read()
    return listed(by_file(dataset.now_from(snapshot), snapshot.unmerged, among))


def by_file(
    now: View, unmerged: Collection[str], among: Iterable[str] | None = None
) -> dict[str, list[Open]]:
    """The open conflicts of each file that has any, files in order; see `conflicts`."""
    paths = now.files if among is None else now.files.keys() & {*unmerged, *among}
    result = {path: in_file(path, now.read(path)) for path in sorted(paths) if by_record(path)}
    result |= {
        path: [Open(path, None, reason=_NOT_STAGED)] for path in sorted(unmerged) if not result.get(path)
    }
    return {path: rows for path, rows in result.items() if rows}


def listed(files: Mapping[str, list[Open]]) -> list[Open]:
    """The conflicts of all files, those without sides last."""
    rows = [row for each in files.values() for row in each]
    return sorted(rows, key=lambda row: row.reason is not None)


def in_file(path: str, data: bytes) -> list[Open]:
    """The open conflicts inside the records of one file."""
    if CONFLICT_MARK not in data:
        return []
    records = _records(path, data)
    return [opened(path, name, one) for name, record in records for one in merging.conflicts_of(record)]


def way_out(dataset: Dataset, row: Open) -> str:
    """The command that settles one conflict."""
    if row.entry is not None:
        name = row.entry[:18] if is_uuid(row.entry) else shlex.quote(row.entry)
        return f"talekeep resolve {name} --ours (or --theirs, --both)"
    _, ours, theirs = dataset.staging.sides(row.file)
    if by_record(row.file) and ours and theirs:
        return "talekeep resolve --restart"
    return f"talekeep resolve {shlex.quote(row.file)} --ours (or --theirs)"


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
