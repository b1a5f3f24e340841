"""Writing objects: loose when few, one pack when many, and durable before any ref may name them."""

import hashlib
import os
import secrets
import zlib
from collections.abc import Iterable
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO

from dulwich.object_format import SHA1
from dulwich.object_store import DiskObjectStore
from dulwich.objects import ShaFile
from dulwich.pack import pack_object_header
from dulwich.pack import write_pack_index

from talekeep.store.files import fsync_folder
from talekeep.store.files import fsync_stream
from talekeep.store.files import write_new

# Past this many objects one pack costs less than a file and two fsyncs for each.
PACK_FROM = 64
_LEVEL = 1


def write_objects(store: DiskObjectStore, objects: Sequence[ShaFile]) -> None:
    """Add objects to the store; when this returns they survive a power loss."""
    new = {o.id: o for o in objects}
    if len(new) < PACK_FROM:
        _write_loose(store, new.values())
    else:
        _write_pack(store, [o for oid, o in new.items() if oid not in store])


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


def _write_pack(store: DiskObjectStore, objects: list[ShaFile]) -> None:
    if not objects:
        return
    folder = Path(os.fspath(store.pack_dir))
    folder.mkdir(exist_ok=True)
    name = hashlib.sha1(b"".join(sorted(o.id for o in objects))).hexdigest()
    temporary = folder / f"tmp_pack_{name}"
    with temporary.open("wb") as stream:
        entries, checksum = _pack_into(stream, objects)
        fsync_stream(stream)
    index = folder / f"tmp_idx_{name}"
    with index.open("wb") as stream:
        write_pack_index(stream, entries, checksum, version=2)
        fsync_stream(stream)
    # Git looks for the index, so the pack has to be in place before it.
    temporary.replace(folder / f"pack-{name}.pack")
    index.replace(folder / f"pack-{name}.idx")
    fsync_folder(folder)


def _pack_into(stream: BinaryIO, objects: list[ShaFile]) -> tuple[list[tuple[bytes, int, int]], bytes]:
    sha = hashlib.sha1()
    offset = 0
    entries = []

    def put(data: bytes) -> None:
        nonlocal offset
        stream.write(data)
        sha.update(data)
        offset += len(data)

    put(b"PACK" + (2).to_bytes(4, "big") + len(objects).to_bytes(4, "big"))
    # zlib lets go of the interpreter lock, so two threads use two cores.
    with ThreadPoolExecutor(2) as pool:
        for item, data in zip(objects, pool.map(_packed, objects), strict=True):
            entries.append((bytes.fromhex(item.id.decode()), offset, zlib.crc32(data)))
            put(data)
    stream.write(sha.digest())
    return sorted(entries), sha.digest()


def _packed(item: ShaFile) -> bytes:
    raw = item.as_raw_string()
    return bytes(pack_object_header(item.type_num, None, len(raw), SHA1)) + zlib.compress(raw, _LEVEL)
