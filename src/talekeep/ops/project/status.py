"""A dataset as a whole: `init`, `setup`, `status`."""

from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace

from talekeep.ops.merge.open_conflict import Open
from talekeep.ops.remotes.mirror_state import MirrorState
from talekeep.ops.remotes.tracked import Tracked
from talekeep.ops.workspace import odd_files
from talekeep.ops.workspace import paths
from talekeep.ops.workspace.counts import counted
from talekeep.ops.workspace.git_step import commit_command
from talekeep.ops.workspace.large_parts import large_parts
from talekeep.ops.workspace.rule_runner import is_validated
from talekeep.store import parts
from talekeep.store.clone import setup as wiring
from talekeep.store.config import Review
from talekeep.store.dataset import Dataset
from talekeep.store.view import Difference
from talekeep.store.view import View


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
class Step:
    """A command worth running now, and why."""

    command: str
    why: str


@dataclass(frozen=True, slots=True)
class Status:
    """`steps` are the commands worth running now, the most useful first; `next` is the command of the first,
    None when all is well. `tracked` are branches of other places that this branch has parted from, as they
    were last fetched or pushed. `conflicts` are the files with open conflicts, `open` counts the places in
    them; `under_way` is a `merge` that stopped, or what only git can end, such as `git rebase`. `errors` are
    those in the changes, which stop a commit; `validated` is about the last commit; `large` are parts that
    `repack` would cut. `unreviewed` counts entries without a verdict that counts, where the dataset says how
    it is reviewed; None elsewhere."""

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
    steps: list[Step] = field(default_factory=list)
    tracked: list[Tracked] = field(default_factory=list)
    large: list[str] = field(default_factory=list)
    unreviewed: int | None = None


def _mirrors(dataset: Dataset) -> list[MirrorState]:
    if not dataset.settings.subsections("remote"):
        return []
    # All that speaks with other places takes a while to load, and many datasets have none.
    from talekeep.ops.remotes.state import mirror_states

    return mirror_states(dataset)


def _tracked(dataset: Dataset) -> list[Tracked]:
    if not dataset.settings.subsections("remote"):
        return []
    from talekeep.ops.remotes.tracked_branches import tracked

    return tracked(dataset)


def _unreviewed(dataset: Dataset, now: View) -> int | None:
    if dataset.config.review == Review():
        return None
    # Few datasets ask for reviews, and all that measures takes a while to load.
    from talekeep.ops.quality.review import unreviewed

    return unreviewed(dataset, now)


def status(dataset: Dataset) -> Status:
    """How the dataset stands; reads only the parts that differ from the last commit."""
    snapshot = dataset.staging.read()
    now, tree = dataset.now_from(snapshot), dataset.head_tree()
    committed = dataset.of_tree(tree)
    between = Difference(committed, now)
    validated = is_validated(dataset, tree) or dataset.history.head() is None
    mirrors = _mirrors(dataset)
    faults, odd = wiring.faults(dataset), dataset.odd_kinds(snapshot)
    conflicts = _conflicts(dataset, between.paths) if between.paths or snapshot.unmerged else []
    result = Status(
        dataset=dataset.config.name,
        path=str(dataset.path),
        branch=dataset.refs.current_name(),
        commit=dataset.history.head(),
        entries=dataset.count(now),
        changes=_changes(between, odd),
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
        tracked=_tracked(dataset),
    )
    result = replace(result, unreviewed=_unreviewed(dataset, now))
    if not between.paths:
        result = replace(result, large=large_parts(dataset, now))
    errors = _errors(dataset, between) if between.paths else 0
    ways = [dataset.way_out_of_odd(path, what) for path, what in odd.items()]
    return _with_next(replace(result, errors=errors), commit_command(dataset), ways)


def _conflicts(dataset: Dataset, among: Collection[str]) -> list[Open]:
    # Most often there are none, and what reads them takes a while to load.
    from talekeep.ops.merge.conflicts import conflicts

    return conflicts(dataset, among)


def _errors(dataset: Dataset, between: Difference) -> int:
    """How many errors stop a commit; a conflict that is open is counted as such."""
    # As above: most often nothing has changed.
    from talekeep.ops.workspace import validation

    return sum(finding.code != "S006" for finding in validation.gate(dataset, between))


def _with_next(status: Status, commit: str, ways: Sequence[str]) -> Status:
    """With the next steps: `commit` is how to commit here, `ways` lead out of what no commit takes."""
    steps = [Step(command, why) for needed, command, why in _steps(status, commit) if needed]
    mends = [Step(way, "make it a plain file again, which is what a dataset holds") for way in ways[:1]]
    first = int(bool(status.conflicts))
    steps = [*steps[:first], *mends, *steps[first:]]
    return replace(status, steps=steps, next=steps[0].command if steps else None)


def _steps(status: Status, commit: str) -> Iterator[tuple[bool, str, str]]:
    """Every step there may be, the most pressing first, and whether it is needed."""
    ahead = next((t for t in status.tracked if t.behind), None)
    unsent = next((t for t in status.tracked if t.ahead and not t.mirror and not t.behind), None)
    late = next((m for m in status.mirrors if m.behind or m.back), None)
    yield bool(status.conflicts), "talekeep conflicts", "settle what both sides changed"
    yield status.errors > 0, "talekeep validate", "see the errors that stop a commit"
    yield status.under_way is not None, commit, f"end the {status.under_way} that is under way"
    yield status.changes.any, 'talekeep commit -m "…"', "keep the changes in the folder"
    yield bool(status.setup), "talekeep setup", "install hooks and drivers in this clone"
    yield not status.validated, "talekeep validate", "check what was committed without validation"
    yield status.entries == 0, "talekeep import FILE", "bring in conversations"
    yield ahead is not None, f"talekeep merge {ahead.branch if ahead else ''}", "take in what is new there"
    yield (
        _is_kept_from(unsent),
        f"talekeep remote allow {unsent.remote if unsent else ''}",
        "so that it can be pushed",
    )
    yield unsent is not None, f"talekeep push {unsent.remote if unsent else ''}", "send your commits"
    yield late is not None, f"talekeep push {late.name if late else ''}", "save your commits to the mirror"
    yield bool(status.large), "talekeep repack", "cut parts that have grown too large"


def _is_kept_from(tracked: Tracked | None) -> bool:
    return tracked is not None and not tracked.allowed


def _changes(between: Difference, odd_kinds: Iterable[str]) -> Changes:
    counts = counted(between)
    other = sorted({*(p for p in between.paths if not parts.is_entries(p)), *odd_kinds})
    return Changes(**counts.named(), unreadable=counts.unreadable, other=other)
