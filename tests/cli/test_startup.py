"""What git and shells call often starts light."""

import subprocess
import sys
from pathlib import Path

import pytest

from talekeep import __version__

PROBE = """
import sys
from talekeep.cli import main
code = main(sys.argv[1:])
names = ("pydantic", "annotated_types", "dulwich", "rich", "sqlite3", "concurrent.futures")
heavy = [name for name in names if name in sys.modules]
print(" ".join(heavy), file=sys.stderr)
sys.exit(code)
"""


@pytest.mark.parametrize(
    "arguments",
    [["--version"], ["textconv", "PART"], ["--help"], ["rule", "S101"], ["completion", "zsh"]],
    ids=" ".join,
)
def test_nothing_heavy_is_loaded(part: Path, arguments: list[str]) -> None:
    words = [str(part) if a == "PART" else a for a in arguments]

    done = subprocess.run([sys.executable, "-c", PROBE, *words], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert done.stderr.strip() == ""
    assert done.stdout


def test_the_version_is_the_packages(run) -> None:
    assert run("--version", check=0).out == f"talekeep {__version__}\n"


def test_textconv_prints_scripts_line_by_line_and_survives_a_bad_line(run, part: Path) -> None:
    with part.open("a") as stream:
        stream.write("not json\n")

    text = run("textconv", part, check=0).out

    assert "## user · wren\n\nQuestion 0?\n" in text
    assert text.count("id: ") == 3
    assert "not json" in text


def test_git_reads_changes_as_scripts(git, harbor: Path, edit) -> None:
    edit("Answer 1.", "Another answer.")

    text = git("diff", cwd=harbor, check=0).out

    assert "-Answer 1.\n+Another answer." in text
    assert '"messages"' not in text
