"""Work is done once: what a command reads it decodes once, and it runs the code of few files.

Each command runs in a process of its own that counts the functions it calls.
"""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ENTRIES = 2000

# Counts calls of functions, but not what runs while modules are imported.
_COUNTED = """
import collections, json, os, sys
files, lines, importing = set(), collections.Counter(), 0
def note(frame, event, argument):
    global importing
    code = frame.f_code
    if code.co_name == "_find_and_load" and "importlib" in code.co_filename:
        importing += {"call": 1, "return": -1}.get(event, 0)
    if event != "call" or importing:
        return
    path = code.co_filename.replace(os.sep, "/")
    if "/src/talekeep/" in path:
        files.add(path.partition("/src/talekeep/")[2])
        if path.endswith("/core/codec.py") and code.co_name == "decode":
            lines[bytes(frame.f_locals["line"])] += 1
import talekeep.cli
sys.setprofile(note)
code = 0
try:
    code = talekeep.cli.main(sys.argv[2:]) or 0
except SystemExit as stop:
    code = stop.code or 0
finally:
    sys.setprofile(None)
    with open(sys.argv[1], "w") as report:
        json.dump([sorted(files), len(lines), sum(count > 1 for count in lines.values())], report)
sys.exit(code)
"""


@dataclass(frozen=True, slots=True)
class Traced:
    """The files whose functions ran, how many different lines were decoded, and how many of them again."""

    files: list[str]
    decoded: int
    again: int


@pytest.fixture
def traced(tmp_path: Path) -> Callable[..., Traced]:
    """Run a command in a process that counts."""

    def run(*args: str | Path, cwd: Path | None = None) -> Traced:
        report = tmp_path / "report.json"
        command = [sys.executable, "-c", _COUNTED, str(report), *map(str, args)]
        completed = subprocess.run(command, cwd=cwd or tmp_path, capture_output=True, text=True, check=False)
        assert completed.returncode == 0, completed.stderr
        return Traced(*json.loads(report.read_bytes()))

    return run


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """2,000 different conversations of about 500 characters."""
    place = tmp_path / "in.jsonl"
    with place.open("w", encoding="utf-8") as out:
        for number in range(ENTRIES):
            user = {"role": "user", "content": f"Question {number}: " + "who goes there? " * 10}
            reply = {"role": "assistant", "content": f"Answer {number}: " + "a friend of the light. " * 12}
            out.write(json.dumps({"messages": [user, reply]}) + "\n")
    return place


def test_an_import_runs_few_files_and_decodes_each_line_once(
    traced: Callable[..., Traced], file: Path, tmp_path: Path
) -> None:
    traced("init", "ds")

    path = traced("import", file, cwd=tmp_path / "ds")

    assert len(path.files) <= 75, path.files
    assert (path.decoded, path.again) == (ENTRIES, 0)


def test_a_commit_of_one_edit_runs_few_files_and_decodes_its_part_alone(
    traced: Callable[..., Traced], file: Path, tmp_path: Path
) -> None:
    traced("init", "ds")
    traced("import", file, cwd=tmp_path / "ds")
    part = sorted(tmp_path.glob("ds/entries/*/*.jsonl"))[1]
    lines = part.read_bytes().count(b"\n")
    part.write_bytes(part.read_bytes().replace(b"Answer", b"Reply", 1))

    path = traced("commit", "-m", "One word", cwd=tmp_path / "ds")

    assert len(path.files) <= 65, path.files
    assert path.again == 0
    assert path.decoded <= lines + 1


def test_validate_push_and_clone_decode_no_line_twice(
    traced: Callable[..., Traced], file: Path, tmp_path: Path
) -> None:
    traced("init", "ds")
    dataset = tmp_path / "ds"
    traced("import", file, cwd=dataset)
    (tmp_path / "mirror").mkdir()
    traced("remote", "add", "mirror", tmp_path / "mirror", cwd=dataset)
    cache = dataset / ".git/talekeep/cache.sqlite"

    # Nothing is known about any tree: the push has to validate all of it.
    cache.unlink()
    pushed = traced("push", "mirror", cwd=dataset)
    cache.unlink()
    validated = traced("validate", cwd=dataset)
    cloned = traced("clone", tmp_path / "mirror", "copy")

    # Entries and their sidecar lines.
    assert [value.decoded for value in (pushed, validated, cloned)] == [2 * ENTRIES] * 3
    assert [value.again for value in (pushed, validated, cloned)] == [0] * 3
