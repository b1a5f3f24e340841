"""A dataset as somebody who writes a script has it."""

import json
from pathlib import Path
from typing import Any

import pytest

import talekeep

ID = "123e4567-e89b-42d3-a456-4266141740{:02}"


def record(number: int) -> dict[str, object]:
    return {
        "id": ID.format(number),
        "messages": [
            {"role": "user", "name": "wren", "content": f"Question {number}?"},
            {"role": "assistant", "name": "mara", "content": f"Answer {number}."},
        ],
        "tags": ["draft"] if number % 2 else [],
    }


@pytest.fixture
def chat(tmp_path: Path) -> Path:
    place = tmp_path / "chat.jsonl"
    place.write_text("".join(json.dumps(record(number)) + "\n" for number in range(10)))
    return place


@pytest.fixture
def dataset(made_once: Any, tmp_path: Path, chat: Path) -> talekeep.Dataset:
    """Ten entries, `ID.format(0)` to 9, the odd ones tagged `draft`."""

    def make(folder: Path) -> None:
        talekeep.init(folder / "harbor").import_files(chat)

    return talekeep.open(made_once("ten entries", make, tmp_path) / "harbor")
