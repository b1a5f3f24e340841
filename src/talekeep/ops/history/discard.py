"""Discard uncommitted changes of files or single entries. A copy of what is discarded is kept as a draft."""

from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from talekeep.core.errors import NotFound
from talekeep.core.errors import Refused
from talekeep.core.errors import Usage
from talekeep.core.merge.diff import Change
from talekeep.ops.workspace.compare import changes_between
from talekeep.ops.workspace.select import select
from talekeep.ops.workspace.workspace import Workspace
from talekeep.store import files as disk
from talekeep.store import parts
from talekeep.store.dataset import Dataset
from talekeep.store.overlay import overlay
from talekeep.store.view import Line
from talekeep.store.view import View
from talekeep.store.view import apart
from talekeep.store.view import of_folder


@dataclass(frozen=True, slots=True)
class Discarded:
    """What was thrown away: `changes` by entry, from what lay in the folder to what lies there now; `files`
    were written or deleted; `draft` is the folder that holds them as they were, None where nothing differed
    or with `dry_run`."""

    changes: list[Change]
    files: list[str]
    draft: str | None


def discard(
    dataset: Dataset,
    entries: Sequence[str] = (),
    *,
    where: str | None = None,
    everything: bool = False,
    dry_run: bool = False,
) -> Discarded:
    """Throw uncommitted changes away: of these entries (by id or its beginning), of those that match `where`
    in the folder or in the last commit, or all.

    Raises:
        Usage: not exactly one of `entries`, `where` and `everything`; not a query.
        NotFound: no such entry among those that differ. Refused: git or a merge is in the middle of its work.
    """
    if (bool(entries), where is not None, everything).count(True) != 1:
        raise Usage("discard needs entries, --where or --all", "talekeep diff shows what differs")
    with dataset.writing("discard"):
        _refuse_unfinished(dataset)
        workspace = Workspace(dataset)
        now, head = workspace.now, workspace.head
        if everything:
            files = {path: head.optional(path) for path in sorted(workspace.uncommitted)}
        else:
            pieces = [
                _Piece(path, head.optional(path), now.optional(path)) for path in _part_files(now, head)
            ]
            ids = _named(pieces, entries) if where is None else _matching(dataset, (now, head), pieces, where)
            restored = ((piece.path, piece.restored(ids)) for piece in pieces if piece.ids & ids)
            files = {path: b"" if data is None and path in head.files else data for path, data in restored}
        return _carry_out(workspace, files, dry_run=dry_run)


def _refuse_unfinished(dataset: Dataset) -> None:
    if dataset.merging is not None:
        raise Refused("a merge is under way", "talekeep merge --abort")
    other = dataset.unfinished.other()
    if other is not None:
        raise Refused(f"a {other} is under way", f"{other} --abort")


def _part_files(now: View, head: View) -> list[str]:
    """The files of entries and sidecars that differ."""
    return sorted(p for p in now.differing(head) if parts.is_entries(p) or parts.is_sidecars(p))


class _Piece:
    """One file of entries or sidecars that differs; `before` is what the last commit has."""

    def __init__(self, path: str, before: bytes | None, now: bytes | None) -> None:
        self.path = path
        self._before = [data for _, data in parts.lines_of(before or b"")]
        self._now = [data for _, data in parts.lines_of(now or b"")]
        gone, new = apart(path, before, now)
        self._gone, self._new = _ids(gone), _ids(new)
        self._broken = {line.data for line in new if _id(line) is None}

    @property
    def ids(self) -> set[str]:
        """The entries whose line differs."""
        return {*self._gone.values(), *self._new.values()}

    def restored(self, ids: Collection[str]) -> bytes | None:
        """The file with the lines of these entries as they were; None where nothing is left of it.

        An entry that was [a, b, c]'s b and is gone comes back behind a: in the place of an unreadable line
        there, which is what became of it, or else between a and what follows.
        """
        wanted = {entry: data for data, entry in self._gone.items() if entry in ids}
        lines: list[bytes] = []
        for data in self._now:
            entry = self._new.get(data)
            if entry not in ids:
                lines.append(data)
            elif entry in wanted:
                lines.append(wanted.pop(entry))
        for data in wanted.values():
            self._put_in(lines, data)
        return b"".join(line + b"\n" for line in lines) or None

    def _put_in(self, lines: list[bytes], data: bytes) -> None:
        earlier = reversed(self._before[: self._before.index(data)])
        place = next((lines.index(line) + 1 for line in earlier if line in lines), 0)
        broken = lines[place : place + 1] and lines[place] in self._broken
        lines[place : place + bool(broken)] = [data]


def _id(line: Line) -> str | None:
    entry = line.value.get("id") if isinstance(line.value, dict) else None
    return entry if isinstance(entry, str) else None


def _ids(lines: Iterable[Line]) -> dict[bytes, str]:
    return {line.data: entry for line in lines if (entry := _id(line)) is not None}


def _named(pieces: Iterable[_Piece], entries: Iterable[str]) -> set[str]:
    """The ids of entries that differ, by their beginnings."""
    known = {entry for piece in pieces for entry in piece.ids}
    ids = set()
    for given in entries:
        result = {given} & known or {entry for entry in known if entry.startswith(given)}
        if len(result) != 1:
            what = "several entries that differ begin" if result else "no entry that differs begins"
            raise NotFound(f"{what} with {given!r}", "talekeep diff --stat shows the ids")
        ids |= result
    return ids


def _matching(dataset: Dataset, views: Iterable[View], pieces: Sequence[_Piece], where: str) -> set[str]:
    """The entries that differ and match a query, as they are or as they were."""
    known = {entry for piece in pieces for entry in piece.ids}
    ids = set()
    for view in views:
        entry_id = (selected.entry.get("id") for selected in select(dataset, view, where))
        ids |= known.intersection(entry for entry in entry_id if isinstance(entry, str))
    return ids


def _carry_out(workspace: Workspace, files: Mapping[str, bytes | None], *, dry_run: bool) -> Discarded:
    dataset, head = workspace.dataset, workspace.head
    before = of_folder(dataset.path, files)
    changes = changes_between(workspace.now, overlay(workspace.now, files))
    if dry_run or not files:
        return Discarded(changes, sorted(files), None)
    draft = _keep(dataset.private / "drafts", before, files)
    # Should the disk refuse half way, what lies in the folder can be put back.
    dataset.history.keep(before.read(path) for path in before.files)
    staged = dataset.staged(workspace.snapshot).files
    # What differs still was not staged, or it was: that stays as it is.
    unstaged = [
        path
        for path, data in files.items()
        if data != head.optional(path) and staged.get(path) == head.files.get(path)
    ]
    dataset.write(files, "Discard uncommitted changes", commit=False, sweep=before, unstaged=unstaged)
    return Discarded(changes, sorted(files), None if draft is None else str(draft))


def _keep(drafts: Path, before: View, files: Mapping[str, bytes | None]) -> Path | None:
    """Keep the files that are about to change, whole, in a new folder."""
    losing = [path for path in before.files if before.read(path) != files[path]]
    if not losing:
        return None
    drafts.mkdir(parents=True, exist_ok=True)
    folder = next(place for n in count(1) if not (place := drafts / f"discarded-{n}").exists())
    for path in losing:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        disk.replace(folder / path, before.read(path))
    return folder
