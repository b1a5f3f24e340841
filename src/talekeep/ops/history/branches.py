"""Branches: `branch`, `switch`."""

from dataclasses import dataclass

from talekeep.core.errors import NotFound
from talekeep.core.errors import Refused
from talekeep.ops.workspace.workspace import Workspace
from talekeep.store.dataset import Dataset


@dataclass(frozen=True, slots=True)
class Branches:
    branches: dict[str, str]
    current: str | None


def branches(dataset: Dataset) -> Branches:
    """Every branch with its commit, and the one HEAD is on."""
    return Branches(dataset.refs.branches(), dataset.refs.current_name())


def create_branch(dataset: Dataset, name: str, *, start: str = "HEAD", dry_run: bool = False) -> Branches:
    """Make a branch; HEAD stays where it is.

    Raises:
        Refused: it exists, or git would not allow the name. NotFound: no such start.
    """
    ref = dataset.refs.branch(name)
    if dataset.refs.at(ref) is not None:
        raise Refused(f"the branch {name} exists", f"talekeep switch {name}")
    commit = dataset.history.resolve(start)
    if not dry_run:
        with dataset.writing("branch"):
            dataset.refs.create_branch(ref, commit, start)
    return branches(dataset)


def switch(dataset: Dataset, name: str, *, dry_run: bool = False) -> Branches:
    """Put the folder and HEAD on a branch; `-` is the one before this.

    Raises:
        NotFound: no such branch. Refused: uncommitted changes would be lost, another work tree is on the
            branch, or a file differs that only git can put in place.
    """
    with dataset.writing("switch"):
        name = dataset.refs.branch_before(name)
        ref = dataset.refs.branch(name)
        commit = dataset.refs.at(ref)
        if commit is None:
            raise NotFound(f"there is no branch {name}", f"talekeep branch {name}")
        Workspace(dataset).require_clean("switch")
        dataset.check_out(ref, commit, dry_run=dry_run)
    return branches(dataset)
