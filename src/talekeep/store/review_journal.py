"""Verdicts that are given and not committed yet, one file a session under `.git/talekeep/review/`.

A line is on the disk before the next entry is shown, so that no kill and no power cut loses a verdict. A file
whose session is gone is taken up by the next one.
"""

import contextlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from talekeep.core.errors import Refused
from talekeep.store.dataset import Dataset
from talekeep.store.files import fsync_folder
from talekeep.store.files import fsync_stream
from talekeep.store.files import replace
from talekeep.store.lock import locked

FORMAT = 1
_HEAD = orjson.dumps({"format": FORMAT}) + b"\n"


def folder_of(dataset: Dataset) -> Path:
    """Where the journals of a dataset lie."""
    return dataset.private / "review"


class Journal:
    """One session's verdicts, as JSON objects. Use inside `begun` or `left_over`."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def note(self, record: dict[str, Any]) -> None:
        """Write one verdict down; it is on the disk when this returns."""
        new = not self._path.exists()
        with self._path.open("ab") as stream:
            stream.write((_HEAD if new else b"") + orjson.dumps(record) + b"\n")
            fsync_stream(stream)
        if new:
            fsync_folder(self._path.parent)

    def records(self) -> list[dict[str, Any]]:
        """The verdicts, in order. A last line that was cut short was never confirmed, and is none.

        Raises:
            Refused: a newer Talekeep wrote them.
        """
        lines = self._path.read_bytes().split(b"\n")[:-1] if self._path.exists() else []
        values = [value for line in lines if (value := _read(line)) is not None]
        if values and values[0].get("format") != FORMAT:
            raise Refused(
                f"a newer Talekeep left verdicts in {self._path}",
                "pip install --upgrade talekeep, then review",
            )
        return values[1:]

    def settle(self, count: int) -> None:
        """Forget the first verdicts, which are committed."""
        left = self.records()[count:]
        if left:
            replace(self._path, _HEAD + b"".join(orjson.dumps(record) + b"\n" for record in left))
        else:
            self._path.unlink(missing_ok=True)


def _read(line: bytes) -> dict[str, Any] | None:
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    return value if isinstance(value, dict) else None


@contextlib.contextmanager
def begun(dataset: Dataset) -> Iterator[Journal]:
    """A journal for a new session; nobody else takes it up while the block runs."""
    folder = folder_of(dataset)
    name = f"{os.getpid()}-{secrets.token_hex(4)}"
    with _held(folder / f"{name}.lock"):
        yield Journal(folder / f"{name}.jsonl")


def left_over(dataset: Dataset) -> Iterator[Journal]:
    """The journals whose sessions are gone, the oldest first; each is held while it is looked at."""
    folder = folder_of(dataset)
    files = sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime) if folder.is_dir() else []
    for path in dict.fromkeys(path.with_suffix(".jsonl") for path in files):
        with contextlib.suppress(Refused), _held(path.with_suffix(".lock")):
            yield Journal(path)


@contextlib.contextmanager
def _held(lock: Path) -> Iterator[None]:
    with locked(lock, "a review", patience=0):
        yield
    lock.unlink(missing_ok=True)
