"""One writer at a time: an OS lock, so it is gone the moment its holder is, however that ended."""

import contextlib
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from talekeep.core.errors import Refused

_POLL = 0.02


@contextlib.contextmanager
def locked(path: Path, doing: str, patience: float = 30.0) -> Iterator[None]:
    """Hold the lock file while the block runs; others see who holds it and what for.

    Args:
        doing: what the holder does, shown to whoever waits in vain.
        patience: seconds to wait for another holder.

    Raises:
        Refused: another living process still holds it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as stream:
        _acquire(stream, path, patience)
        try:
            stream.truncate(0)
            stream.write(f"{doing} (process {os.getpid()})".encode())
            stream.flush()
            yield
        finally:
            stream.truncate(0)
            _release(stream)


def _acquire(stream: BinaryIO, path: Path, patience: float) -> None:
    deadline = time.monotonic() + patience
    while not _try(stream):
        if time.monotonic() > deadline:
            holder = path.read_bytes().decode("utf-8", "replace") or "another process"
            raise Refused(f"the dataset is being changed by {holder}", "wait for it to end and try again")
        time.sleep(_POLL)


if sys.platform == "win32":
    import msvcrt

    # Past any byte the holder's name takes: Windows locks keep others from reading what they cover.
    _FAR = 1 << 20

    def _try(stream: BinaryIO) -> bool:
        stream.seek(_FAR)
        try:
            msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _release(stream: BinaryIO) -> None:
        stream.seek(_FAR)
        msvcrt.locking(stream.fileno(), msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _try(stream: BinaryIO) -> bool:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _release(stream: BinaryIO) -> None:
        fcntl.flock(stream, fcntl.LOCK_UN)
