"""Packs of a bundle or a fetch: written as a stream, read with limits."""

import hashlib
import os
import struct
import zlib
from collections.abc import Iterator
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from typing import TypeAlias

from dulwich.errors import ApplyDeltaError
from dulwich.errors import ChecksumMismatch
from dulwich.errors import FileFormatException
from dulwich.object_format import SHA1
from dulwich.object_store import DiskObjectStore
from dulwich.object_store import PackInputTooLarge
from dulwich.objects import ObjectID
from dulwich.pack import UnresolvedDeltas
from dulwich.pack import pack_object_header

from talekeep.core.errors import Refused
from talekeep.store.files import fsync_folder
from talekeep.store.git.pack.deltas import delta

# The name for layers above, which do not import dulwich.
Objects: TypeAlias = DiskObjectStore

MAX_PACK = 16 * 2**30
MAX_OBJECTS = 10_000_000
MAX_OBJECT = 128 * 2**20
_MAX_RATIO = 100
_FREE_INFLATED = 2**30
_CHUNK = 64 * 1024
_BATCH = 16
_LEVEL = 6
_TYPES = {1: b"commit", 2: b"tree", 3: b"blob", 4: b"tag"}
_OFS_DELTA, _REF_DELTA = 6, 7
_HEADER = 12
# Commits and tags share too little.
_WITH_DELTAS = (2, 3)
# What git itself allows: a longer chain is slower to read.
_MAX_CHAIN = 50
# Everything dulwich raises for a pack that is not what it says.
_MALFORMED = (
    ApplyDeltaError,
    AssertionError,
    ChecksumMismatch,
    EOFError,
    FileFormatException,
    IndexError,
    KeyError,
    PackInputTooLarge,
    TypeError,
    UnresolvedDeltas,
    ValueError,
    struct.error,
    zlib.error,
)


@dataclass(slots=True)
class _Packed:
    """An object on its way into a pack: its own content, or a delta against one before it."""

    kind: int
    data: bytes
    depth: int = 0
    base: "_Packed | None" = None
    delta: bytes | None = None
    offset: int = 0

    def header(self) -> bytes:
        if self.delta is None or self.base is None:
            return bytes(pack_object_header(self.kind, None, len(self.data), SHA1))
        distance = self.offset - self.base.offset
        return bytes(pack_object_header(_OFS_DELTA, distance, len(self.delta), SHA1))


def write_pack(stream: BinaryIO, objects: DiskObjectStore, ids: Sequence[str]) -> None:
    """Write a version 2 pack; a handful of objects is in memory at a time. One that is like the one before
    it is a delta: `missing` puts the versions of a file side by side, the newest first.

    Raises:
        Refused: an object is absent, or its content does not match its id.
    """
    sha = hashlib.sha1()

    def put(data: bytes) -> None:
        stream.write(data)
        sha.update(data)

    put(b"PACK" + struct.pack(">LL", 2, len(ids)))
    for _, data in packed(objects, ids):
        put(data)
    stream.write(sha.digest())


def packed(objects: DiskObjectStore, ids: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    """Each object's id and what a pack holds of it, where the first stands right behind the pack's header.

    Raises:
        Refused: an object is absent, or its content does not match its id.
    """
    offset, last = _HEADER, dict[int, _Packed]()
    # zlib lets go of the interpreter lock, so two threads use two cores.
    with ThreadPoolExecutor(2) as pool:
        for start in range(0, len(ids), _BATCH):
            names = ids[start : start + _BATCH]
            batch = [_against(last, *_verified(objects, name)) for name in names]
            for name, item, data in zip(names, batch, pool.map(_compressed, batch), strict=True):
                item.offset = offset
                entry = item.header() + data
                offset += len(entry)
                yield name, entry


def _against(last: dict[int, _Packed], kind: int, data: bytes) -> _Packed:
    """The object as a delta against the last one of its kind, where that is a gain."""
    base, item = last.get(kind), _Packed(kind, data)
    if base is not None and kind in _WITH_DELTAS and base.depth < _MAX_CHAIN:
        item.delta = delta(base.data, data)
    if item.delta is not None and base is not None:
        item.base, item.depth = base, base.depth + 1
    if base is not None:
        # Of those before only the place is needed any more.
        base.base = None if base.offset else base.base
    last[kind] = item
    return item


def _compressed(item: _Packed) -> bytes:
    return zlib.compress(item.data if item.delta is None else item.delta, _LEVEL)


def _verified(objects: DiskObjectStore, object_id: str) -> tuple[int, bytes]:
    try:
        kind, data = objects.get_raw(ObjectID(object_id.encode()))
    except (*_MALFORMED, OSError) as error:
        raise _damaged(object_id, f"cannot be read ({error})") from error
    header = b"%s %d\0" % (_TYPES[kind], len(data))
    if hashlib.sha1(header + data).hexdigest() != object_id:
        raise _damaged(object_id, "is damaged")
    if len(data) > MAX_OBJECT:
        raise Refused(f"object {object_id} is larger than {MAX_OBJECT // 2**20} MiB")
    return kind, data


def _damaged(object_id: str, fault: str) -> Refused:
    return Refused(
        f"object {object_id} of this dataset {fault}",
        "git fsck lists what is damaged; a mirror or another clone still holds it",
    )


def read_pack(objects: DiskObjectStore, stream: BinaryIO, *, max_bytes: int = MAX_PACK) -> int:
    """Take a (thin) pack into a store; `stream` stands at its first byte and can seek.

    Every object is inflated once with limits before the store sees it, then indexed and fsynced.
    References inside are not followed: that is `check_complete`.

    Returns:
        The number of objects in the pack.

    Raises:
        Refused: too large, a bomb, damaged, or not a pack; nothing was added.
    """
    start = stream.tell()
    try:
        count = _survey(stream, max_bytes)
        if count == 0:
            return 0
        stream.seek(start)
        objects.add_thin_pack(stream.read, None, max_input_size=max_bytes)
    except _MALFORMED as error:
        _remove_leftovers(objects)
        raise Refused(f"the pack is damaged: {type(error).__name__}: {error}") from error
    fsync_folder(Path(os.fspath(objects.pack_dir)))
    return count


def _remove_leftovers(objects: DiskObjectStore) -> None:
    for left in Path(os.fspath(objects.path)).glob("tmp_pack_*"):
        left.unlink(missing_ok=True)


def _survey(stream: BinaryIO, max_bytes: int) -> int:
    """Inflate a whole pack and throw it away, within limits; the number of its objects."""
    size = os.fstat(stream.fileno()).st_size - stream.tell()
    if size > max_bytes:
        raise ValueError(f"{size} bytes, more than the limit of {max_bytes}")
    header = _exactly(stream, 12)
    if header[:8] != b"PACK\0\0\0\2":
        raise ValueError("no version 2 pack")
    count = int.from_bytes(header[8:], "big")
    if count > min(MAX_OBJECTS, size):
        raise ValueError(f"it claims {count} objects")
    total = 0
    for _ in range(count):
        total += _skip_object(stream)
        if total > max(_FREE_INFLATED, _MAX_RATIO * size):
            raise ValueError("it inflates out of all proportion")
    if len(stream.read(21)) != 20:
        raise ValueError("it does not end where it should")
    return count


def _skip_object(stream: BinaryIO) -> int:
    """Pass over one object; the bytes it takes in memory, a delta counted with what it makes."""
    byte = _exactly(stream, 1)[0]
    kind, size, shift = byte >> 4 & 7, byte & 15, 4
    while byte & 0x80:
        byte = _exactly(stream, 1)[0]
        size |= (byte & 0x7F) << shift
        shift += 7
        if shift > 60:
            raise ValueError("an object without end")
    if kind == _REF_DELTA:
        _exactly(stream, 20)
    while kind == _OFS_DELTA and _exactly(stream, 1)[0] & 0x80:
        pass
    if size > MAX_OBJECT:
        raise ValueError(f"an object of {size} bytes")
    head = _inflate(stream, size)
    made = _delta_result(head) if kind in (_OFS_DELTA, _REF_DELTA) else 0
    if made > MAX_OBJECT:
        raise ValueError(f"a delta that makes {made} bytes")
    return size + made


def _inflate(stream: BinaryIO, size: int) -> bytes:
    """Inflate `size` bytes and leave the stream behind them; the first few are returned."""
    inflater = zlib.decompressobj()
    head, result, feed = b"", 0, b""
    while not inflater.eof:
        if not (feed := inflater.unconsumed_tail or stream.read(min(_CHUNK, size + 64))):
            raise ValueError("it ends in the middle of an object")
        data = inflater.decompress(feed, _CHUNK)
        head = head or data[:32]
        result += len(data)
        if result > size:
            raise ValueError("an object is larger than it says")
    if result != size:
        raise ValueError("an object is smaller than it says")
    stream.seek(-len(inflater.unused_data), os.SEEK_CUR)
    return head


def _delta_result(head: bytes) -> int:
    """The size of what a delta makes: the second of two numbers at its beginning."""
    digits = iter(head)
    return [_number(digits), _number(digits)][1]


def _number(digits: Iterator[int]) -> int:
    value = shift = 0
    for byte in digits:
        value |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            return value
    raise ValueError("a delta without sizes")


def _exactly(stream: BinaryIO, size: int) -> bytes:
    data = stream.read(size)
    if len(data) != size:
        raise ValueError("it ends too early")
    return data


def scratch_store(path: Path, alternate: DiskObjectStore | None = None) -> DiskObjectStore:
    """An empty store in a new folder, where packs are tried before anything depends on them."""
    path.mkdir(parents=True)
    store = DiskObjectStore.init(os.fspath(path / "objects"))
    if alternate is not None:
        store.add_alternate_path(os.path.abspath(os.fspath(alternate.path)))  # noqa: PTH100
        store.fsync_object_files = True
    return store


def adopt_packs(objects: DiskObjectStore, scratch: DiskObjectStore) -> None:
    """Move the packs of a scratch store on the same disk into `objects`, durably, and close the scratch."""
    source, target = Path(os.fspath(scratch.pack_dir)), Path(os.fspath(objects.pack_dir))
    scratch.close()
    target.mkdir(exist_ok=True)
    # Git looks for the index, so the pack has to be in place before it.
    for suffix in (".pack", ".idx"):
        for path in sorted(source.glob(f"pack-*{suffix}")):
            if not (target / path.name).exists():
                path.replace(target / path.name)
    fsync_folder(target)
