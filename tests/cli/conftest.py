"""Datasets and files for trying commands on."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ID = "123e4567-e89b-42d3-a456-42661417400"


@pytest.fixture
def harbor(harbor_of) -> Path:
    """A dataset of three entries whose ids are known, one of them tagged; the working folder is beside it."""
    return harbor_of(_record(number) for number in range(3))


def _record(number: int) -> dict[str, Any]:
    return {
        "id": f"{ID}{number}",
        "messages": [
            {"role": "user", "name": "wren", "content": f"Question {number}?"},
            {"role": "assistant", "name": "mara", "content": f"Answer {number}."},
        ],
        "tags": ["night"] if number == 1 else [],
    }


@pytest.fixture
def part(harbor: Path) -> Path:
    return next((harbor / "entries").rglob("*.jsonl"))


@pytest.fixture
def edit(part: Path) -> Callable[[str, str], None]:
    def changed(old: str, new: str) -> None:
        text = part.read_bytes().decode()
        assert old in text
        part.write_bytes(text.replace(old, new, 1).encode())

    return changed


@pytest.fixture
def editor(tmp_path: Path, monkeypatch):
    """Make the editor run these lines of Python over `text`, one of them a call, the last one repeated."""

    def made(*steps: str) -> None:
        program, calls = tmp_path / "editor.py", tmp_path / "calls"
        calls.write_text("0")
        program.write_text(
            "import pathlib, sys\n"
            f"calls, steps = pathlib.Path({str(calls)!r}), {list(steps)!r}\n"
            "call = int(calls.read_text())\n"
            "calls.write_text(str(call + 1))\n"
            "path = pathlib.Path(sys.argv[-1])\n"
            "names = {'text': path.read_text()}\n"
            "exec(steps[min(call, len(steps) - 1)], names)\n"
            "path.write_text(names['text'])\n"
        )
        monkeypatch.setenv("EDITOR", f'"{sys.executable}" "{program}"')

    return made
