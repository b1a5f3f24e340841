"""Resolve open conflicts: each file is read once, resolved in memory, and all are written together."""

import tomllib
from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from talekeep.core import codec
from talekeep.core import handles
from talekeep.core.entry import Entry
from talekeep.core.errors import NotFound
from talekeep.core.errors import Usage
from talekeep.core.finding import Path
from talekeep.core.merge import records as merging
from talekeep.core.merge.resolve import resolve as settle_side
from talekeep.core.merge.resolve import settle
from talekeep.ops.merge import conflicts
from talekeep.ops.merge.conflicts import CONFLICT_MARK
from talekeep.ops.merge.conflicts import Choice
from talekeep.ops.merge.conflicts import is_part
from talekeep.ops.merge.open_conflict import Open
from talekeep.ops.merge.sidecar_conflicts import sidecars_after
from talekeep.ops.workspace.followed_sidecars import followed_sidecar
from talekeep.ops.workspace.select import select
from talekeep.store import parts
from talekeep.store import toml
from talekeep.store.dataset import Dataset
from talekeep.store.overlay import overlay
from talekeep.store.view import View
from talekeep.store.view import apart
from talekeep.store.view import of_folder


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
        snapshot = dataset.staging.read()
        now = dataset.now_from(snapshot)
        files = conflicts.by_file(now, snapshot.unmerged)
        wanted = _wanted(conflicts.listed(files), entry, path)
        if where is not None:
            ids = {selected.entry.get("id") for selected in select(dataset, now, where)}
            wanted = [row for row in wanted if row.entry in ids]
        if not wanted:
            raise NotFound("no open conflict there", "talekeep conflicts")
        written = {
            file: settled(file, now.read(file), rows, choice) for file, rows in _grouped(wanted).items()
        }
        written |= sidecars_after(dataset, now, _decided(wanted), written)
        written |= _followed(now, written)
        if dry_run:
            return Resolved(wanted, conflicts.listed(files), [])
        write(dataset, written)
        return Resolved(wanted, *_left(files, written))


def _followed(now: View, written: Mapping[str, bytes]) -> dict[str, bytes]:
    """The sidecars whose alternatives follow messages of which a side was chosen."""
    result: dict[str, bytes] = {}
    after = overlay(now, written)
    for part in filter(parts.is_entries, written):
        lines = partial(apart, part, now.read(part), written[part])
        if (data := followed_sidecar(after, part, lines)) is not None:
            result[parts.sidecar_of(part)] = data
    return result


def _left(files: Mapping[str, list[Open]], written: Mapping[str, bytes]) -> tuple[list[Open], list[str]]:
    """The conflicts that are left after these files were written, and the files without any."""
    after = {path: conflicts.in_file(path, data) for path, data in written.items()}
    staged = sorted(path for path, rows in after.items() if not rows)
    merged = {path: rows for path, rows in {**files, **after}.items() if rows}
    return conflicts.listed({path: merged[path] for path in sorted(merged)}), staged


def _wanted(conflicts: Iterable[Open], entry: str | None, path: Path | None) -> list[Open]:
    rows = [row for row in conflicts if row.reason is None]
    if entry is not None:
        ids = handles.alike((row.entry for row in rows if row.entry is not None), entry)
        rows = [row for row in rows if row.entry in ids]
        if len({row.entry for row in rows}) > 1 and entry not in {row.entry for row in rows}:
            raise NotFound(f"several entries begin with {entry!r}", "give more of the id")
        exact = [row for row in rows if row.entry == entry]
        rows = exact or rows
    return [row for row in rows if path in (None, row.path)]


def _grouped(rows: Iterable[Open]) -> dict[str, list[Open]]:
    open_conflicts: dict[str, list[Open]] = {}
    for row in rows:
        open_conflicts.setdefault(row.file, []).append(row)
    return open_conflicts


def _decided(rows: Iterable[Open]) -> dict[str, list[str]]:
    """Entries that one side had removed, by part."""
    result: dict[str, list[str]] = {}
    for row in rows:
        if row.path == () and row.entry is not None and parts.is_entries(row.file):
            result.setdefault(row.file, []).append(row.entry)
    return result


def settled(file: str, data: bytes, rows: Iterable[Open], choice: Choice) -> bytes:
    """The bytes of a file with these of its open conflicts settled; every other line stays as it is.

    Raises:
        NotFound: the place of one is gone. Usage: the choice does not fit.
    """
    paths: dict[str, set[Path]] = {}
    for row in rows:
        paths.setdefault(str(row.entry), set()).add(row.path)
    if is_part(file):
        return _settled_part(data, paths, choice)
    tables = tomllib.loads(data.decode())
    values = {slug: _settled(tables[slug], paths[slug], choice) for slug in tables.keys() & paths.keys()}
    return toml.dump({s: table for s, table in {**tables, **values}.items() if table is not None})


def _settled_part(data: bytes, paths: Mapping[str, Collection[Path]], choice: Choice) -> bytes:
    lines = []
    for line in data.split(b"\n"):
        record = codec.decode(line) if CONFLICT_MARK in line else None
        wanted = paths.get(str(record.get("id", ""))) if isinstance(record, dict) else None
        if not isinstance(record, dict) or wanted is None:
            lines.append(line)
        elif (value := _settled(record, wanted, choice)) is not None:
            lines.append(codec.encode(value).rstrip(b"\n"))
    return b"\n".join(lines)


def _settled(record: Entry, paths: Collection[Path], choice: Choice) -> Entry | None:
    """One record without the conflicts at these paths; None where that removes it.

    Settling one may move the messages behind it, and the paths of the conflicts there with them; their order
    stays: of [a, b, c], with a settled, b is the first of the two that are left.
    """
    open_conflicts = merging.conflicts_of(record)
    numbers = [number for number, one in enumerate(open_conflicts) if tuple(one["path"]) in paths]
    value: Entry | None = record
    for before, number in enumerate(numbers):
        if value is None:
            return None
        value = choice(value, tuple(merging.conflicts_of(value)[number - before]["path"]))
    return value


def write(dataset: Dataset, files: Mapping[str, bytes | None], unstaged: Collection[str] = ()) -> None:
    """Write files into the folder as one change, and stage them; git goes on knowing those as they were
    that hold an open conflict or are `unstaged`. A file without bytes is deleted."""
    if not files:
        return
    still_open = {path for path, data in files.items() if CONFLICT_MARK in (data or b"")}
    before = of_folder(dataset.path, files)
    # Should the disk refuse half way, what lies in the folder can be put back.
    dataset.history.keep(before.read(path) for path in before.files)
    dataset.write(files, "Resolve", commit=False, sweep=before, unstaged=still_open.union(unstaged))


def parse_path(text: str) -> Path:
    """`messages.1.content` as a path.

    Raises:
        Usage: an empty step.
    """
    steps = text.split(".")
    if not all(steps):
        raise Usage(f"{text!r} is no path", "as talekeep conflicts shows them: messages.1.content")
    return tuple(int(step) if step.isdigit() else step for step in steps)
