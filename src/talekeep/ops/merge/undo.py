"""Undo and redo: new commits that revert older ones by three-way merge. History is never rewritten."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from talekeep.core.errors import Negative
from talekeep.core.errors import NotFound
from talekeep.core.errors import Refused
from talekeep.ops import message
from talekeep.ops.merge.merge import named_counts
from talekeep.ops.merge.odd_changes import refuse_odd_changes
from talekeep.ops.merge.plan import Plan
from talekeep.ops.workspace import validation
from talekeep.ops.workspace.counts import counted
from talekeep.ops.workspace.rule_runner import set_validated
from talekeep.store.clone.history import Commit
from talekeep.store.dataset import Dataset
from talekeep.store.filemerge import by_record
from talekeep.store.overlay import overlay

_OPERATION = re.compile(r"^Talekeep-Op: (.*)$", re.MULTILINE)
_UNDOES = re.compile(r"^Talekeep-Undoes: ([0-9a-f]{40})$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Operation:
    """A commit as an operation; `undone` if an undo that still holds reverses it."""

    id: str
    subject: str
    operation: str | None
    undoes: str | None
    undone: bool


@dataclass(frozen=True, slots=True)
class Operations:
    """Operations, newest first."""

    operations: list[Operation]


@dataclass(frozen=True, slots=True)
class Undone:
    """`undone` is what was reversed, `entries` counts what that added, changed and removed; `commit` is the
    reversing commit, None with `dry_run`."""

    undone: Operation
    entries: dict[str, int]
    commit: str | None


def operations(dataset: Dataset, limit: int | None = None) -> list[Operation]:
    """The operations that made this branch, newest first; a merge is one of them, what it brought is not."""
    return list(islice(_operations(dataset), limit))


def _operations(dataset: Dataset) -> Iterator[Operation]:
    cancelled: set[str] = set()
    following = dataset.history.head()
    while following is not None:
        commit = dataset.history.commit(following)
        following = commit.parents[0] if commit.parents else None
        undoes = _UNDOES.search(commit.message)
        # Newest first: what reverses a commit has been seen before it.
        undone = commit.id in cancelled
        if undoes and not undone:
            cancelled.add(undoes[1])
        named = _OPERATION.search(commit.message)
        yield Operation(
            commit.id, commit.subject, named[1] if named else None, undoes[1] if undoes else None, undone
        )


def undo(dataset: Dataset, operation: str | None = None, *, dry_run: bool = False) -> Undone:
    """Reverse one operation, the newest one that is not undone if none is named; later edits stay.

    Raises:
        Negative: there is nothing to undo, or later edits of the same places stand in the way; nothing was
            changed. NotFound: no such commit. Refused: it is the first commit, or uncommitted changes stand
            in the way. Invalid: without it the dataset would have an error.
    """
    with dataset.writing("undo"):
        if operation is None:
            target = _newest(dataset, undo=False)
        else:
            wanted = dataset.history.resolve(operation)
            target = next((o for o in operations(dataset) if o.id == wanted), None)
            if target is None:
                raise NotFound(f"{operation} is not behind this branch", "talekeep log --ops")
            if target.undone:
                raise Negative(f"{target.id[:7]} is undone already", "talekeep redo")
        if target is None:
            raise Negative("there is nothing to undo", "talekeep log --ops")
        return _reverse(dataset, target, "undo", dry_run=dry_run)


def redo(dataset: Dataset, *, dry_run: bool = False) -> Undone:
    """Reverse the newest undo that still holds.

    Raises:
        Negative: there is nothing to redo, or later edits stand in the way. Else see `undo`.
    """
    with dataset.writing("redo"):
        target = _newest(dataset, undo=True)
        if target is None:
            raise Negative("there is nothing to redo", "talekeep log --ops")
        return _reverse(dataset, target, "redo", dry_run=dry_run)


def _newest(dataset: Dataset, *, undo: bool) -> Operation | None:
    """The newest operation that holds: an undo, or (what `undo` is for) anything but an undo or redo."""
    for row in operations(dataset):
        wanted = row.operation == "undo" if undo else row.operation not in ("undo", "redo", "init")
        if wanted and not row.undone:
            return row
    return None


def _reverse(dataset: Dataset, target: Operation, verb: str, *, dry_run: bool) -> Undone:
    commit = dataset.history.commit(target.id)
    plan = _plan(dataset, commit)
    conflicts = list(plan.open())
    if conflicts:
        places = list(dict.fromkeys(c.entry or c.file for c in conflicts))
        some = ", ".join(places[:3]) + (f" and {len(places) - 3} more" if len(places) > 3 else "")
        raise Negative(
            f"{target.id[:7]} cannot be {verb}ne: later edits touch the same places ({some})",
            "undo what came later first: talekeep log --ops lists it",
        )
    between = plan.change()
    counts = counted(between).named()
    if dry_run:
        return Undone(target, counts, None)
    validation.require_valid(dataset, between)
    text = message(f"{verb.capitalize()} {target.id[:7]}: {named_counts(counts)}", verb, **counts)
    before = dataset.head_tree()
    made = dataset.write(plan.contents(), f"{text}Talekeep-Undoes: {target.id}\n")
    set_validated(dataset, dataset.head_tree(), before)
    return Undone(target, counts, made)


def _plan(dataset: Dataset, commit: Commit) -> Plan:
    """The merge that turns the commit around: from its tree to its parent's, on top of what is now."""
    if not commit.parents:
        raise Refused(f"{commit.id[:7]} is the first commit", "there is nothing before it")
    made, now = dataset.of_tree(commit.tree), dataset.of_tree(dataset.head_tree())
    before = dataset.of_commit(commit.parents[0])
    places = str(now.tree), str(before.tree)
    refuse_odd_changes(dataset, [str(made.tree)], *places, f"git revert {commit.id[:7]}")
    # A file the commit began goes with it; if it holds later work it is emptied of this one's.
    added = made.files.keys() - before.files.keys()
    begun = (p for p in added if by_record(p) and now.files.get(p) != made.files[p])
    return Plan(made, now, overlay(before, dict.fromkeys(begun, b"")), ("now", "before"))
