"""The public library: what `import talekeep` offers."""

from collections.abc import Iterator
from pathlib import Path

from talekeep.core.entry import Entry
from talekeep.ops.project import init as init_op
from talekeep.ops.workspace.select import select
from talekeep.ops.workspace.select import view_of
from talekeep.store.dataset import Dataset as Store


class Dataset(Store):
    """A dataset, opened. A context manager; every op takes it as its first argument."""

    def entries(self, where: str | None = None, rev: str | None = None) -> Iterator[Entry]:
        """The entries that match a query, in dataset order, read as they are asked for.

        Args:
            where: a query such as `tag:draft exchanges>=4`; all entries without it.
            rev: a commit, branch or snapshot; the folder as it lies without it.

        Raises:
            Usage: the query is not one. NotFound: no such revision.
        """
        for found in select(self, view_of(self, rev), where):
            yield found.entry


def open(path: str | Path = ".") -> Dataset:
    """Open the dataset that `path` lies in.

    Raises:
        NotFound: it lies in none.
    """
    return Dataset.open(Path(path).resolve())


def init(path: str | Path, name: str | None = None) -> Dataset:
    """Make a new dataset and open it.

    Raises:
        Refused: the folder is in use. See `ops.project.init`.
    """
    init_op.init(Path(path), name=name)
    return open(path)
