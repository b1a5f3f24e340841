"""A dataset as a whole: `init`, `setup`, `status`."""

from collections.abc import Iterable
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace

from talekeep.ops.merge.conflicts import conflicts as open_conflicts
from talekeep.ops.remotes.mirror_state import MirrorState
from talekeep.ops.workspace import odd_files
from talekeep.ops.workspace import paths
from talekeep.ops.workspace import validation
from talekeep.ops.workspace.counts import counted
from talekeep.ops.workspace.git_step import commit_command
from talekeep.store import parts
from talekeep.store import setup as wiring
from talekeep.store.dataset import Dataset
from talekeep.store.view import Difference


@dataclass(frozen=True, slots=True)
class Changes:
    """Uncommitted changes in numbers of entries; `other` are files that hold no entries."""

    added: int
    changed: int
    removed: int
    unreadable: int
    other: list[str]

    @property
    def any(self) -> bool:
        return bool(self.added or self.changed or self.removed or self.unreadable or self.other)


@dataclass(frozen=True, slots=True)
class Status:
    """`next` is the one command most worth running now, None when all is well. `conflicts` are the files
    with open conflicts, `open` counts the places in them; `under_way` is a `merge` that stopped, or what
    only git can end, such as `git rebase`. `errors` are those in the changes, which stop a commit;
    `validated` is about the last commit."""

    dataset: str
    path: str
    branch: str | None
    commit: str | None
    entries: int
    changes: Changes
    conflicts: list[str]
    validated: bool
    mirrors: list[MirrorState]
    setup: list[str]
    next: str | None
    open: int = 0
    under_way: str | None = None
    warnings: list[str] = field(default_factory=list)
    errors: int = 0


def _mirrors(dataset: Dataset) -> list[MirrorState]:
    if not dataset.settings.subsections("remote"):
        return []
    # All that speaks with other places takes a while to load, and many datasets have none.
    from talekeep.ops.remotes.state import mirror_states

    return mirror_states(dataset)


def status(dataset: Dataset) -> Status:
    """How the dataset stands; reads only the parts that differ from the last commit."""
    snapshot = dataset.staging.read()
    now, tree = dataset.now_from(snapshot), dataset.head_tree()
    committed = dataset.of_tree(tree)
    between = Difference(committed, now)
    validated = validation.is_validated(dataset, tree) or dataset.history.head() is None
    mirrors = _mirrors(dataset)
    faults = wiring.faults(dataset)
    conflicts = open_conflicts(dataset, between.paths) if between.paths or snapshot.unmerged else []
    result = Status(
        dataset=dataset.config.name,
        path=str(dataset.path),
        branch=dataset.refs.current_name(),
        commit=dataset.history.head(),
        entries=dataset.count(now),
        changes=_changes(between, dataset.odd_kinds(snapshot)),
        conflicts=sorted({conflict.file for conflict in conflicts}),
        validated=validated,
        mirrors=mirrors,
        setup=faults,
        next=None,
        open=len(conflicts),
        under_way=dataset.under_way,
        warnings=[
            *paths.warnings(dataset.path),
            *paths.copies_beside(now),
            *odd_files.warnings(now, snapshot),
        ],
    )
    # A conflict that is open is counted as such.
    findings = validation.gate(dataset, between) if between.paths else []
    errors = sum(finding.code != "S006" for finding in findings)
    return _with_next(replace(result, errors=errors), commit_command(dataset))


def _with_next(found: Status, commit: str) -> Status:
    behind = next((m for m in found.mirrors if m.behind or m.back), None)
    steps = (
        (bool(found.conflicts), "talekeep conflicts"),
        (found.errors > 0, "talekeep validate"),
        (found.under_way is not None, commit),
        (found.changes.any, 'talekeep commit -m "…"'),
        (not found.validated, "talekeep validate"),
        (bool(found.setup), "talekeep setup"),
        (found.entries == 0, "talekeep import FILE"),
        (behind is not None, f"talekeep push {behind.name if behind else ''}"),
    )
    return replace(found, next=next((command for needed, command in steps if needed), None))


def _changes(between: Difference, odd_kinds: Iterable[str]) -> Changes:
    counts = counted(between)
    other = sorted({*(p for p in between.paths if not parts.is_entries(p)), *odd_kinds})
    return Changes(**counts.named(), unreadable=counts.unreadable, other=other)
