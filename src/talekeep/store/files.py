"""Atomic writes: a crash leaves the old file or the new one. And where the files of this package are."""

import contextlib
import errno
import os
import secrets
from collections.abc import Iterable
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO

from talekeep.core.errors import NotFound
from talekeep.core.errors import Outside
from talekeep.core.errors import Usage


def at_home(path: str | Path) -> Path:
    """The path with `~` opened; a home that nobody has stays as it is written."""
    try:
        return Path(path).expanduser()
    except RuntimeError:
        return Path(path)


def fsync_stream(stream: BinaryIO) -> None:
    """Flush a file to the disk itself, the drive's cache included where the system can say so."""
    stream.flush()
    fsync_descriptor(stream.fileno())


def fsync_descriptor(descriptor: int) -> None:
    try:
        import fcntl

        # macOS: fsync alone stops at the drive's cache.
        fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)  # type: ignore[attr-defined,unused-ignore]
    except (ImportError, AttributeError, OSError):
        os.fsync(descriptor)


def fsync_files(paths: Iterable[Path]) -> None:
    """Flush many files; at once, so that the file system can put their journal entries together."""
    with ThreadPoolExecutor(8) as pool:
        for _ in pool.map(_fsync_file, paths):
            pass


def _fsync_file(path: Path) -> None:
    # Three calls of the system; a stream makes seven.
    descriptor = os.open(path, os.O_RDWR)
    try:
        fsync_descriptor(descriptor)
    finally:
        os.close(descriptor)


def fsync_folder(folder: Path) -> None:
    """Make renames in a folder durable; a no-op where folders cannot be opened (Windows)."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        # Some network and FUSE file systems have no fsync for folders; an I/O error is never ignored.
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(descriptor)


def flush_name(place: Path) -> None:
    """Make the name of a file that was written durable.

    Raises:
        Outside: the file is there, and its name may not outlive a power cut.
    """
    try:
        fsync_folder(place.parent)
    except OSError as error:
        raise outside(f"{place} is written, but its folder cannot be flushed", error) from error


def write_new(path: Path, data: bytes) -> None:
    """Write and fsync a file that must not exist yet."""
    with path.open("xb") as stream:
        stream.write(data)
        fsync_stream(stream)


def replace(path: Path, data: bytes, staging: Path | None = None, *, keep_mode: bool = False) -> None:
    """Put `data` at `path` in one step: temporary file, fsync, rename, folder fsync.

    Args:
        staging: a folder of the same file system for the temporary file; beside the target without it.
        keep_mode: give the new file the permissions of the old one.

    Raises:
        Outside: the disk is full, the folder is read-only, …; the old file is untouched.
    """
    temporary = (staging or path.parent) / f".{path.name}.{secrets.token_hex(4)}.tmp"
    is_new = moved = False
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.parent.mkdir(parents=True, exist_ok=True)
        write_new(temporary, data)
        if keep_mode and path.exists():
            temporary.chmod(path.stat().st_mode & 0o7777)
        is_new = not path.exists()
        temporary.replace(path)
        moved = True
        fsync_folder(path.parent)
    except OSError as error:
        with contextlib.suppress(OSError):
            # A new file whose name may not outlive a power cut goes again: the step has failed.
            (path if moved and is_new else temporary).unlink()
        raise outside(f"cannot write {path}", error) from error


@contextlib.contextmanager
def all_or_none(paths: Iterable[Path]) -> Iterator[None]:
    """Put these files back as they are now, each with its mode or as missing, if the block does not end well.
    For steps that write several files in turn; a kill in between is not covered."""
    before = {path: _contents(path) for path in paths}
    whole = False
    try:
        yield
        whole = True
    finally:
        for path, contents in before.items() if not whole else ():
            # What failed before may fail here; the others still go back.
            with contextlib.suppress(OSError, Outside):
                _put_back(path, contents)


def _contents(path: Path) -> tuple[bytes, int] | None:
    """A file's bytes and mode; None where there is no plain file, which is nobody's to put back."""
    return (path.read_bytes(), path.stat().st_mode & 0o7777) if path.is_file() else None


def _put_back(path: Path, contents: tuple[bytes, int] | None) -> None:
    if contents == _contents(path):
        return
    if contents is None:
        path.unlink()
        return
    replace(path, contents[0])
    path.chmod(contents[1])


def outside(what: str, error: OSError) -> Outside:
    """The same failure in words, with the step that helps."""
    hints = {
        errno.ENOSPC: "free some space on that disk and run the command again",
        errno.EDQUOT: "your quota on that disk is used up; free some space and run the command again",
        errno.EACCES: "check who may write there (ls -ld), then run the command again",
        errno.EPERM: "check who may write there (ls -ld), then run the command again",
        errno.EROFS: "that file system is mounted read-only; remount it or choose another place",
    }
    return Outside(f"{what}: {error.strerror or error}", hints.get(error.errno or 0))


def read_small(file: Path, most: int, what: str, hint: str | None = None) -> bytes:
    """The bytes of a file that the user named.

    Args:
        most: the bytes that `what` ("a shape") may have, a whole number of KiB.

    Raises:
        NotFound: there is none. Usage: it is larger.
    """
    if not file.is_file():
        raise NotFound(f"there is no file {file}", hint)
    with file.open("rb") as opened:
        data = opened.read(most + 1)
    if len(data) > most:
        size = f"{most // 2**20} MiB" if most >= 2**20 else f"{most // 1024} KiB"
        raise Usage(f"{file.name} is larger than {what} can be ({size})")
    return data


def shipped(kind: str) -> Path:
    """The folder of shipped files, `hooks` or `templates`: inside the wheel, else in the checkout."""
    package = Path(__file__).resolve().parents[1]
    for folder in (package / f"_{kind}", package.parents[1] / kind):
        if folder.is_dir():
            return folder
    raise Outside(
        f"this installation of talekeep has no {kind} folder",
        "reinstall: pip install --force-reinstall talekeep",
    )
