"""Refuse to work over changes that are not committed, with the command that helps."""

from collections.abc import Iterable

from talekeep.core.entry import CONFLICT_KEY
from talekeep.core.errors import Refused
from talekeep.ops.workspace import validation
from talekeep.ops.workspace.workspace import Workspace
from talekeep.store.dataset import Dataset
from talekeep.store.view import Difference


def require_clean(dataset: Dataset, doing: str) -> None:
    """Stop where a command would have to write over work that is not committed.

    Raises:
        Refused: a tracked file, or a new one in the dataset's folders, differs from the last commit.
    """
    workspace = Workspace(dataset)
    differing = [*sorted(workspace.uncommitted), *dataset.odd_kinds(workspace.snapshot)]
    if differing:
        text = f"cannot {doing}: {differing[0]} has changes that are not committed"
        raise Refused(text, next_step(workspace))


def require_committed(workspace: Workspace, paths: Iterable[str]) -> None:
    """Stop before a change would sweep somebody's own unfinished work on the same files into its commit.

    Raises:
        Refused: one of the paths has staged or unstaged changes, or is a file that git does not know.
    """
    names = list(paths)
    folder, known = workspace.dataset.path, workspace.now.files
    untracked = {path for path in names if path not in known and (folder / path).exists()}
    if touched := sorted(untracked | workspace.uncommitted.intersection(names)):
        raise Refused(f"{touched[0]} has changes that are not committed", next_step(workspace))


def next_step(workspace: Workspace) -> str:
    """What to do with the changes that are not committed: a command that works as they are."""
    dataset, now = workspace.dataset, workspace.now
    differing = now.differing(workspace.head) & now.files.keys()
    if workspace.snapshot.unmerged or any(CONFLICT_KEY.encode() in now.read(path) for path in differing):
        return "talekeep conflicts"
    if dataset.under_way is not None:
        return "talekeep status"
    if validation.gate(dataset, Difference(workspace.head, now)):
        return "talekeep validate; talekeep discard throws the changes away"
    return 'talekeep commit -m "…"; talekeep discard throws the changes away'
