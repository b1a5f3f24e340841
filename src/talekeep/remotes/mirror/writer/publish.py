"""Write one finished file to a mirror folder: atomically, durably, verified, never over another file."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from talekeep.core.errors import Outside
from talekeep.core.errors import Refused
from talekeep.remotes.mirror.folder.disk import Disk
from talekeep.remotes.mirror.folder.disk import step

CHUNK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Staged:
    """A finished file on this machine's own disk, ready to be published under `name`."""

    name: str
    path: Path
    size: int
    sha256: str


def temporary_name(name: str) -> str:
    return f"~{name}.tmp"


def is_temporary(name: str) -> bool:
    return name.startswith("~") and name.endswith(".tmp")


def publish(disk: Disk, folder: Path, staged: Staged) -> bool:
    """Write, fsync, read back, rename, fsync the folder.

    Returns:
        True if a damaged file of the same name had to be replaced.

    Raises:
        Outside: the disk failed; the message names the step.
        Refused: what was read back is not what was written.
    """
    temporary, final = folder / temporary_name(staged.name), folder / staged.name
    with step(f"write {staged.name} to {folder}"):
        _write(disk, temporary, staged)
    with step(f"read {staged.name} back from {folder}"):
        same = hash_file(disk, temporary) == staged.sha256
    if not same:
        raise Refused(
            f"{folder} gave back other bytes than were written to it",
            "do not trust this disk; check it (SMART, memory test) and choose another folder",
        )
    with step(f"rename {staged.name} in {folder}"):
        replaced = _rename(disk, temporary, final, staged.sha256)
    with step(f"make {staged.name} in {folder} durable"):
        disk.sync_folder(folder)
    return replaced


def _write(disk: Disk, temporary: Path, staged: Staged) -> None:
    descriptor = disk.create(temporary)
    try:
        with staged.path.open("rb") as source:
            while data := source.read(CHUNK):
                _write_all(disk, descriptor, data)
        disk.sync(descriptor)
    finally:
        disk.close(descriptor)


def _write_all(disk: Disk, descriptor: int, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[disk.write(descriptor, left) :]


def _rename(disk: Disk, temporary: Path, final: Path, sha256: str) -> bool:
    try:
        disk.publish(temporary, final)
    except FileExistsError:
        if hash_file(disk, final) == sha256:
            disk.remove(temporary)
            return False
        # The name holds the hash of the content, so what is there was damaged after it was written.
        disk.remove(final)
        disk.publish(temporary, final)
        return True
    return False


def hash_file(disk: Disk, path: Path) -> str:
    sha = hashlib.sha256()
    with disk.open(path) as stream:
        for data in chunks(stream):
            sha.update(data)
    return sha.hexdigest()


def chunks(stream: BinaryIO) -> Iterator[bytes]:
    while data := stream.read(CHUNK):
        yield data


def require_space(disk: Disk, folder: Path, needed: int) -> None:
    """Check that the files and a reserve fit.

    Raises:
        Outside: they do not; the message gives the bytes needed.
    """
    needed += 16 * 2**20
    with step(f"ask how much space {folder} has"):
        free = disk.free(folder)
    if free < needed:
        raise Outside(
            f"{folder} has {free} bytes free and this push needs {needed}",
            "free some space on that disk and push again",
        )
