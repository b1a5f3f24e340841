"""History: `commit`, `log`, `diff`."""

from talekeep.core.errors import Refused
from talekeep.store.dataset import Dataset
from talekeep.store.git import index


def require_clean(dataset: Dataset, doing: str) -> None:
    """Stop where a command would have to write over work that is not committed.

    Raises:
        Refused: a tracked file, or a new one in the dataset's folders, differs from the last commit.
    """
    snapshot = index.read(dataset.repo)
    differing = sorted(dataset.now_from(snapshot).differing(dataset.of_tree(dataset.head_tree())))
    differing += dataset.odd_kinds(snapshot)
    if differing or snapshot.unmerged:
        what = (differing or list(snapshot.unmerged))[0]
        raise Refused(f"cannot {doing}: {what} has changes that are not committed", 'talekeep commit -m "…"')
