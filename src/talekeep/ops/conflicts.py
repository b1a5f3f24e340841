"""Open conflicts of a merge: listing them, and settling them one way or another."""

import contextlib
import tomllib
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from typing import TypeAlias

from talekeep.core import codec
from talekeep.core import merge as merging
from talekeep.core.entry import CONFLICT_KEY
from talekeep.core.entry import Entry
from talekeep.core.errors import BadRecord
from talekeep.core.errors import NotFound
from talekeep.core.errors import Usage
from talekeep.core.finding import Path
from talekeep.core.merge_part import MergedFile
from talekeep.core.resolve import resolve as settle_side
from talekeep.core.resolve import settle
from talekeep.ops.following import sidecars_after
from talekeep.ops.selecting import select
from talekeep.store import parts
from talekeep.store import toml
from talekeep.store.dataset import Dataset
from talekeep.store.filemerge import by_record
from talekeep.store.files import replace
from talekeep.store.git import index
from talekeep.store.view import View

SIDES = ("ours", "theirs", "both", "base")
# An entry with a conflict and the conflict's path → the entry settled there, None where that removes it.
Choice: TypeAlias = Callable[[Entry, Path], Entry | None]

_MARK = CONFLICT_KEY.encode()
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
    if _MARK not in data:
        return
    for name, record in _records(path, data):
        for conflict in merging.conflicts_of(record):
            yield opened(path, name, conflict)


def _is_part(path: str) -> bool:
    return parts.is_entries(path) or parts.is_sidecars(path)


def _records(path: str, data: bytes) -> Iterator[tuple[str, Any]]:
    if not _is_part(path):
        yield from toml.parse(data, path).items()
        return
    for _, line in parts.lines_of(data):
        # A line that cannot be read is a finding of validation, not a conflict.
        with contextlib.suppress(BadRecord):
            record = codec.decode(line) if _MARK in line else None
            if isinstance(record, dict):
                yield str(record.get("id", "")), record


@dataclass(frozen=True, slots=True)
class Resolved:
    """`resolved` were settled now, `conflicts` are left; `staged` are files with none left."""

    resolved: list[Open]
    conflicts: list[Open]
    staged: list[str]


def choose_side(side: str) -> Choice:
    """The choice of one side, both, or the common ancestor."""
    return lambda entry, path: settle_side(entry, path, side)


def choose_value(value: Any) -> Choice:
    """The choice of a value of one's own."""
    return lambda entry, path: settle(entry, path, value)


def resolve(
    dataset: Dataset,
    choice: Choice,
    *,
    entry: str | None = None,
    path: Path | None = None,
    where: str | None = None,
    dry_run: bool = False,
) -> Resolved:
    """Settle open conflicts: of one entry (by id or its beginning; a slug in a library), at one path of
    it, of the entries a query selects, or all.

    Raises:
        NotFound: nothing open there. Usage: the choice does not fit (`both` of what cannot be both).
    """
    with dataset.writing("resolve"):
        wanted = _wanted(dataset, entry, path, where)
        if not wanted:
            raise NotFound("no open conflict there", "talekeep conflicts")
        files = {conflict.file: dataset.now().read(conflict.file) for conflict in wanted}
        for conflict in wanted:
            # Settled in order of listing: later paths of one entry follow its messages by themselves.
            files[conflict.file] = _settled(conflict.file, files[conflict.file], conflict, choice)
        files |= sidecars_after(dataset, _decided(wanted), files)
        if not dry_run:
            write(dataset, files)
        left = conflicts(dataset)
        return Resolved(wanted, left, sorted(files.keys() - {c.file for c in left}))


def _wanted(dataset: Dataset, entry: str | None, path: Path | None, where: str | None) -> list[Open]:
    found = [c for c in conflicts(dataset) if c.reason is None]
    if entry is not None:
        found = [c for c in found if c.entry is not None and c.entry.startswith(entry)]
        if len({c.entry for c in found}) > 1:
            raise NotFound(f"several entries begin with {entry!r}", "give more of the id")
    if path is not None:
        found = [c for c in found if c.path == path]
    if where is not None:
        chosen = {s.entry.get("id") for s in select(dataset, dataset.now(), where)}
        found = [c for c in found if c.entry in chosen]
    return found


def _decided(settled: Iterable[Open]) -> dict[str, list[str]]:
    """Entries that one side had removed, by part."""
    found: dict[str, list[str]] = {}
    for conflict in settled:
        if conflict.path == () and conflict.entry is not None and parts.is_entries(conflict.file):
            found.setdefault(conflict.file, []).append(conflict.entry)
    return found


def _settled(file: str, data: bytes, conflict: Open, choice: Choice) -> bytes:
    if not _is_part(file):
        tables = tomllib.loads(data.decode())
        settled = choice(tables[str(conflict.entry)], _current(tables[str(conflict.entry)], conflict))
        return toml.dump(
            {**tables, str(conflict.entry): settled} if settled is not None else _without(tables, conflict)
        )
    lines = []
    for line in data.split(b"\n"):
        record = codec.decode(line) if _MARK in line else None
        if isinstance(record, dict) and record.get("id") == conflict.entry:
            settled = choice(record, _current(record, conflict))
            lines += [] if settled is None else [codec.encode(settled).rstrip(b"\n")]
        else:
            lines.append(line)
    return b"\n".join(lines)


def _without(tables: dict[str, Any], conflict: Open) -> dict[str, Any]:
    return {slug: table for slug, table in tables.items() if slug != conflict.entry}


def _current(record: Entry, conflict: Open) -> Path:
    """Where the conflict stands now: settling an earlier one may have moved it with its messages."""
    still = merging.conflicts_of(record)
    same = [c for c in still if (c.get("ours"), c.get("theirs")) == (conflict.ours, conflict.theirs)]
    exact = [c for c in same if tuple(c["path"]) == conflict.path]
    if not same:
        raise NotFound("that conflict is settled already", "talekeep conflicts")
    return tuple((exact or same)[0]["path"])


def write(dataset: Dataset, files: Mapping[str, bytes]) -> None:
    """Write the files; those with nothing left to decide are staged."""
    staged = {}
    for path, data in files.items():
        replace(dataset.path / path, data)
        if _MARK not in data:
            staged[path] = dataset.repo.write_blobs([data])[0]
    index.update(dataset.repo, staged)


def parse_path(text: str) -> Path:
    """`messages.1.content` as a path.

    Raises:
        Usage: an empty step.
    """
    steps = text.split(".")
    if not all(steps):
        raise Usage(f"{text!r} is no path", "as talekeep conflicts shows them: messages.1.content")
    return tuple(int(step) if step.isdigit() else step for step in steps)
