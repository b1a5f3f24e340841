"""Editing in `$EDITOR` as a user does: a process of its own, a small program as the editor, kills."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ID = "123e4567-e89b-42d3-a456-426614174000"


def scene() -> dict[str, Any]:
    """Forty messages with speakers, weights, tool calls and keys nobody knows."""
    messages: list[dict[str, Any]] = []
    for n in range(10):
        call = {"id": f"c{n}", "type": "function", "function": {"name": "look", "arguments": '{"at":"sea"}'}}
        messages += [
            {"role": "user", "name": "wren", "content": f"Question {n}?", "mood": {"n": n}},
            {"role": "assistant", "name": "mara", "content": None, "tool_calls": [call]},
            {"role": "tool", "tool_call_id": f"c{n}", "content": "## dark\n\\ as ever", "ms": 0.5},
            {"role": "assistant", "name": "mara", "content": f"Answer {n}.", "weight": n % 2},
        ]
    return {"id": ID, "messages": messages, "tags": ["night"], "score": 0.5, "book": {"page": 1}}


@pytest.fixture
def tower(tmp_path: Path, tk: Callable[..., Any]) -> Path:
    """A dataset of the one long entry."""
    tk("init", "tower", cwd=tmp_path)
    (tmp_path / "scene.jsonl").write_text(json.dumps(scene()) + "\n")
    tk("import", "../scene.jsonl", cwd=tmp_path / "tower")
    return tmp_path / "tower"


@pytest.fixture
def editor(tmp_path: Path) -> Callable[[str], dict[str, str]]:
    """An environment whose editor is a program of these lines; `path` is the file to edit."""

    def made(lines: str) -> dict[str, str]:
        program = tmp_path / "editor.py"
        program.write_text(f"import os, pathlib, sys, time\npath = pathlib.Path(sys.argv[1])\n{lines}\n")
        return {"EDITOR": f'"{sys.executable}" "{program}"'}

    return made


def entries(dataset: Path) -> list[dict[str, Any]]:
    files = sorted((dataset / "entries").rglob("*.jsonl"))
    return [json.loads(line) for part in files for line in part.read_text().split("\n") if line]


def test_editing_forty_messages_and_splitting_them_keeps_all_their_keys(tk, tower, editor, sound) -> None:
    change = "path.write_text(path.read_text().replace('Answer 3.', 'Nobody answers.'))"
    tk("edit", ID[:8], cwd=tower, env=editor(change))
    expected = scene()
    expected["messages"][15]["content"] = "Nobody answers."
    assert entries(tower) == [expected]

    answer = tk("split", ID, "--after", "3,7", "--json", cwd=tower).json

    parts = entries(tower)
    assert [part["id"] for part in parts] == [ID, *answer["made"]]
    assert [m for part in parts for m in part["messages"]] == expected["messages"]
    assert [len(part["messages"]) for part in parts] == [12, 16, 12]
    for part in parts:
        assert {**part, "id": 0, "messages": 0} == {**expected, "id": 0, "messages": 0}
    tk("validate", cwd=tower)
    tk("undo", cwd=tower)
    tk("undo", cwd=tower)
    assert entries(tower) == [scene()]
    sound(tower)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no signals to kill with")
def test_a_killed_edit_leaves_the_text_where_it_can_be_taken(tk, tower, editor, talekeep, tmp_path) -> None:
    ready = tmp_path / "ready"
    env = editor(
        "path.write_text(path.read_text().replace('Answer 3.', 'Long thoughts.'))\n"
        f"pathlib.Path({str(ready)!r}).write_text(str(os.getpid()))\n"
        "time.sleep(60)"
    )
    editing = subprocess.Popen([*talekeep, "edit", ID], cwd=tower, env={**os.environ, **env})
    while not ready.exists() or not ready.read_text():
        assert editing.poll() is None
        time.sleep(0.02)
    # While somebody writes it, a text is not one that was left.
    assert "was not saved" not in tk("edit", ID, cwd=tower, env=editor("")).err
    editing.kill()
    editing.wait()
    os.kill(int(ready.read_text()), signal.SIGKILL)

    assert entries(tower) == [scene()]
    (path,) = (tower / ".git" / "talekeep" / "drafts").iterdir()
    assert "Long thoughts." in path.read_text()
    output = tk("edit", ID, cwd=tower, env=editor("")).err
    assert f"a text that was not saved is in {path}: talekeep edit {ID} --file {path}" in output
    tk("edit", ID, "--file", path, cwd=tower)
    assert entries(tower)[0]["messages"][15]["content"] == "Long thoughts."
    assert not path.exists()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such interrupt")
def test_an_interrupt_is_the_editors_own(tower, editor, talekeep, tmp_path) -> None:
    ready = tmp_path / "ready"
    env = editor(
        f"try:\n    pathlib.Path({str(ready)!r}).write_text('x')\n    time.sleep(60)\n"
        "except KeyboardInterrupt:\n    path.write_text(path.read_text().replace('Answer 3.', 'Still here.'))"
    )
    editing = subprocess.Popen(
        [*talekeep, "edit", ID], cwd=tower, env={**os.environ, **env}, start_new_session=True
    )
    while not ready.exists():
        assert editing.poll() is None
        time.sleep(0.02)
    time.sleep(0.1)
    os.killpg(editing.pid, signal.SIGINT)
    assert editing.wait(30) == 0
    assert entries(tower)[0]["messages"][15]["content"] == "Still here."
