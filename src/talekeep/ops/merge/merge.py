"""Merging a branch, in process: by entry, as one commit with two parents, or stopped with conflicts."""

from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from typing import Any

from talekeep.core.errors import Negative
from talekeep.core.errors import Refused
from talekeep.core.finding import Finding
from talekeep.library.kinds import KINDS
from talekeep.ops import message
from talekeep.ops.merge import cross_branch_findings
from talekeep.ops.merge import identical_additions
from talekeep.ops.merge import virtual_base
from talekeep.ops.merge.identical_additions import Copy
from talekeep.ops.merge.left_sidecars import Left
from talekeep.ops.merge.left_sidecars import take_along
from talekeep.ops.merge.odd_changes import refuse_odd_changes
from talekeep.ops.merge.open_conflict import Open
from talekeep.ops.merge.plan import Plan
from talekeep.ops.workspace import validation
from talekeep.ops.workspace.counts import Counts
from talekeep.ops.workspace.counts import counted
from talekeep.ops.workspace.rule_runner import set_validated
from talekeep.ops.workspace.workspace import Workspace
from talekeep.store.dataset import Dataset
from talekeep.store.overlay import overlay
from talekeep.store.view import Difference
from talekeep.store.view import View


@dataclass(frozen=True, slots=True)
class Merged:
    """`merged` counts entries that came in, changed or went. Where `conflicts` are left, or the merged
    whole has an error among its `findings`, there is no `commit` yet; other findings are what neither side
    had alone (see `aftermath`). `mended` are entries that both sides brought in, the same, in parts of
    their own: one copy is kept. `left` is what one side wrote beside entries that the other removed.
    `up_to_date`: there was nothing to merge."""

    merged: dict[str, int]
    conflicts: list[Open]
    findings: list[Finding]
    commit: str | None
    fast_forward: bool = False
    up_to_date: bool = False
    mended: list[Copy] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)

    @property
    def done(self) -> bool:
        return not (self.conflicts or any(item.severity == "error" for item in self.findings))


def merge(dataset: Dataset, branch: str, *, preview: bool = False) -> Merged:
    """Merge a branch into the one HEAD is on.

    Without conflicts the merged whole is validated and committed. Otherwise the merge stops: what is
    settled is staged, open conflicts are data inside their entries (the field itself holds ours), and git
    knows the paths as unmerged; `resolve` and `commit`, or git, finish it.

    Args:
        preview: only say what would happen; nothing is written.

    Raises:
        Refused: uncommitted changes stand in the way, another merge is under way, or the histories have
            nothing in common. NotFound: no such branch.
    """
    with dataset.writing("merge"):
        history = dataset.history
        _require_ready(dataset)
        branch = dataset.refs.branch_before(branch)
        theirs, ours = history.resolve(branch), str(history.head())
        bases = history.merge_bases(ours, [theirs])
        if not bases:
            raise Refused(f"{branch} has no commit in common with this branch", "talekeep import its entries")
        if bases == [theirs]:
            return Merged(Counts(0, 0, 0).named(), [], [], ours, up_to_date=True)
        mine, yours = (dataset.of_commit(commit) for commit in (ours, theirs))
        if bases == [ours]:
            return _fast_forward(dataset, mine, yours, theirs, preview=preview)
        trees = [history.commit(commit).tree for commit in (ours, theirs, *bases)]
        refuse_odd_changes(dataset, trees[2:], trees[0], trees[1], f"git merge {branch}")
        plan = Plan(virtual_base.meeting(dataset, bases), mine, yours, ("HEAD", branch))
        left = take_along(plan, ours, theirs)
        return carry_out(dataset, plan, theirs, f"Merge {branch}", preview=preview, left=left)


def _require_ready(dataset: Dataset) -> None:
    if dataset.history.head() is None:
        raise Refused("nothing is committed yet", 'talekeep commit -m "…"')
    if dataset.merging is not None:
        raise Refused("a merge is under way", "talekeep conflicts, or talekeep merge --abort")
    Workspace(dataset).require_clean("merge")


def _fast_forward(dataset: Dataset, mine: View, yours: View, theirs: str, *, preview: bool) -> Merged:
    between = Difference(mine, yours)
    result = [] if preview else validation.gate(dataset, between)
    if result:
        raise validation.Invalid(result)
    if not preview:
        dataset.fast_forward(theirs)
    return Merged(counted(between).named(), [], [], None if preview else theirs, fast_forward=True)


def carry_out(
    dataset: Dataset,
    plan: Plan,
    theirs: str,
    subject: str,
    operation: str = "merge",
    *,
    preview: bool = False,
    commit: bool = True,
    left: Sequence[Left] = (),
) -> Merged:
    """Write and commit what a plan makes of the last commit, as a merge of the commit `theirs`; see `merge`.

    Args:
        commit: without it, what merged is staged, and the merge is left to be committed.
        left: what went with removed entries; see `left_sidecars`.
    """
    conflicts, contents = list(plan.open()), plan.contents()
    between, findings, mended = plan.change(), [], []
    merged = between.after
    if not conflicts:
        _note_libraries(dataset, plan)
        findings = validation.gate(dataset, between)
        mended = identical_additions.exact_copies(dataset, merged, findings)
    if mended:
        contents |= identical_additions.without(merged, mended)
        merged, findings = overlay(plan.ours, contents), []
        between = Difference(plan.ours, merged)
    counts = counted(between).named()
    text = message(f"{subject}: {named_counts(counts)}", operation, **counts)
    made = None
    if not preview and (conflicts or findings or not commit):
        dataset.history.keep(plan.bases())
        dataset.write(contents, text, merging=theirs, commit=False, unmerged=plan.unmerged)
    elif not preview:
        before = dataset.head_tree()
        made = dataset.write(contents, text, merging=theirs)
        set_validated(dataset, dataset.head_tree(), before)
    if not (conflicts or findings):
        findings = cross_branch_findings.look(dataset, plan.base, plan.ours, plan.theirs, merged)
    return Merged(counts, conflicts, findings, made, mended=mended, left=[*left])


def _note_libraries(dataset: Dataset, plan: Plan) -> None:
    """Libraries of items are merged key by key: what comes of two checked ones is not checked anew."""
    for kind in KINDS:
        file = plan.files.get(kind.path)
        sides = [side.optional(kind.path) for side in (plan.ours, plan.theirs)]
        if file is not None and file.data is not None and not kind.whole and None not in sides:
            dataset.models.merged(file.data, kind.path, [side for side in sides if side is not None])


def abort(dataset: Dataset) -> None:
    """Give up a merge that stopped: files and index as the last commit has them.

    Raises:
        Negative: no merge is under way.
    """
    with dataset.writing("merge --abort"):
        if dataset.merging is None:
            raise Negative("no merge is under way", "talekeep status")
        dataset.stop_merging()


def named_counts(counts: Mapping[str, Any]) -> str:
    return ", ".join(f"{n} {verb}" for verb, n in counts.items() if n) or "no entry differs"
