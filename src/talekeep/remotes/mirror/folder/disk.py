"""Every file operation on a mirror folder, one method each, so that a test can make any of them fail."""

import contextlib
import errno
import os
import shutil
import stat
import time
from collections.abc import Callable
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from typing import TypeVar

from talekeep.store.files import fsync_descriptor
from talekeep.store.files import fsync_folder
from talekeep.store.files import outside

_T = TypeVar("_T")
# Windows: access denied, sharing violation, lock violation; a scanner or sync client holds the file a moment.
_BUSY = (5, 32, 33)
_PAUSES = (0.05, 0.1, 0.2, 0.4, 0.8, 1.0)
_NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EACCES)
# Windows RECALL_ON_DATA_ACCESS, RECALL_ON_OPEN, OFFLINE; macOS SF_DATALESS.
_WINDOWS_CLOUD = 0x400000 | 0x40000 | 0x1000
_MACOS_DATALESS = 0x40000000
_INLINE = 4096


@dataclass(frozen=True, slots=True)
class Stat:
    """A regular file: its size in bytes, and whether its content is still in the cloud."""

    size: int
    placeholder: bool = False


class Disk:
    """The real file system. It sees regular files and folders only; links are ignored."""

    def folders(self, folder: Path) -> list[str]:
        return sorted(e.name for e in os.scandir(folder) if e.is_dir(follow_symlinks=False))

    def files(self, folder: Path) -> dict[str, Stat]:
        """The regular files of a folder; nothing is opened."""
        files = {}
        for entry in os.scandir(folder):
            with contextlib.suppress(FileNotFoundError):
                status = entry.stat(follow_symlinks=False)
                if stat.S_ISREG(status.st_mode):
                    files[entry.name] = Stat(status.st_size, is_placeholder(status))
        return dict(sorted(files.items()))

    def is_folder(self, path: Path) -> bool:
        return path.is_dir()

    def free(self, folder: Path) -> int:
        return shutil.disk_usage(folder).free

    def open(self, path: Path) -> BinaryIO:
        """Open for reading; a link put there in the meantime is not followed."""
        flags = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
        return os.fdopen(_patiently(lambda: os.open(path, flags)), "rb")

    def make_folder(self, path: Path) -> None:
        path.mkdir()

    def create(self, path: Path) -> int:
        """A new, empty file to write; the descriptor."""
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)

    def write(self, descriptor: int, data: memoryview) -> int:
        return os.write(descriptor, data)

    def sync(self, descriptor: int) -> None:
        fsync_descriptor(descriptor)

    def close(self, descriptor: int) -> None:
        os.close(descriptor)

    def publish(self, temporary: Path, final: Path) -> None:
        """Give a file its final name, never in place of another.

        Raises:
            FileExistsError: something has that name.
        """
        if os.name == "nt":
            _patiently(lambda: os.rename(temporary, final))  # noqa: PTH104 (Path.rename may replace)
            return
        try:
            os.link(temporary, final)
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            # exFAT and some mounts have no links; nobody else writes in this folder.
            if os.path.lexists(final):
                raise FileExistsError(errno.EEXIST, "exists", str(final)) from None
            temporary.rename(final)
        else:
            temporary.unlink()

    def sync_folder(self, folder: Path) -> None:
        fsync_folder(folder)

    def remove(self, path: Path) -> None:
        _patiently(lambda: path.unlink(missing_ok=True))

    def remove_folder(self, path: Path) -> None:
        path.rmdir()


def is_placeholder(status: os.stat_result) -> bool:
    """True if reading the file would make a sync client download it."""
    if getattr(status, "st_file_attributes", 0) & _WINDOWS_CLOUD:
        return True
    if getattr(status, "st_flags", 0) & _MACOS_DATALESS:
        return True
    # Small files live inside the directory entry on some file systems and have no blocks either.
    return status.st_size > _INLINE and getattr(status, "st_blocks", 1) == 0


def _patiently(action: Callable[[], _T]) -> _T:
    for pause in _PAUSES:
        try:
            return action()
        except OSError as error:
            if getattr(error, "winerror", None) not in _BUSY:
                raise
        time.sleep(pause)
    return action()


@contextlib.contextmanager
def step(what: str) -> Iterator[None]:
    """Turn a failure of the disk into a Problem that names the step.

    Raises:
        Outside: `what` could not be done.
    """
    try:
        yield
    except OSError as error:
        raise outside(f"cannot {what}", error) from error
