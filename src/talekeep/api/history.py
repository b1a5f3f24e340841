"""History: commits, branches, merging, conflicts."""

from typing import Any
from typing import Literal

from talekeep.api.opened import Names
from talekeep.api.opened import Opened
from talekeep.api.opened import names
from talekeep.core.errors import Usage
from talekeep.ops.history import blame as blame_operation
from talekeep.ops.history import branches
from talekeep.ops.history import commit as commit_operation
from talekeep.ops.history import diff as diff_operation
from talekeep.ops.history import discard as discard_operation
from talekeep.ops.history import entry_log
from talekeep.ops.history import log as log_operation
from talekeep.ops.history import restore as restore_operation
from talekeep.ops.history import snapshots
from talekeep.ops.history.blame import Blamed
from talekeep.ops.history.branches import Branches
from talekeep.ops.history.commit import Committed
from talekeep.ops.history.diff import Compared
from talekeep.ops.history.discard import Discarded
from talekeep.ops.history.entry_log import EntryLog
from talekeep.ops.history.log import LogRow
from talekeep.ops.history.restore import Restored
from talekeep.ops.history.snapshots import Snapshots
from talekeep.ops.merge import conflicts as conflicts_operation
from talekeep.ops.merge import merge as merge_operation
from talekeep.ops.merge import resolve as resolve_operation
from talekeep.ops.merge import undo as undo_operation
from talekeep.ops.merge.merge import Merged
from talekeep.ops.merge.open_conflict import Open as OpenConflict
from talekeep.ops.merge.resolve import Resolved
from talekeep.ops.merge.undo import Undone


class HistoryMethods(Opened):
    def commit(self, subject: str | None = None, *, dry_run: bool = False) -> Committed:
        """Commit every change in the folder, such as parts edited by hand."""
        with self._writing() as store:
            return commit_operation.commit(store, subject, dry_run=dry_run)

    def discard(
        self,
        entries: Names = (),
        *,
        where: str | None = None,
        everything: bool = False,
        dry_run: bool = False,
    ) -> Discarded:
        """Throw uncommitted changes away: of these entries, of those that match, or all. A draft of them is
        kept; the result names its folder."""
        with self._store() as store:
            return discard_operation.discard(
                store, names(entries), where=where, everything=everything, dry_run=dry_run
            )

    def log(self, *, rev: str = "HEAD", limit: int | None = None) -> list[LogRow]:
        """Commits, newest first. `log_entry` is the same for one entry."""
        with self._store() as store:
            return log_operation.log(store, limit=limit, revision=rev)

    def log_entry(self, entry: str, *, rev: str = "HEAD", limit: int | None = None) -> EntryLog:
        """The commits that changed an entry, newest first, and what each did to it."""
        with self._store() as store:
            return entry_log.log_entry(store, entry, revision=rev, limit=limit)

    def diff(
        self, before: str | None = None, after: str | None = None, *, entry: str | None = None
    ) -> Compared:
        """What changed between two revisions, by entry: from HEAD without `before`, up to the folder as it
        lies without `after`; of one entry only, where it is named."""
        with self._store() as store:
            compared = diff_operation.diff(store, before, after)
            return compared if entry is None else diff_operation.of_entry(compared, entry)

    def blame(self, entry: str, *, rev: str | None = None) -> Blamed:
        """For each message of an entry the commit that gave it its text."""
        with self._store() as store:
            return blame_operation.blame(store, entry, revision=rev)

    def restore(
        self, entries: Names = (), *, rev: str, where: str | None = None, dry_run: bool = False
    ) -> Restored:
        """Put entries back as they were at a revision."""
        with self._writing() as store:
            return restore_operation.restore(store, names(entries), source=rev, where=where, dry_run=dry_run)

    def undo(self, commit: str | None = None, *, dry_run: bool = False) -> Undone:
        """Reverse an operation (the newest, if none is named) by a new commit; later edits stay."""
        with self._writing() as store:
            return undo_operation.undo(store, commit, dry_run=dry_run)

    def redo(self, *, dry_run: bool = False) -> Undone:
        """Reverse the last undo."""
        with self._writing() as store:
            return undo_operation.redo(store, dry_run=dry_run)

    def snapshot(self, name: str, *, note: str = "", rev: str = "HEAD") -> Snapshots:
        """Give a commit a name that stays."""
        with self._store() as store:
            return snapshots.snapshot(store, name, note=note, revision=rev)

    def snapshots(self) -> Snapshots:
        """Every snapshot."""
        with self._store() as store:
            return snapshots.snapshots(store)

    def branch(self, name: str | None = None, *, rev: str = "HEAD") -> Branches:
        """Make a branch, if one is named, and list all."""
        with self._store() as store:
            return (
                branches.branches(store) if name is None else branches.create_branch(store, name, start=rev)
            )

    def switch(self, branch: str) -> Branches:
        """Put the folder on another branch."""
        with self._store() as store:
            return branches.switch(store, branch)

    def merge(self, branch: str, *, preview: bool = False) -> Merged:
        """Merge a branch, entry by entry. Where `conflicts` are left, `resolve` and `commit` finish it, and
        `abort_merge` gives it up."""
        with self._writing() as store:
            return merge_operation.merge(store, branch, preview=preview)

    def abort_merge(self) -> None:
        """Give up a merge that stopped: everything is as the last commit has it."""
        with self._store() as store:
            merge_operation.abort(store)

    def conflicts(self) -> list[OpenConflict]:
        """Every open conflict."""
        with self._store() as store:
            return conflicts_operation.conflicts(store)

    def resolve(
        self,
        side: Literal["ours", "theirs", "both", "base"] | None = None,
        *,
        value: Any = None,
        entry: str | None = None,
        path: str | None = None,
        where: str | None = None,
        dry_run: bool = False,
    ) -> Resolved:
        """Settle open conflicts by a side, or by a value of your own; of one entry, at one path of it, of the
        entries that match, or all.

        Args:
            path: such as `messages.1.content`.
        """
        if (side is None) == (value is None):
            raise Usage("resolve takes a side or a value, and not both", 'dataset.resolve("ours")')
        use = resolve_operation
        choice = use.choose_side(side) if side is not None else use.choose_value(value)
        place = None if path is None else use.parse_path(path)
        with self._store() as store:
            return use.resolve(store, choice, entry=entry, path=place, where=where, dry_run=dry_run)
