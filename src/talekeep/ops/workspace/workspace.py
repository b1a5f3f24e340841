"""What one command sees of a dataset, each read when first asked for and then handed down."""

from collections.abc import Iterable
from functools import cached_property

from talekeep.core.entry import CONFLICT_KEY
from talekeep.core.errors import Refused
from talekeep.ops.workspace import validation
from talekeep.ops.workspace.rule_runner import Checker
from talekeep.store.clone.staging import Snapshot
from talekeep.store.dataset import Dataset
from talekeep.store.view import Difference
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

    def require_clean(self, doing: str) -> None:
        """Stop where a command would have to write over work that is not committed.

        Raises:
            Refused: a tracked file, or a new one in the dataset's folders, differs from the last commit.
        """
        differing = [*sorted(self.uncommitted), *self.dataset.odd_kinds(self.snapshot)]
        if differing:
            text = f"cannot {doing}: {differing[0]} has changes that are not committed"
            raise Refused(text, self._next_step())

    def require_committed(self, paths: Iterable[str]) -> None:
        """Stop before a change would sweep somebody's own unfinished work on the same files into its commit.

        Raises:
            Refused: one of the paths has staged or unstaged changes, or is a file that git does not know.
        """
        names = list(paths)
        folder, known = self.dataset.path, self.now.files
        untracked = {path for path in names if path not in known and (folder / path).exists()}
        if touched := sorted(untracked | self.uncommitted.intersection(names)):
            raise Refused(f"{touched[0]} has changes that are not committed", self._next_step())

    def _next_step(self) -> str:
        """What to do with the changes that are not committed: a command that works as they are."""
        now = self.now
        differing = now.differing(self.head) & now.files.keys()
        if self.snapshot.unmerged or any(CONFLICT_KEY.encode() in now.read(path) for path in differing):
            return "talekeep conflicts"
        # What only git can end or take back: status says how.
        if self.dataset.under_way is not None or self.dataset.odd_kinds(self.snapshot):
            return "talekeep status"
        if validation.gate(self.dataset, Difference(self.head, now)):
            return "talekeep validate; talekeep discard throws the changes away"
        return 'talekeep commit -m "…"; talekeep discard throws the changes away'
