"""Git's own lock files, marked as ours: what a killed Talekeep leaves behind can be told from git's."""

import contextlib
import os
import re
import secrets
import time
from collections.abc import Iterator
from pathlib import Path

from talekeep.core.errors import Refused
from talekeep.store.files import outside
from talekeep.store.scratch import is_running

# Seconds to wait for a lock: git holds one for moments, unless it was killed.
PATIENCE = 5.0
_POLL = 0.05
_MARK = b"talekeep "
_OLD_MARK = re.compile(r".+\.lock-[0-9a-f]{8}")


@contextlib.contextmanager
def held(path: Path, marks: Path | None = None) -> Iterator[None]:
    """Hold a git lock file (`index.lock`, `refs/heads/main.lock`) while the block runs; wait for it first.

    Unlike git, nothing is written into it: the new file is made elsewhere and renamed into place, so a
    kill leaves a marked lock and never half a file.

    Args:
        marks: a folder of the same file system for the mark on its way. Never one below `refs`: git takes
            every file there for a ref.

    Raises:
        Refused: another program still holds it.
        Outside: the disk refused.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        (marks or path.parent).mkdir(parents=True, exist_ok=True)
        _acquire(path, marks or path.parent)
    except OSError as error:
        raise outside(f"cannot lock {path}", error) from error
    try:
        yield
    finally:
        # What was done under it is done: one that stays is stale, and the next command takes it away.
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)


def _acquire(path: Path, marks: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while not _create(path, marks):
        if is_stale(path):
            path.unlink(missing_ok=True)
        elif time.monotonic() > deadline:
            raise Refused(f"another git command holds {path}", f"wait for it; if none is running: rm {path}")
        else:
            time.sleep(_POLL)


def _create(path: Path, marks: Path) -> bool:
    """Make the lock with its mark already inside, so that no kill leaves an unmarked one."""
    mark = marks / f"{path.name}-{secrets.token_hex(4)}"
    try:
        mark.write_bytes(_MARK + str(os.getpid()).encode())
        return _link(mark, path)
    finally:
        # The lock is there or not; a mark that stays is swept by the next command.
        with contextlib.suppress(OSError):
            mark.unlink(missing_ok=True)


def _link(mark: Path, path: Path) -> bool:
    try:
        os.link(mark, path)
    except FileExistsError:
        return False
    except OSError:
        # No hard links on this file system (exFAT, some mounts), or two file systems.
        try:
            with path.open("xb") as stream:
                stream.write(mark.read_bytes())
        except FileExistsError:
            return False
    return True


def is_stale(path: Path) -> bool:
    """True for a lock of ours whose process is gone."""
    try:
        mark = path.read_bytes()
    except OSError:
        return False
    if not mark and is_ours(path):
        return True
    number = mark.removeprefix(_MARK)
    return mark.startswith(_MARK) and number.isdigit() and not is_running(int(number))


def is_ours(path: Path) -> bool:
    """Whether Talekeep made this lock file. An older one made its marks where git looks for refs, and one
    that was killed there is empty: git then stops at a broken ref."""
    try:
        data = path.read_bytes()
    except OSError:
        return False
    is_old = "refs" in path.parts and _OLD_MARK.fullmatch(path.name) is not None
    return data.startswith(_MARK) or (is_old and not data)


def left_over(git_dir: Path, common_dir: Path, branch: str | None) -> bool:
    """Whether a killed Talekeep left a lock where every commit needs one: index, HEAD and its branch,
    configuration, packed refs. Looks at these alone, however many refs there are."""
    places = [git_dir / "index.lock", git_dir / "HEAD.lock", common_dir / "config.lock"]
    places += [common_dir / "packed-refs.lock", common_dir / f"{branch or 'HEAD'}.lock"]
    return any(map(is_stale, places))


def lock_files(git_dir: Path) -> list[Path]:
    """Every lock file of a repository, and the marks that an older Talekeep left beside them."""
    return [*git_dir.glob("*.lock*"), *(git_dir / "refs").rglob("*.lock*")]


def break_stale(git_dir: Path) -> None:
    """Remove our own left-over locks; only for the holder of the dataset's writer lock."""
    for place in [*lock_files(git_dir), *(git_dir / "talekeep").glob("*.lock-*")]:
        if is_ours(place):
            place.unlink(missing_ok=True)
