"""What `git push`, `git fetch` and `git clone` need of a mirror, as gitremote-helpers(7) divides the work."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from talekeep.core.errors import NotFound
from talekeep.core.errors import Problem
from talekeep.core.errors import Refused
from talekeep.ops.remotes import push as push_op
from talekeep.remotes.base import Pushed
from talekeep.remotes.kinds import FOLDER
from talekeep.remotes.mirror import helper_refs
from talekeep.remotes.mirror.environment import Setting
from talekeep.remotes.mirror.helper_refs import Offered
from talekeep.remotes.mirror.journal import Local
from talekeep.remotes.mirror.setup import find
from talekeep.store.dataset import Dataset
from talekeep.store.files import at_home
from talekeep.store.git.repository import Repository

# A fetch by address alone, for which `.git/config` has no name.
_UNNAMED = "unnamed"
_SAVED = ("refs/heads/", "refs/tags/")


@dataclass(frozen=True, slots=True)
class Asked:
    """One `push` line: what is to be saved as `target`; `source` is None where it is to be deleted."""

    source: str | None
    target: str
    forced: bool = False


@dataclass(frozen=True, slots=True)
class Answered:
    """Why each target was not saved, None where it is; `pushed` is None where nothing was written."""

    refused: dict[str, str | None]
    pushed: Pushed | None = None
    saved: tuple[str, ...] = ()


def listed(git_dir: Path | None, name: str, address: str) -> Offered:
    """What a mirror holds, ready for git to fetch: the objects are in the repository when this returns.

    Args:
        git_dir: the repository; None where git runs in none (`git ls-remote`), and then only names are read.

    Raises:
        NotFound: no mirror there, or nothing in it. Refused: nothing in it can be used.
        Outside: the disk failed.
    """
    place = at_home(address)
    if git_dir is None:
        return helper_refs.peek(place, Setting())
    repo = Repository.open(_common(git_dir))
    try:
        return helper_refs.offer(repo, _local(git_dir, name), place, Setting())
    finally:
        repo.close()


def mirror_at(address: str) -> Path:
    """The mirror folder itself, as a push needs it. Raises: NotFound, Usage, Outside: see `setup.find`."""
    return find(Setting().disk, at_home(address).resolve())


def listed_for_push(dataset: Dataset, name: str, address: str) -> dict[str, str]:
    """What this clone's last push to the mirror holds.

    Raises:
        NotFound: no mirror there, or no remote of that name. Outside: the disk failed.
    """
    _require_named(dataset, name, address)
    local = _local(dataset.repo.git_dir, name)
    return helper_refs.saved(dataset.repo, local, at_home(address), Setting())


def push(
    dataset: Dataset, name: str, address: str, asked: Sequence[Asked], *, dry_run: bool = False
) -> Answered:
    """Save every branch and tag, as `talekeep push` does, and answer for those that were asked for.

    Raises:
        Invalid: the last commit has an error. NotFound: no remote of that name.
        Refused, Outside: see `Remote.push`.
    """
    _require_named(dataset, name, address)
    refused = {one.target: _fault(dataset.repo, name, one) for one in asked}
    if dry_run or all(refused.values()):
        return Answered(refused)
    result = push_op.push(dataset, name)
    assert isinstance(result, Pushed)
    return Answered(refused, result, tuple(ref.split("/", 2)[2] for ref in sorted(dataset.refs.all())))


def _fault(repo: Repository, name: str, asked: Asked) -> str | None:
    if asked.source is None:
        # Git asks for nothing where no branch moved, so a push of git's would not do.
        return f"a mirror keeps what was saved; delete it here, then: talekeep push {name}"
    if not asked.target.startswith(_SAVED):
        return "a mirror holds branches and tags only"
    now = repo.ref(asked.target)
    if now is None or now not in (repo.ref(asked.source), _resolved(repo, asked.source)):
        return "a mirror saves branches and tags as they are here, under their own names"
    return None


def _resolved(repo: Repository, revision: str) -> str | None:
    try:
        return repo.resolve(revision)
    except Problem:
        # Not a commit, so no branch is at it.
        return None


def _require_named(dataset: Dataset, name: str, address: str) -> None:
    url = dataset.settings.get("remote", "url", name)
    if url is None:
        raise NotFound(f"{FOLDER.url(address)} has no name here", f"talekeep remote add backup {address}")
    if url != FOLDER.url(address):
        raise Refused(f"{name} is {url}, not {FOLDER.url(address)}", f"talekeep push {name}")


def _local(git_dir: Path, name: str) -> Local:
    return Local(git_dir, _UNNAMED if "::" in name or "/" in name else name)


def _common(git_dir: Path) -> Path:
    """Where the objects are: a linked work tree has a folder of its own beside them."""
    try:
        return git_dir / (git_dir / "commondir").read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return git_dir
