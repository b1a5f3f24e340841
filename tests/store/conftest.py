"""A fresh dataset to try the store on, and short ways to change it."""

import json
from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path

import pytest

from talekeep.store.dataset import Dataset

PART = "entries/0000/00000-aaaa.jsonl"


@pytest.fixture
def top(empty_harbor: Path) -> Path:
    """The folder of a new, empty dataset."""
    return empty_harbor


@pytest.fixture
def dataset(top: Path) -> Iterator[Dataset]:
    with Dataset.open(top) as opened:
        yield opened


@pytest.fixture
def line() -> Callable[..., bytes]:
    """One canonical line of an entry, made different by a number and a text."""

    def made(number: int, text: str = "Hello.") -> bytes:
        messages = [{"role": "user", "content": text}, {"role": "assistant", "content": "Yes."}]
        entry = {"id": f"{number:08x}-0000-4000-8000-000000000000", "messages": messages, "tags": []}
        return json.dumps(entry, separators=(",", ":")).encode() + b"\n"

    return made


@pytest.fixture
def save(dataset: Dataset) -> Callable[..., str]:
    """Write files and commit them, as a command would."""

    def saved(files: dict[str, bytes | None], message: str = "Save", **more: object) -> str:
        with dataset.writing("test"):
            made = dataset.write(files, message, **more)
        assert made is not None or more.get("commit") is False
        return made or ""

    return saved
