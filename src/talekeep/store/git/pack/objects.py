"""The objects of one repository on disk.

Reading: one that is missing or damaged is refused by name; one that a partial clone left out is fetched by
git, where there is one. Writing: loose when few, one pack when many, and durable before any ref may name
them.
"""

import hashlib
import os
import secrets
import shutil
import subprocess
import zlib
from collections.abc import Iterable
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from dulwich.errors import ChecksumMismatch
from dulwich.errors import FileFormatException
from dulwich.object_format import SHA1
from dulwich.object_store import DiskObjectStore
from dulwich.objects import Blob
from dulwich.objects import ObjectID
from dulwich.objects import RawObjectID
from dulwich.objects import ShaFile
from dulwich.pack import pack_object_header
from dulwich.pack import write_pack_index

from talekeep.core.errors import Refused
from talekeep.store.files import fsync_folder
from talekeep.store.files import fsync_stream
from talekeep.store.files import write_new
from talekeep.store.git import formats
from talekeep.store.git.environment import local_environment

# Past this many objects one pack costs less than a file and two fsyncs for each.
PACK_FROM = 64
_LEVEL = 1
# What dulwich raises for an object that cannot be read.
UNREADABLE = (AssertionError, ChecksumMismatch, FileFormatException, ValueError, zlib.error)


class Missing(Refused, KeyError):
    """An object that is not there; a `KeyError`, too, for those who can do without it."""

    def __str__(self) -> str:
        return self.message


class Damaged(Refused, ValueError):
    """An object that cannot be read."""


class LocalStore(DiskObjectStore):
    """Objects of the repository whose folders are `folders`."""

    folders: formats.Folders

    def get_raw(self, name: RawObjectID | ObjectID) -> tuple[int, bytes]:
        try:
            return super().get_raw(name)
        except KeyError:
            if self._fetch_promised(name):
                return super().get_raw(name)
            raise self._missing(name) from None
        except UNREADABLE as error:
            oid = _hexadecimal(name)
            raise Damaged(
                f"object {oid} is damaged: {error}", "git fsck --full lists what is damaged"
            ) from error

    def __getitem__(self, name: ObjectID | RawObjectID) -> ShaFile:
        try:
            return super().__getitem__(name)
        except Refused:
            raise
        except UNREADABLE as error:
            raise _damaged(name, error) from error

    def _fetch_promised(self, name: bytes) -> bool:
        program = shutil.which("git")
        if program is None or not formats.promisors(self.folders.common_dir / "config"):
            return False
        # Reading it makes git fetch it.
        command = [
            program,
            "--git-dir",
            os.fspath(self.folders.git_dir),
            "cat-file",
            "-e",
            _hexadecimal(name),
        ]
        completed = subprocess.run(command, capture_output=True, env=local_environment(), check=False)
        return completed.returncode == 0

    def _missing(self, name: bytes) -> Missing:
        oid = _hexadecimal(name)
        if formats.promisors(self.folders.common_dir / "config"):
            return Missing(f"object {oid} was left out of this partial clone and cannot be fetched now",
                           "git fetch --refetch, with the remote in reach")  # fmt: skip
        if formats.is_shallow(self.folders):
            return Missing(f"object {oid} is not in this shallow clone", "git fetch --unshallow")
        return Missing(f"object {oid} is missing", "git fsck --full lists what else is")


def _damaged(name: bytes, error: Exception) -> Damaged:
    why = str(error) or type(error).__name__
    return Damaged(f"object {_hexadecimal(name)} is damaged: {why}", "git fsck --full lists what is damaged")


def _hexadecimal(name: bytes) -> str:
    return name.decode() if len(name) == 40 else name.hex()


def write_objects(store: DiskObjectStore, objects: Sequence[ShaFile]) -> None:
    """Add objects to the store; when this returns they survive a power loss."""
    # Hashing and zlib let go of the interpreter lock, so two threads use two cores.
    with ThreadPoolExecutor(2) as pool:
        new = dict(zip(pool.map(_id, objects), objects, strict=True))
        if len(new) < PACK_FROM:
            _write_loose(store, new.values())
        else:
            _write_pack(store, [o for oid, o in new.items() if oid not in store], pool)


def _id(item: ShaFile) -> ObjectID:
    return item.id


def _write_loose(store: DiskObjectStore, objects: Iterable[ShaFile]) -> None:
    root = Path(os.fspath(store.path))
    folders = set()
    for item in objects:
        if item.id in store:
            continue
        name = item.id.decode()
        folder = root / name[:2]
        folder.mkdir(exist_ok=True)
        # The name git itself uses, so that `git gc` clears what a crash leaves.
        temporary = folder / f"tmp_obj_{secrets.token_hex(4)}"
        data = item.as_legacy_object(compression_level=_LEVEL)
        write_new(temporary, data)
        temporary.replace(folder / name[2:])
        folders.add(folder)
    for folder in folders:
        fsync_folder(folder)
    fsync_folder(root)


def _write_pack(store: DiskObjectStore, objects: list[ShaFile], pool: ThreadPoolExecutor) -> None:
    if not objects:
        return
    packing = Packing(store)
    try:
        for item, packed in zip(objects, pool.map(_packed, objects), strict=True):
            packing.put(item.id, packed)
        packing.finish()
    finally:
        packing.abandon()


class Packing:
    """A pack that is written object by object, for more than should wait in memory.

    It is no part of the store before `finish`, and nothing of it stays after `abandon`.
    """

    def __init__(self, store: DiskObjectStore) -> None:
        self._folder = Path(os.fspath(store.pack_dir))
        self._folder.mkdir(exist_ok=True)
        self._temporary = self._folder / f"tmp_pack_{secrets.token_hex(8)}"
        self._stream = self._temporary.open("w+b")
        self._stream.write(_header(0))
        self._end = len(_header(0))
        # Id → offset and CRC-32.
        self._rows: dict[bytes, tuple[int, int]] = {}

    def add(self, data: bytes) -> str:
        """Add a blob; returns its id."""
        blob = Blob.from_string(data)
        if blob.id not in self._rows:
            self.put(blob.id, _packed(blob))
        return blob.id.decode()

    def put(self, oid: bytes, packed: bytes) -> None:
        """Add an object that is packed already and not in here yet."""
        self._rows[oid] = (self._end, zlib.crc32(packed))
        self._stream.write(packed)
        self._end += len(packed)

    def finish(self, *, by_content: bool = False) -> str:
        """Make it part of the store; when this returns it survives a power loss.

        Args:
            by_content: name it by its bytes instead of by its objects, which another pack may hold too.

        Returns:
            The name of the pack, without its ending.
        """
        # How many objects there are is known only now, and stands at the beginning.
        self._stream.seek(0)
        self._stream.write(_header(len(self._rows)))
        self._stream.seek(0)
        checksum = hashlib.file_digest(self._stream, "sha1").digest()
        self._stream.write(checksum)
        fsync_stream(self._stream)
        self._stream.close()
        name = checksum.hex() if by_content else hashlib.sha1(b"".join(sorted(self._rows))).hexdigest()
        self._publish(name, checksum)
        return f"pack-{name}"

    def _publish(self, name: str, checksum: bytes) -> None:
        rows = sorted((bytes.fromhex(oid.decode()), *row) for oid, row in self._rows.items())
        index = self._folder / f"tmp_idx_{name}"
        with index.open("wb") as stream:
            write_pack_index(stream, rows, checksum, version=2)
            fsync_stream(stream)
        # Git looks for the index, so the pack has to be in place before it.
        self._temporary.replace(self._folder / f"pack-{name}.pack")
        index.replace(self._folder / f"pack-{name}.idx")
        fsync_folder(self._folder)

    def abandon(self) -> None:
        """Remove what was written; nothing to do once it is finished."""
        self._stream.close()
        self._temporary.unlink(missing_ok=True)


def _header(objects: int) -> bytes:
    return b"PACK" + (2).to_bytes(4, "big") + objects.to_bytes(4, "big")


def _packed(item: ShaFile) -> bytes:
    raw = item.as_raw_string()
    return bytes(pack_object_header(item.type_num, None, len(raw), SHA1)) + zlib.compress(raw, _LEVEL)
