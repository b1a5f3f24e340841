"""Git bundles, version 2: a header of refs and prerequisites, then a pack (gitformat-bundle(5)).

Written with a `HEAD` line, without which `git clone x.bundle` checks nothing out.
"""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from talekeep.core.errors import BadRecord
from talekeep.remotes.mirror.folder.manifest import MAX_REFS
from talekeep.remotes.mirror.folder.manifest import check_refs
from talekeep.store.files import fsync_stream

_SIGNATURE = b"# v2 git bundle\n"
_MAX_HEADER = 2**20
_MAX_LINE = 1024
_LINE = re.compile(rb"(-?)([0-9a-f]{40})(?: ([^\n]*))?\n")


@dataclass(frozen=True, slots=True)
class Header:
    """The header of a bundle; `pack` is the offset of its pack in bytes."""

    refs: tuple[tuple[str, str], ...]
    prerequisites: tuple[str, ...] = ()
    head: str | None = None
    pack: int = 0


class _Hashing:
    """Passes bytes on to a file, counting and hashing them."""

    def __init__(self, stream: BinaryIO) -> None:
        self.sha = hashlib.sha256()
        self.size = 0
        self._stream = stream

    def write(self, data: bytes) -> int:
        self.sha.update(data)
        self.size += len(data)
        return self._stream.write(data)


def write_bundle(path: Path, header: Header, write_pack: Callable[[BinaryIO], None]) -> tuple[int, str]:
    """Write a new bundle to a new file and fsync it; `write_pack` is called for its last part.

    Returns:
        The size in bytes and the SHA-256.
    """
    with path.open("xb") as stream:
        out = _Hashing(stream)
        out.write(render_header(header))
        write_pack(out)  # type: ignore[arg-type]
        fsync_stream(stream)
    return out.size, out.sha.hexdigest()


def render_header(header: Header) -> bytes:
    lines = [f"-{object_id} saved before" for object_id in header.prerequisites]
    lines += [f"{header.head} HEAD"] if header.head else []
    lines += [f"{object_id} {name}" for name, object_id in header.refs]
    return _SIGNATURE + "".join(f"{line}\n" for line in lines).encode() + b"\n"


def read_header(stream: BinaryIO) -> Header:
    """Read the header of a bundle that may come from anywhere; the stream is left at the pack.

    Raises:
        BadRecord: no version 2 bundle, too long, or with refs that are not allowed.
    """
    if stream.readline(len(_SIGNATURE)) != _SIGNATURE:
        raise BadRecord("it is no version 2 bundle")
    refs: list[tuple[str, str]] = []
    prerequisites: list[str] = []
    head = None
    used = len(_SIGNATURE)
    while (line := stream.readline(_MAX_LINE)) != b"\n":
        used += len(line)
        match = _LINE.fullmatch(line)
        if match is None or used > _MAX_HEADER or len(refs) + len(prerequisites) > 2 * MAX_REFS:
            raise BadRecord("its header is malformed or too long")
        object_id, name = match[2].decode(), (match[3] or b"").decode("utf-8", "surrogateescape")
        if match[1]:
            prerequisites.append(object_id)
        elif name == "HEAD":
            head = object_id
        else:
            refs.append((name, object_id))
    check_refs([name for name, _ in refs])
    return Header(tuple(refs), tuple(prerequisites), head, used + 1)
