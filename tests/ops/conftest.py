"""A fresh dataset, and foreign files to import into it."""

import json
from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from talekeep.ops.exchange.incoming import import_files
from talekeep.store.dataset import Dataset


@pytest.fixture
def dataset(empty_harbor: Path) -> Iterator[Dataset]:
    with Dataset.open(empty_harbor) as opened:
        yield opened


@pytest.fixture
def talk() -> Callable[..., dict[str, Any]]:
    """A record in the messages format, made different by its text."""

    def made(text: str = "Who goes there?", **more: Any) -> dict[str, Any]:
        reply = {"role": "assistant", "content": f"A friend of {text}"}
        return {"messages": [{"role": "user", "content": text}, reply], **more}

    return made


@pytest.fixture
def given(tmp_path: Path) -> Callable[..., Path]:
    """A foreign file: records as JSONL, or bytes as they are."""

    def written(records: list[Any] | bytes, name: str = "chat.jsonl") -> Path:
        place = tmp_path / name
        lines = records if isinstance(records, bytes) else _jsonl(records)
        place.write_bytes(lines)
        return place

    return written


def _jsonl(records: list[Any]) -> bytes:
    return b"".join(json.dumps(r, ensure_ascii=False).encode() + b"\n" for r in records)


@pytest.fixture
def take(dataset: Dataset, given: Callable[..., Path]) -> Callable[..., import_files.Imported]:
    """Import records (as a file) or a file that is there."""

    def taken(what: Any, name: str = "chat.jsonl", **options: Any) -> import_files.Imported:
        file = what if isinstance(what, Path) else given(what, name)
        return import_files.import_files(dataset, [file], import_files.Options(**options))

    return taken


@pytest.fixture
def entries(dataset: Dataset) -> Callable[[], list[dict[str, Any]]]:
    """Every entry as it lies in the folder, in dataset order."""
    return lambda: [line.value for line in dataset.now().entries()]


@pytest.fixture
def edit(dataset: Dataset) -> Callable[..., Path]:
    """Change the text of the part a number of lines stand in, as an editor would."""

    def changed(old: str, new: str) -> Path:
        for part in sorted((dataset.path / "entries").rglob("*.jsonl")):
            text = part.read_bytes().decode()
            if old in text:
                part.write_bytes(text.replace(old, new, 1).encode())
                return part
        raise AssertionError(f"no part holds {old!r}")

    return changed
