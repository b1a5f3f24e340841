"""A script that uses `import talekeep` alone type-checks, and does what it says."""

import subprocess
import sys
from pathlib import Path

import pytest

import talekeep

SCRIPT = (Path(__file__).parents[1] / "data" / "edit_fifty.py").read_text()


@pytest.fixture
def script(tmp_path: Path) -> Path:
    place = tmp_path / "script.py"
    place.write_text(SCRIPT)
    return place


def test_the_script_does_it_in_three_commits(script: Path, tmp_path: Path) -> None:
    chat = tmp_path / "chat.jsonl"
    line = '{{"messages":[{{"role":"user","content":"Q {0}?"}},{{"role":"assistant","content":"A {0}."}}]}}\n'
    chat.write_text("".join(line.format(number) for number in range(60)))
    folder = tmp_path / "harbor"

    completed = subprocess.run(
        [sys.executable, "-W", "error", script, chat, folder], capture_output=True, text=True, check=False
    )

    assert (completed.returncode, completed.stderr) == (0, "")
    assert completed.stdout.splitlines()[-1] == "60 60 0 61 Polish every reply"
    assert len(talekeep.open(folder).log()) == 3


def mypy(*files: Path) -> str:
    pytest.importorskip("mypy")
    command = [
        sys.executable,
        "-m",
        "mypy",
        "--strict",
        "--cache-dir",
        str(files[0].parent / "cache"),
        *files,
    ]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


@pytest.mark.slow
def test_the_script_type_checks_strictly(script: Path) -> None:
    assert mypy(script).startswith("Success")


@pytest.mark.slow
def test_a_misspelt_method_key_or_argument_does_not(script: Path) -> None:
    script.write_text(SCRIPT.replace("dataset.insights()", "dataset.insight()"))
    other = script.with_name("other.py")
    other.write_text(
        'import talekeep\nfor entry in talekeep.open("x").entries(were="tag:y"):\n    entry["massages"]\n'
    )

    output = mypy(script, other)

    assert '"Dataset" has no attribute "insight"' in output
    assert 'Unexpected keyword argument "were"' in output
    assert 'has no key "massages"' in output
