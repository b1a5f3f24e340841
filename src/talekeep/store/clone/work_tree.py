"""Check out the files of a new clone, as far as this system can hold them."""

import errno
import stat

from talekeep.core.progress import Progress
from talekeep.store.clone.clone import Clone
from talekeep.store.git import trees
from talekeep.store.git.files import index
from talekeep.store.git.files.allowed import FILE
from talekeep.store.git.files.allowed import not_laid_out
from talekeep.store.git.repository import Repository

# How file systems refuse a name: too long, signs they do not know.
_NO_SUCH_NAME = (errno.EINVAL, errno.EILSEQ, errno.ENAMETOOLONG, errno.ENOENT)


def fill(clone: Clone, progress: Progress) -> dict[str, str]:
    """Lay out the files of the last commit in a new, empty folder.

    Returns:
        What was left out: path → reason. In the index it is marked as not to be in the folder.
    """
    repo, tree = clone.repo, clone.history.head_tree()
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
