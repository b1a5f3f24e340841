"""Making a dataset anew from a copy of it: a mirror folder, or a git repository."""

from dataclasses import replace
from pathlib import Path

from talekeep.core.errors import Refused
from talekeep.ops import Progress
from talekeep.ops import silent
from talekeep.ops.remotes import divergence
from talekeep.ops.remotes.git_remotes import check_name
from talekeep.ops.remotes.git_remotes import is_repository
from talekeep.ops.workspace import validation
from talekeep.ops.workspace.validation import require_validated_head
from talekeep.remotes import git
from talekeep.remotes.base import Cloned
from talekeep.remotes.base import Restored
from talekeep.remotes.base import Status
from talekeep.remotes.encryption import keys
from talekeep.remotes.mirror import fetch
from talekeep.remotes.mirror.check import describe
from talekeep.remotes.mirror.environment import Setting
from talekeep.remotes.mirror.setup import find
from talekeep.remotes.mirror.setup import stores
from talekeep.store import config
from talekeep.store import setup as wiring
from talekeep.store.dataset import Dataset
from talekeep.store.files import at_home
from talekeep.store.git import index
from talekeep.store.git import trees
from talekeep.store.git import urls
from talekeep.store.git.repository import Repository

_SCHEME = "talekeep::"


def clone(
    source: str, target: Path, *, base: Path = Path(), name: str | None = None, progress: Progress = silent
) -> Restored | Cloned:
    """Make a dataset from a mirror folder or a git repository: files, history, the source as a remote, and
    last of all hooks and drivers.

    Args:
        source: a path (seen from `base`) or an address.
        name: of the remote; `backup` for a mirror, `origin` for a repository where it is not given.

    Raises:
        NotFound: nothing there, or nothing whole in it. Refused: `target` is in use; the source is no
            dataset, or holds what one may not hold. Usage: no such address. Outside: the disk failed, or the
            source cannot be reached. In each case nothing is left at `target`.
    """
    target = target.resolve()
    check_name(name or "origin")
    if is_repository(source, base):
        done: Restored | Cloned = _from_repository(source, target, base, name or "origin", progress)
    else:
        done = _from_mirror(_folder(source, base), target, name or "backup", progress)
    with Dataset.open(target) as dataset:
        if isinstance(done, Restored):
            done = replace(done, notes=(*done.notes, *divergence.apart(dataset, name or "backup")))
        try:
            require_validated_head(dataset)
        except validation.Invalid:
            # It was saved like this and comes back like this; `status` says that it is not validated.
            return done
    return done


def _folder(source: str, base: Path) -> Path:
    return (base / at_home(source.removeprefix(_SCHEME))).resolve()


def _from_mirror(source: Path, target: Path, name: str, progress: Progress) -> Restored:
    setting = Setting()
    mirror = find(setting.disk, source)

    def prepare(repo: Repository) -> None:
        _check_out(repo, progress)
        repo.settings.set(git.settings(name, f"{_SCHEME}{mirror}"))
        for store in stores(setting.disk, mirror)[:1]:
            keys.set_recipients(repo, name, keys.joined_recipients(setting.keys(), mirror, store))
        wiring.install(repo)

    return fetch.restore(source, target, setting, remote=name, prepare=prepare)


def _from_repository(source: str, target: Path, base: Path, name: str, progress: Progress) -> Cloned:
    url = urls.locate(source, base).url

    def prepare(repo: Repository) -> None:
        _require_dataset(repo, url, target)
        _check_out(repo, progress)
        wiring.install(repo)

    return git.clone(url, target, name=name, prepare=prepare, progress=progress)


def _require_dataset(repo: Repository, url: str, target: Path) -> None:
    head = repo.head()
    if head is None or trees.entry_at(repo, repo.commit(head).tree, config.NAME) is None:
        branch = (repo.head_ref() or "").removeprefix("refs/heads/")
        raise Refused(
            f"{urls.shown(url)} is no dataset: there is no {config.NAME} on its branch {branch}",
            f"git clone {urls.shown(url)} {target.name} && talekeep init {target.name} --force",
        )


def _check_out(repo: Repository, progress: Progress) -> None:
    head = repo.head()
    files = trees.listing(repo, repo.commit(head).tree) if head else {}
    for done, (path, oid) in enumerate(files.items()):
        progress("writing files", done, len(files))
        place = repo.path / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(repo.blob(oid))
    index.update(repo, dict(files))


def look(source: str, *, base: Path = Path()) -> Status:
    """What is at a place that no dataset here knows; nothing is brought here.

    Raises:
        NotFound: nothing is there. Usage, Refused: no such address. Outside: it cannot be reached.
    """
    if not is_repository(source, base):
        setting = Setting()
        return describe(find(setting.disk, _folder(source, base)), setting, None)
    url = urls.locate(source, base).url
    return Status(urls.shown(url), git.KIND, (), refs=git.GitRemote("origin", url).offer().refs)


def default_target(source: str, base: Path = Path()) -> str:
    """The folder a clone goes to where none is named."""
    if urls.is_remote(source) and not source.startswith(_SCHEME):
        return urls.last_name(source)
    return _folder(source, base).name.removesuffix("-backup").removesuffix(".git")
