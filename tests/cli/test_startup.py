"""What git and shells call often starts light."""

import subprocess
import sys
from pathlib import Path

import pytest

from talekeep import __version__

HOOK = ["hook", "pre-commit"]
HEAVY = '"pydantic", "annotated_types", "dulwich", "rich", "sqlite3", "concurrent.futures"'
PROBE = f"""
import sys
from talekeep.cli import main
code = main(sys.argv[1:])
heavy = [n for n in ({HEAVY}) if n in sys.modules]
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

    completed = subprocess.run(
        [sys.executable, "-c", PROBE, *words], capture_output=True, text=True, check=False
    )

    assert completed.returncode == 0, completed.stderr
    assert completed.stderr.strip() == ""
    assert completed.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ["status"],
        ["list"],
        ["show", "123e4567-e89b-42d3-a456-426614174000"],
        ["commit"],
        ["hook", "pre-commit"],
    ],
    ids=lambda words: words[0],
)
def test_installed_packages_are_not_looked_at(harbor: Path, arguments: list[str]) -> None:
    probe = PROBE.replace(HEAVY, '"importlib.metadata",')
    command = [sys.executable, "-c", probe, *arguments]

    completed = subprocess.run(command, cwd=harbor, capture_output=True, text=True, check=False)

    assert completed.returncode == 0, completed.stderr
    assert "importlib.metadata" not in completed.stderr


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


def loaded(harbor: Path, *words: str) -> set[str]:
    """Which of the libraries that check files a command of its own process loads."""
    completed = subprocess.run(
        [sys.executable, "-c", PROBE, "-C", str(harbor), *words], capture_output=True, text=True, check=False
    )
    assert completed.returncode == 0, completed.stderr
    return {"pydantic", "annotated_types"} & set(completed.stderr.split())


EVERY_DAY = [
    ["status"],
    ["list"],
    ["show", "123e4567-e89b-42d3-a456-426614174000"],
    ["commit"],
    ["hook", "pre-commit"],
    ["tag", "create", "dusk"],
    ["character", "add", "Ann"],
    ["prompt", "add", "Keeper", "--text", "You keep it."],
    ["config", "validation.profile", "rolethread"],
    ["tag", "add", "draft", "--where", "tag:night"],
]


@pytest.mark.parametrize("words", EVERY_DAY, ids=" ".join)
def test_nothing_is_checked_that_talekeep_wrote(harbor: Path, words: list[str]) -> None:
    assert loaded(harbor, *words) == set()


@pytest.mark.parametrize("words", [["status"], ["commit"], ["hook", "pre-commit"]], ids=" ".join)
def test_a_file_edited_by_hand_is_checked_once(harbor: Path, words: list[str]) -> None:
    with (harbor / "talekeep.toml").open("a") as stream:
        stream.write('mood = "calm"\n')

    assert loaded(harbor, *words) == {"pydantic", "annotated_types"}
    assert loaded(harbor, *words) == set()


def test_a_fresh_clone_checks_once(harbor: Path, git, tmp_path: Path) -> None:
    git("clone", "-q", harbor, tmp_path / "copy", check=0)

    assert loaded(tmp_path / "copy", "status") == {"pydantic", "annotated_types"}
    assert loaded(tmp_path / "copy", "status") == set()


def test_the_merge_driver_loads_nothing_that_checks_files(harbor: Path, tmp_path: Path) -> None:
    part = next((harbor / "entries").rglob("*.jsonl"))
    sides = [tmp_path / name for name in ("base", "ours", "theirs")]
    for place, word in zip(sides, ("Answer 1.", "Answer 1!", "Answer 1."), strict=True):
        place.write_bytes(part.read_bytes().replace(b"Answer 1.", word.encode()))
    words = ["merge-driver", *map(str, sides), part.relative_to(harbor).as_posix()]

    assert loaded(harbor, *words) == set()

    assert b"Answer 1!" in sides[1].read_bytes()


def test_the_help_of_a_command_loads_nothing_that_it_works_with() -> None:
    probe = (
        "import sys; from talekeep.cli import main; main(['import', '--help']); "
        "print({*sys.modules} & {'dulwich', 'sqlite3', 'pydantic'}, file=sys.stderr)"
    )

    result = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=False)

    assert "Usage: talekeep import" in result.stdout
    assert result.stderr == "set()\n"
