"""The command line is typed through and through: a wrong word in a command is found before anyone runs it."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CLI = ROOT / "src" / "talekeep" / "cli"

_COMMAND = '''"""A command for this test."""

from talekeep.cli.app import App
from talekeep.ops.merge import conflicts


def planted(app: App) -> object:
    return {}
'''
_BROKEN = {
    "a misspelt attribute of the dataset": ("app.dataset.confg", "confg"),
    "a misspelt attribute behind the dataset": ("app.dataset.repo.hed()", "hed"),
    "an argument that an operation does not take": ("conflicts.conflicts(app.dataset, sid=1)", "sid"),
    "a value of the wrong type": ("app.dataset.at(7)", "incompatible type"),
}


def test_any_in_the_command_line_says_why() -> None:
    bare = []
    for file in sorted(CLI.rglob("*.py")):
        lines = file.read_text(encoding="utf-8").split("\n")
        for number, line in enumerate(lines):
            used = re.search(r"\bAny\b", line.partition("#")[0]) and "import" not in line
            if used and not any(
                re.search(r"#.*\bAny\b", near) for near in lines[max(0, number - 1) : number + 1]
            ):
                bare.append(f"{file.relative_to(ROOT)}:{number + 1}: {line.strip()}")
    assert not bare, "\n".join(bare)


@pytest.mark.slow
def test_a_broken_call_in_a_command_fails_the_type_check(tmp_path: Path) -> None:
    pytest.importorskip("mypy")
    shutil.copytree(ROOT / "src", tmp_path / "src")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    commands = tmp_path / "src/talekeep/cli/commands"
    for number, (call, _) in enumerate(_BROKEN.values()):
        (commands / f"planted_{number}.py").write_text(_COMMAND.format(call), encoding="utf-8")
    command = [sys.executable, "-m", "mypy", "--no-error-summary", f"--python-executable={sys.executable}"]
    environment = {**os.environ, "MYPY_CACHE_DIR": str(tmp_path / "cache")}
    checked = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert checked.returncode == 1, checked.stdout + checked.stderr
    for number, (what, (_, word)) in enumerate(_BROKEN.items()):
        lines = [line for line in checked.stdout.split("\n") if f"planted_{number}.py" in line]
        assert any(word in line for line in lines), f"{what} is not found\n{checked.stdout}"
