"""Conflicts of git, which merges file by file, that `talekeep merge` settles: joins across parts."""

from collections.abc import Sequence

from talekeep.ops.merge import virtual_base
from talekeep.ops.merge.open_conflict import Open
from talekeep.ops.merge.plan import Plan
from talekeep.store.dataset import Dataset


def better_merge(dataset: Dataset, conflicts: Sequence[Open]) -> str | None:
    """The branch, or commit, that `talekeep merge` would merge with fewer conflicts than these. None where no
    merge is under way, or where each is about something inside an entry."""
    theirs, ours = dataset.merging, dataset.history.head()
    whole = [row for row in conflicts if not row.path and row.reason is None]
    if theirs is None or ours is None or not whole:
        return None
    base = virtual_base.meeting(dataset, dataset.history.merge_bases(ours, [theirs]))
    plan = Plan(base, dataset.of_commit(ours), dataset.of_commit(theirs), ("HEAD", theirs))
    if sum(1 for _ in plan.open()) >= len(conflicts):
        return None
    return next((name for name, tip in dataset.refs.branches().items() if tip == theirs), theirs[:12])
