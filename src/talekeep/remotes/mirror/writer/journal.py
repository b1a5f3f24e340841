"""The journal of a mirror in this clone, under `.git/talekeep/mirrors/<remote>/`.

All of it may be deleted: the next push then writes a folder and a chain of its own and nothing is lost.
"""

import contextlib
import dataclasses
import hashlib
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from talekeep.core.errors import Refused
from talekeep.core.errors import Usage
from talekeep.remotes.mirror.folder.manifest import IGNORED
from talekeep.remotes.mirror.folder.manifest import WRITER
from talekeep.store.files import replace
from talekeep.store.lock import locked

# Of the journal; version 0.1.0 wrote it without a number.
_FORMAT = 1
_PATIENCE = 120.0
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,60}")


@dataclass(frozen=True, slots=True)
class Sealed:
    """What the manifest of our last, encrypted push does not say: its refs, and for whom it was written."""

    refs: tuple[tuple[str, str], ...]
    head: str | None
    detached: str | None
    recipients: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Journal:
    """`number` and `manifest` (SHA-256): the last whole push; `used`: the highest number ever tried;
    `attempt`: names of files that a push which was cut short may have left in our folder."""

    store: str | None = None
    writer: str | None = None
    number: int = 0
    manifest: str | None = None
    used: int = 0
    attempt: tuple[str, ...] = ()
    generations: tuple[tuple[int, str], ...] = ()
    sealed: Sealed | None = None


class Local:
    def __init__(self, git_dir: Path, remote: str) -> None:
        if not _NAME.fullmatch(remote) or ".." in remote or remote.endswith((".", ".lock")):
            raise Usage(f"{remote!r} cannot be the name of a remote", "use letters, digits and -")
        self.git_dir = git_dir
        self.root = git_dir / "talekeep" / "mirrors" / remote

    def locked(self, doing: str) -> contextlib.AbstractContextManager[None]:
        return locked(self.root / "lock", doing, patience=_PATIENCE)

    @contextlib.contextmanager
    def staging(self) -> Iterator[Path]:
        """An empty staging folder, removed afterwards; leftovers of a killed push are removed first."""
        folder = self.root / "staging"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True, mode=0o700)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def journal(self) -> Journal:
        data = _read(self.root / "journal.json")
        if data.get("format", _FORMAT) != _FORMAT:
            # Of a newer version: as if there were none.
            return Journal()
        try:
            return Journal(
                store=data.get("store"),
                writer=data.get("writer"),
                number=int(data.get("number", 0)),
                manifest=data.get("manifest"),
                used=int(data.get("used", 0)),
                attempt=tuple(str(name) for name in data.get("attempt", [])),
                generations=tuple((int(n), str(row)) for n, row in data.get("generations", [])),
                sealed=_sealed(data.get("sealed")),
            )
        except (TypeError, ValueError, KeyError):
            return Journal()

    def save(self, journal: Journal) -> Journal:
        # What is there already need not be waited for again.
        if journal != self.journal():
            replace(self.root / "journal.json", _json({"format": _FORMAT, **dataclasses.asdict(journal)}))
        return journal

    def writer(self, machine: str) -> str | None:
        """The writer this clone pushes as; None before the first push, or where this is a copy of a
        clone: made on another machine, or lying at another place of this one."""
        data = _read(self.root / "writer.json")
        here = self._place()
        same_place = data.get("path") == here["path"] or data.get("inode") == here["inode"]
        writer = data.get("writer")
        if data.get("machine") != machine or not same_place:
            return None
        return writer if isinstance(writer, str) and WRITER.fullmatch(writer) else None

    def read(self) -> frozenset[str]:
        """SHA-256 of the manifests whose states are in this repository, ours included."""
        names = _read(self.root / "read.json").get("manifests")
        ours = self.journal().manifest
        return frozenset(str(m) for m in [*(names if isinstance(names, list) else []), ours])

    def set_read(self, manifests: list[str]) -> None:
        replace(self.root / "read.json", _json({"manifests": manifests}))

    def going(self) -> frozenset[str]:
        """Files of a retired machine that were proven to be held elsewhere and are being deleted."""
        names = _read(self.root / "going.json").get("files")
        return frozenset(str(name) for name in names) if isinstance(names, list) else frozenset()

    def set_going(self, files: list[str]) -> None:
        replace(self.root / "going.json", _json({"files": files}))

    def label(self) -> str | None:
        """The label chosen for this clone when the mirror was set up."""
        label = _read(self.root / "label.json").get("label")
        return label if isinstance(label, str) else None

    def set_label(self, label: str) -> None:
        replace(self.root / "label.json", _json({"label": label}))

    def set_writer(self, writer: str, machine: str) -> None:
        replace(self.root / "writer.json", _json({"writer": writer, "machine": machine, **self._place()}))

    def _place(self) -> dict[str, str]:
        status = self.git_dir.stat()
        path = os.fspath(self.git_dir.resolve())
        return {
            "path": hashlib.sha256(path.encode("utf-8", "surrogateescape")).hexdigest(),
            "inode": f"{status.st_dev}-{status.st_ino}",
        }


def _sealed(data: Any) -> Sealed | None:
    if data is None:
        return None
    refs = tuple((str(name), str(value)) for name, value in data["refs"])
    return Sealed(refs, data["head"], data["detached"], tuple(map(str, data["recipients"])))


def check_label(label: str) -> str:
    """A label as it may stand in a folder name.

    Raises:
        Usage: other characters, too long, or a word that sync clients leave out.
    """
    if not WRITER.fullmatch(f"{label}-00000000") or IGNORED.search(label):
        raise Usage(
            f"{label!r} cannot be the label of this machine",
            "use up to 23 of a-z, 0-9 and -, for example laptop",
        )
    return label


def _json(value: dict[str, Any]) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _read(path: Path) -> dict[str, Any]:
    try:
        data = orjson.loads(path.read_bytes())
    except (FileNotFoundError, orjson.JSONDecodeError):
        return {}
    except OSError as error:
        raise Refused(f"cannot read {path}: {error.strerror}", "make it readable, or delete it") from error
    return data if isinstance(data, dict) else {}
