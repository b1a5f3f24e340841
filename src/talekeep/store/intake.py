"""Many files on their way in: each is hashed, compressed and laid down while the next is still being made,
so that a large import neither waits for the disk at its end nor holds all it has read.
"""

import shutil
from collections import deque
from concurrent.futures import Future
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from talekeep.store.files import outside
from talekeep.store.git.pack.objects import PACK_FROM
from talekeep.store.git.pack.objects import Packing
from talekeep.store.git.repository import Repository

# How many files may wait to be laid down: past this, whoever makes them waits.
_AHEAD = 64


@dataclass(frozen=True, slots=True)
class Stored:
    """Contents the repository has already: their blob, and a copy to be moved into the work tree."""

    oid: str
    copy: Path


class Intake:
    """Files of one change, each complete when it is added.

    Few are simply held. Many go to a pack and to `folder` as they come; the pack becomes part of the
    repository in `files`, and without that nothing of it stays. The caller holds the writer lock.
    """

    def __init__(self, repo: Repository, folder: Path) -> None:
        self._repo = repo
        self._folder = folder
        self._held: dict[str, bytes] = {}
        self._sent: dict[str, Future[Stored]] = {}
        self._waiting: deque[Future[Stored]] = deque()
        self._packing: Packing | None = None
        # One thread: zlib, hashing and the disk let go of the interpreter lock, the rest does not.
        self._worker = ThreadPoolExecutor(1)

    def __enter__(self) -> "Intake":
        return self

    def __exit__(self, *_: object) -> None:
        self._worker.shutdown(cancel_futures=True)
        if self._packing is not None:
            self._packing.abandon()
        clear(self._folder)

    def add(self, path: str, data: bytes) -> None:
        """Take a file in.

        Raises:
            Outside: the disk refused.
        """
        self._held[path] = data
        if self._sent or len(self._held) >= PACK_FROM:
            for path, data in self._held.items():
                self._send(path, data)
            self._held.clear()

    def _send(self, path: str, data: bytes) -> None:
        try:
            if self._packing is None:
                self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                self._packing = Packing(self._repo.objects)
            copy = self._folder / str(len(self._sent))
            job = self._worker.submit(_lay_down, self._packing, data, copy)
            if len(self._waiting) >= _AHEAD:
                self._waiting.popleft().result()
        except OSError as error:
            raise outside(f"cannot write to {self._repo.git_dir}", error) from error
        self._waiting.append(job)
        self._sent[path] = job

    def files(self) -> dict[str, bytes | Stored]:
        """Everything that was added, by path; what is stored survives a power loss.

        Raises:
            Outside: the disk refused.
        """
        try:
            stored = {path: job.result() for path, job in self._sent.items()}
            if self._packing is not None:
                self._packing.finish()
        except OSError as error:
            raise outside(f"cannot write to {self._repo.git_dir}", error) from error
        return {**stored, **self._held}


def _lay_down(packing: Packing, data: bytes, copy: Path) -> Stored:
    oid = packing.add(data)
    copy.write_bytes(data)
    return Stored(oid, copy)


def clear(folder: Path) -> None:
    """Remove what an intake left behind; what cannot be removed costs space and nothing else."""
    shutil.rmtree(folder, ignore_errors=True)
