"""Open conflicts of a merge: listing them, and settling them one way or another."""

import tomllib
from collections.abc import Iterable
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from talekeep.core import codec
from talekeep.core.entry import Entry
from talekeep.core.errors import NotFound
from talekeep.core.errors import Usage
from talekeep.core.finding import Path
from talekeep.core.merge import records as merging
from talekeep.core.merge.resolve import resolve as settle_side
from talekeep.core.merge.resolve import settle
from talekeep.ops.merge.conflicts import CONFLICT_MARK
from talekeep.ops.merge.conflicts import Choice
from talekeep.ops.merge.conflicts import Open
from talekeep.ops.merge.conflicts import conflicts
from talekeep.ops.merge.conflicts import is_part
from talekeep.ops.merge.sidecar_conflicts import sidecars_after
from talekeep.ops.workspace.select import select
from talekeep.store import parts
from talekeep.store import toml
from talekeep.store.dataset import Dataset
from talekeep.store.files import replace
from talekeep.store.git import index


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
    if not is_part(file):
        tables = tomllib.loads(data.decode())
        settled = choice(tables[str(conflict.entry)], _current(tables[str(conflict.entry)], conflict))
        return toml.dump(
            {**tables, str(conflict.entry): settled} if settled is not None else _without(tables, conflict)
        )
    lines = []
    for line in data.split(b"\n"):
        record = codec.decode(line) if CONFLICT_MARK in line else None
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
        if CONFLICT_MARK not in data:
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
