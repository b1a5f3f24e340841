"""Making a dataset anew from a copy of it: a mirror folder, or a git repository."""

import contextlib
import errno
import stat
from dataclasses import replace
from pathlib import Path

from talekeep.core.errors import NotFound
from talekeep.core.errors import Refused
from talekeep.ops import Progress
from talekeep.ops import silent
from talekeep.ops.remotes import divergence
from talekeep.ops.remotes import push_permissions
from talekeep.ops.remotes.git_remotes import check_name
from talekeep.ops.remotes.git_remotes import is_repository
from talekeep.ops.workspace import validation
from talekeep.ops.workspace.validation import require_validated_head
from talekeep.remotes import git
from talekeep.remotes.base import Cloned
from talekeep.remotes.base import Restored
from talekeep.remotes.base import Status
from talekeep.remotes.encryption import keys
from talekeep.remotes.kinds import FOLDER
from talekeep.remotes.kinds import GIT
from talekeep.remotes.mirror import fetch
from talekeep.remotes.mirror.check import describe
from talekeep.remotes.mirror.environment import Setting
from talekeep.remotes.mirror.setup import find
from talekeep.remotes.mirror.setup import stores
from talekeep.store import config
from talekeep.store import setup as wiring
from talekeep.store.clone import Clone
from talekeep.store.dataset import Dataset
from talekeep.store.files import at_home
from talekeep.store.git import index
from talekeep.store.git import trees
from talekeep.store.git import urls
from talekeep.store.git.allowed import FILE
from talekeep.store.git.allowed import not_laid_out
from talekeep.store.git.repository import Repository

# How file systems refuse a name: too long, signs they do not know.
_NO_SUCH_NAME = (errno.EINVAL, errno.EILSEQ, errno.ENAMETOOLONG, errno.ENOENT)


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
        result: Restored | Cloned = _from_repository(source, target, base, name or "origin", progress)
    else:
        result = _from_mirror(_folder(source, base), target, name or "backup", progress)
    try:
        return _looked_through(result, target, name or "backup")
    except (NotFound, Refused) as problem:
        # It was saved like this and comes back like this.
        note = f"the newest state is no sound dataset ({problem.message}); git log shows older ones"
        return replace(result, notes=(*result.notes, note))


def _looked_through(done: Restored | Cloned, target: Path, name: str) -> Restored | Cloned:
    """What was made, with what there is to say of it.

    Raises:
        NotFound: it holds no `talekeep.toml`. Refused: it cannot be read.
    """
    with Dataset.open(target) as dataset:
        if isinstance(done, Restored):
            done = replace(done, notes=(*done.notes, *divergence.apart(dataset, name)))
        # `status` says of one with errors that it is not validated.
        with contextlib.suppress(validation.Invalid):
            require_validated_head(dataset)
    return done


def _folder(source: str, base: Path) -> Path:
    return (base / at_home(FOLDER.address(source))).resolve()


def _from_mirror(source: Path, target: Path, name: str, progress: Progress) -> Restored:
    setting = Setting()
    mirror = find(setting.disk, source)

    left_out: dict[str, str] = {}

    def prepare(repo: Repository) -> None:
        left_out.update(_check_out(repo, progress))
        repo.settings.set(git.settings(name, FOLDER.url(mirror)))
        for store in stores(setting.disk, mirror)[:1]:
            keys.set_recipients(repo, name, keys.joined_recipients(setting.keys(), mirror, store))
        wiring.install(Clone(repo))

    restored = fetch.restore(source, target, setting, remote=name, prepare=prepare)
    push = f"push {restored.taken.number}"
    notes = [
        f"{push} holds {shown_name(path)}: {why}; it is in the history and not in the folder"
        for path, why in left_out.items()
    ]
    return replace(restored, notes=(*restored.notes, *notes))


def _from_repository(source: str, target: Path, base: Path, name: str, progress: Progress) -> Cloned:
    url = urls.locate(source, base).url

    def prepare(repo: Repository) -> None:
        _require_dataset(repo, url, target)
        _check_out(repo, progress)
        # Whoever can clone it has the dataset already.
        repo.settings.set(push_permissions.setting(url))
        wiring.install(Clone(repo))

    return git.clone(url, target, name=name, prepare=prepare, progress=progress)


def _require_dataset(repo: Repository, url: str, target: Path) -> None:
    head = repo.head()
    if head is None or trees.entry_at(repo, repo.commit(head).tree, config.NAME) is None:
        branch = (repo.head_ref() or "").removeprefix("refs/heads/")
        raise Refused(
            f"{urls.shown(url)} is no dataset: there is no {config.NAME} on its branch {branch}",
            f"git clone {urls.shown(url)} {target.name} && talekeep init {target.name} --force",
        )


def _check_out(repo: Repository, progress: Progress) -> dict[str, str]:
    """Lay out the files of the last commit in a new, empty folder, as far as this system can keep them.

    Returns:
        What was left out: path → reason. In the index it is marked as not to be in the folder.
    """
    head = repo.head()
    tree = repo.commit(head).tree if head else trees.EMPTY
    files, modes = trees.listing(repo, tree), trees.odd_rows(repo, tree)
    left_out: dict[str, str] = {}
    for count, (path, oid) in enumerate(files.items()):
        progress("writing files", count, len(files))
        fault = not_laid_out(path, modes.get(path, FILE)) or _write(repo, path, oid, modes.get(path, FILE))
        if fault is not None:
            left_out[path] = fault
    index.fill(repo, {path: (oid, modes.get(path, FILE)) for path, oid in files.items()}, left_out)
    return left_out


def _write(repo: Repository, path: str, oid: str, mode: int) -> str | None:
    """Write one new file; why it cannot be, where this system has no such name or takes two names for one."""
    place = repo.path / path
    data = repo.blob(oid)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with place.open("xb") as stream:
            stream.write(data)
        if mode & stat.S_IXUSR:
            place.chmod(0o755)
    except (FileExistsError, NotADirectoryError):
        return "another file has the same name on this system"
    except OSError as error:
        if error.errno not in _NO_SUCH_NAME:
            raise
        return f"this system cannot keep the name ({error.strerror})"
    return None


def shown_name(path: str) -> str:
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def look(source: str, *, base: Path = Path()) -> Status:
    """What is at a place that no dataset here knows; nothing is brought here.

    Raises:
        NotFound: nothing is there. Usage, Refused: no such address. Outside: it cannot be reached.
    """
    if not is_repository(source, base):
        setting = Setting()
        return describe(find(setting.disk, _folder(source, base)), setting, None)
    url = urls.locate(source, base).url
    return Status(urls.shown(url), GIT.name, (), refs=git.GitRemote("origin", url).offer().refs)


def default_target(source: str, base: Path = Path()) -> str:
    """The folder a clone goes to where none is named."""
    if urls.is_remote(source) and not FOLDER.owns(source):
        return urls.last_name(source)
    return _folder(source, base).name.removesuffix("-backup").removesuffix(".git")
