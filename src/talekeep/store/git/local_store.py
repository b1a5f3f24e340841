"""The objects of one repository on disk. One that is missing or damaged is refused by name; one that a
partial clone left out is fetched by git, where there is one."""

import os
import shutil
import subprocess
import zlib

from dulwich.errors import ChecksumMismatch
from dulwich.errors import FileFormatException
from dulwich.object_store import DiskObjectStore
from dulwich.objects import ObjectID
from dulwich.objects import RawObjectID
from dulwich.objects import ShaFile

from talekeep.core.errors import Refused
from talekeep.store.git import formats
from talekeep.store.git.environment import local_environment

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
