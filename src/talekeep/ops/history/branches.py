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
    _require_new(dataset, name)
    commit = dataset.history.resolve(start)
    if not dry_run:
        with dataset.writing("branch"):
            dataset.refs.create_branch(ref, commit, start)
    return branches(dataset)


def switch(dataset: Dataset, name: str, *, create: bool = False, dry_run: bool = False) -> Branches:
    """Put the folder and HEAD on a branch; `-` is the one before this.

    Args:
        create: make the branch, at the last commit. What is not committed stays as it is and goes along.

    Raises:
        NotFound: no such branch. Refused: uncommitted changes would be lost, another work tree is on the
            branch, or a file differs that only git can put in place.
    """
    if create:
        return _switch_to_new(dataset, name, dry_run=dry_run)
    with dataset.writing("switch"):
        name = dataset.refs.branch_before(name)
        ref = dataset.refs.branch(name)
        commit = dataset.refs.at(ref)
        if commit is None:
            raise NotFound(f"there is no branch {name}", f"talekeep branch {name}")
        Workspace(dataset).require_clean("switch")
        dataset.check_out(ref, commit, dry_run=dry_run)
    return branches(dataset)


def _switch_to_new(dataset: Dataset, name: str, *, dry_run: bool) -> Branches:
    ref = dataset.refs.branch(name)
    with dataset.writing("switch"):
        _require_new(dataset, name)
        if dataset.under_way is not None:
            raise Refused(f"cannot switch: {dataset.under_way} is under way", "talekeep status")
        commit = dataset.history.resolve("HEAD")
        if not dry_run:
            dataset.refs.start_branch(ref, commit)
    return branches(dataset)


def _require_new(dataset: Dataset, name: str) -> None:
    if dataset.refs.at(dataset.refs.branch(name)) is not None:
        raise Refused(f"the branch {name} exists", f"talekeep switch {name}")
