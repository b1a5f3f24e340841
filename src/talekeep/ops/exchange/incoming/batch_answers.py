"""Answers of a batch, joined to its requests: two files whose lines share a `custom_id`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from talekeep.core import codec
from talekeep.core.errors import BadRecord

_ID = "custom_id"
_ASKED, _ANSWERED = ("body", "params"), ("response", "result")
# How much of a file is read to see what it is; the first line of a batch is hardly longer.
_HEAD = 1 << 20


class BatchAnswers:
    """Where the answer to each request stands; they are read when they are asked for.

    Attributes:
        files: the files that hold answers.
        joined: how many were asked for.
    """

    def __init__(self, files: Sequence[Path]) -> None:
        self.files = tuple(files)
        self.joined = 0
        self._places: dict[str, tuple[Path, int]] = {}
        for file in files:
            self._index(file)

    def __len__(self) -> int:
        return len(self._places)

    def _index(self, file: Path) -> None:
        at = 0
        with file.open("rb") as opened:
            while line := opened.readline(codec.longest_line()):
                value = _decoded(line)
                if isinstance(value, dict) and isinstance(value.get(_ID), str):
                    self._places[value[_ID]] = (file, at)
                at += len(line)

    def answered(self, record: Any) -> Any:
        """A request with the answer it got; any other record as it is."""
        name = record.get(_ID) if isinstance(record, dict) else None
        place = self._places.get(name) if isinstance(name, str) else None
        if place is None or not any(key in record for key in _ASKED):
            return record
        file, at = place
        with file.open("rb") as opened:
            opened.seek(at)
            value = _decoded(opened.readline(codec.longest_line()))
        self.joined += 1
        return {**record, **{key: value[key] for key in _ANSWERED if key in value}}


def answers_beside(files: Sequence[Path]) -> BatchAnswers | None:
    """The answers among several files, where their requests are among them too."""
    firsts = {file: _first(file) for file in files} if len(files) > 1 else {}
    answers = [file for file, value in firsts.items() if _has(value, _ANSWERED) and not _has(value, _ASKED)]
    asked = any(_has(value, _ASKED) for value in firsts.values())
    return BatchAnswers(answers) if answers and asked else None


def _first(file: Path) -> Any:
    with file.open("rb") as opened:
        return _decoded(opened.readline(_HEAD))


def _has(value: Any, keys: Sequence[str]) -> bool:
    return isinstance(value, dict) and isinstance(value.get(_ID), str) and any(key in value for key in keys)


def _decoded(line: bytes) -> Any:
    try:
        return codec.decode(line) if line.strip().startswith(b"{") else None
    except BadRecord:
        return None
