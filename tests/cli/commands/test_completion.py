"""The Tab key: scripts for four shells, and what they are answered."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROBE = """
import atexit, sys
from talekeep.cli import main
heavy = ("pydantic", "annotated_types", "dulwich", "rich", "sqlite3")
atexit.register(lambda: print(*[n for n in heavy if n in sys.modules], file=sys.stderr))
main(sys.argv[1:])
"""


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell"])
def test_a_script_asks_the_program_itself(run, shell: str) -> None:
    result = run("completion", shell, check=0)

    assert re.search(rf"_TALEKEEP_COMPLETE ?= ?\"?{shell}_complete", result.out)
    assert result.err == ""
    assert run("completion", shell, "--json", check=0).json["script"].rstrip("\n") + "\n" == result.out


def test_an_unknown_shell_is_a_usage_error(run) -> None:
    assert "cmd" in run("completion", "cmd", check=2).err


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("gen", ["generate"]),
        ("te", []),
        ("prompt ar", ["archive"]),
        ("generate --te", ["--template"]),
        ("completion f", ["fish"]),
    ],
)
def test_commands_and_options_are_completed_lightly(typed: str, offered: list[str]) -> None:
    asked = {
        "_TALEKEEP_COMPLETE": "bash_complete",
        "COMP_WORDS": f"talekeep {typed}",
        "COMP_CWORD": str(len(typed.split())),
    }

    completed = subprocess.run(
        [sys.executable, "-c", PROBE], env=os.environ | asked, capture_output=True, text=True, check=True
    )

    assert [line.partition(",")[2] for line in completed.stdout.split()] == offered
    assert completed.stderr.strip() == ""


@pytest.mark.parametrize(
    ("words", "incomplete", "offered"),
    [
        (["gen"], "gen", ["generate"]),
        (["prompt", "ar"], "ar", ["archive"]),
        (["completion", ""], "", ["bash", "zsh", "fish", "powershell"]),
        (["completion", "'power'"], "'power'", ["powershell"]),
        (["import", "x"], "x", []),
    ],
)
def test_powershell_gets_one_value_a_line_with_its_help(
    words: list[str], incomplete: str, offered: list[str]
) -> None:
    asked = {
        "_TALEKEEP_COMPLETE": "powershell_complete",
        "_TALEKEEP_WORDS": "\n".join(["talekeep", *words]),
        "_TALEKEEP_INCOMPLETE": incomplete,
    }

    completed = subprocess.run(
        [sys.executable, "-c", PROBE], env=os.environ | asked, capture_output=True, text=True, check=True
    )

    assert [line.partition("\t")[0] for line in completed.stdout.splitlines() if line] == offered
    assert completed.stderr.strip() == ""


def test_bash_takes_the_script(run, tmp_path: Path) -> None:
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("bash is not on PATH")
    (tmp_path / "script").write_text(run("completion", "bash", check=0).out)
    program = tmp_path / "talekeep"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m talekeep "$@"\n')
    program.chmod(0o755)
    asks = (
        'source ./script; COMP_WORDS=(talekeep snap); COMP_CWORD=1; _talekeep_completion "$PWD/talekeep" snap'
    )

    completed = subprocess.run(
        [bash, "--norc", "-c", f'{asks}; echo "${{COMPREPLY[@]}}"'],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=True,
    )

    assert completed.stdout == "snapshot\n"
