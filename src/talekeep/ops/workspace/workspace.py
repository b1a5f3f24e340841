"""What one command sees of a dataset, each read when first asked for and then handed down."""

from functools import cached_property

from talekeep.ops.workspace.rule_runner import Checker
from talekeep.store.dataset import Dataset
from talekeep.store.staging import Snapshot
from talekeep.store.view import View


class Workspace:
    """The folder, the last commit and the rules as they are at one moment. Use inside `Dataset.writing`:
    no other Talekeep changes them meanwhile."""

    def __init__(self, dataset: Dataset) -> None:
        self.dataset = dataset

    @cached_property
    def snapshot(self) -> Snapshot:
        """The index."""
        return self.dataset.staging.read()

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
