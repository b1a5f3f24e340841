"""What one command sees of a dataset, each read when first asked for and then handed down."""

from collections.abc import Iterable
from functools import cached_property

from talekeep.core.errors import Refused
from talekeep.ops.workspace.rule_runner import Checker
from talekeep.store.dataset import Dataset
from talekeep.store.git import index
from talekeep.store.view import View


class Workspace:
    """The folder, the last commit and the rules as they are at one moment. Use inside `Dataset.writing`:
    no other Talekeep changes them meanwhile."""

    def __init__(self, dataset: Dataset) -> None:
        self.dataset = dataset

    @cached_property
    def snapshot(self) -> index.Snapshot:
        """The index."""
        return index.read(self.dataset.repo)

    @cached_property
    def now(self) -> View:
        """The folder as it lies."""
        return self.dataset.now_from(self.snapshot)

    @cached_property
    def head(self) -> View:
        """The last commit; without one nothing."""
        return self.dataset.of_tree(self.head_tree)

    @cached_property
    def head_tree(self) -> str:
        return self.dataset.head_tree()

    @cached_property
    def checker(self) -> Checker:
        """The rules of the dataset's policy."""
        return Checker(self.dataset.config, self.now)

    @cached_property
    def uncommitted(self) -> frozenset[str]:
        """The paths that differ from the last commit, in the folder or in the index, and the unmerged."""
        staged = self.dataset.staged(self.snapshot).differing(self.head)
        return frozenset(staged | self.now.differing(self.head) | {*self.snapshot.unmerged})

    def require_committed(self, paths: Iterable[str]) -> None:
        """Stop before a change would sweep somebody's own unfinished work on the same files into its commit.

        Raises:
            Refused: one of the paths has staged or unstaged changes.
        """
        new = (path for path in paths if path not in self.now.files and (self.dataset.path / path).exists())
        touched = sorted({*self.uncommitted.intersection(paths), *new})
        if touched:
            raise Refused(f"{touched[0]} has changes that are not committed", 'talekeep commit -m "…"')
