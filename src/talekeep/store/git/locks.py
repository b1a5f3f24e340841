"""Git's own lock files, marked as ours: what a killed Talekeep leaves behind can be told from git's."""

import contextlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from talekeep.core.errors import Refused

_MARK = b"talekeep "


@contextlib.contextmanager
def held(path: Path) -> Iterator[None]:
    """Hold a git lock file (`index.lock`, `refs/heads/main.lock`) while the block runs.

    Unlike git, nothing is written into it: the new file is made elsewhere and renamed into place, so a
    kill leaves a marked lock and never half a file.

    Raises:
        Refused: another program holds it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        _create(path)
    except FileExistsError:
        raise Refused(
            f"another git command holds {path}", f"wait for it; if none is running: rm {path}"
        ) from None
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def _create(path: Path) -> None:
    """Make the lock with its mark already inside, so that no kill leaves an unmarked one."""
    mark = path.with_name(f"{path.name}-{secrets.token_hex(4)}")
    mark.write_bytes(_MARK + str(os.getpid()).encode())
    try:
        os.link(mark, path)
    except FileExistsError:
        raise
    except OSError:
        # No hard links on this file system (exFAT, some mounts).
        with path.open("xb") as stream:
            stream.write(mark.read_bytes())
    finally:
        mark.unlink()


def break_stale(git_dir: Path) -> None:
    """Remove our own left-over locks; only for the holder of the dataset's writer lock."""
    places = [*git_dir.glob("*.lock*"), *(git_dir / "refs").rglob("*.lock*")]
    for place in places:
        with contextlib.suppress(FileNotFoundError):
            if place.read_bytes().startswith(_MARK):
                place.unlink()
