"""What git's own remotes need: telling an address from a folder, names, and forgetting one wholly."""

from pathlib import Path

from talekeep.core.errors import Refused
from talekeep.core.errors import Usage
from talekeep.ops.remotes import push_permissions
from talekeep.remotes.kinds import FOLDER
from talekeep.store.dataset import Dataset
from talekeep.store.files import at_home
from talekeep.store.git import urls
from talekeep.store.git.repository import Repository


def is_repository(place: Path | str, base: Path = Path()) -> bool:
    """True for an address of a git repository, and for a path where one is."""
    if isinstance(place, str) and (urls.is_remote(place) or place.startswith("-")):
        return not FOLDER.owns(place)
    where = base / at_home(place)
    return (where / ".git").exists() or (where / "HEAD").is_file()


def locate(dataset: Dataset, text: str, base: Path) -> urls.Location:
    """Where another repository is.

    Raises:
        Usage, Refused: see `urls.locate`; or it is this dataset itself.
    """
    result = urls.locate(text, base)
    if result.path is not None and result.path == dataset.path.resolve():
        raise Refused(f"{text} is this dataset itself", "name another place")
    return result


def check_name(name: str) -> None:
    """Raises: Usage: git allows no such name for a remote."""
    try:
        Repository.branch_ref(name)
    except Refused:
        raise Usage(f"{name!r} is no name for a remote", "letters, digits and - are safe") from None
    if "/" in name:
        raise Usage(f"{name!r} is no name for a remote", "leave the / out")


def require_allowed(dataset: Dataset, name: str) -> None:
    """Stop before a dataset goes where nobody ever allowed it to go; git's pre-push hook asks the same.

    Raises:
        Refused: it was never allowed.
    """
    url = dataset.settings.get("remote", "url", name) or ""
    if not push_permissions.is_allowed(dataset, url):
        raise Refused(
            f"not pushed: {urls.shown(url)} was never allowed to have this dataset",
            f"talekeep remote allow {name}",
        )


def forget(repo: Repository, name: str) -> None:
    """Remove a remote's settings, its branches here, and that branches of ours follow it."""
    for branch in repo.settings.subsections("branch"):
        if repo.settings.get("branch", "remote", branch) == name:
            repo.settings.set({("branch", branch, key): None for key in ("remote", "merge")})
    repo.settings.drop("remote", name)
    repo.set_ref(f"refs/remotes/{name}/HEAD", None, None)
    for ref, value in repo.refs_under(f"refs/remotes/{name}/").items():
        repo.set_ref(ref, None, value)
