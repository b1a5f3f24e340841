"""Which versions of the files that people write have been checked: one small file each, in
`.git/talekeep/checked/`.

They stand beside the cache, not in it: every command needs `talekeep.toml`, and many need nothing else that
SQLite would have to be loaded for. A file that was cut off or changed is taken for none.
"""

import contextlib
import hashlib
import secrets
from pathlib import Path

from talekeep.store.files import outside

# Versions that are remembered, of all files together.
_MOST = 64


class CheckedFiles:
    """
    Args:
        folder: where they are; made when the first is remembered.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def find(self, kind: str, sha256: str) -> bytes | None:
        """What `record` kept of this version of a file; None where it was never checked."""
        try:
            digest, _, tables = self._place(kind, sha256).read_bytes().partition(b"\n")
        except OSError:
            return None
        return tables if digest == _digest(tables) else None

    def record(self, kind: str, sha256: str, tables: bytes) -> None:
        """Remember a checked version of a file, and forget the oldest of many.

        Args:
            kind: which file it is, and what checked it.
            tables: what is to be found again.

        Raises:
            Outside: the disk is full, or nobody may write there.
        """
        place = self._place(kind, sha256)
        temporary = place.with_name(f"{place.name}.{secrets.token_hex(4)}.tmp")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            # Not flushed: what a power cut takes is only checked again.
            temporary.write_bytes(_digest(tables) + b"\n" + tables)
            temporary.replace(place)
            self._forget_oldest()
        except OSError as error:
            with contextlib.suppress(OSError):
                temporary.unlink()
            raise outside(f"cannot write {place}", error) from error

    def _place(self, kind: str, sha256: str) -> Path:
        return self._folder / hashlib.sha256(f"{kind}\n{sha256}".encode()).hexdigest()[:40]

    def _forget_oldest(self) -> None:
        items = [*self._folder.iterdir()]
        if len(items) <= _MOST:
            return
        for path in sorted(items, key=lambda item: item.stat().st_mtime_ns)[:-_MOST]:
            # Another command may have been faster.
            path.unlink(missing_ok=True)


def _digest(tables: bytes) -> bytes:
    return hashlib.sha256(tables).hexdigest().encode()
