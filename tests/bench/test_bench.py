"""The benchmark runs, and its table has every row; how fast anything is, no test asks."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        sys.platform == "win32" or shutil.which("git") is None,
        reason="only POSIX counts what child processes cost, and plain git is what they are compared with",
    ),
]

BENCH = Path(__file__).parent / "bench.py"

WORKS = (
    "import, validate, commit",
    "import: CPU",
    "import: peak memory",
    "start (--version)",
    "start (--version): heavy modules",
    "start (textconv of a part)",
    "start (textconv of a part): heavy modules",
    "edit one entry, validate, commit",
    "edit one entry: new objects",
    "status, first of all",
    "status, clean",
    "status, one edit",
    "pre-commit after one edit",
    "first push",
    "push after one edit",
    "push after one edit: written",
    "validate",
    "list",
    "show one entry",
    "search, cold",
    "search, warm",
    "search, warm, nothing found",
    "duplicates --near, cold",
    "duplicates --near, cold: CPU",
    "duplicates --near: peak memory",
    "duplicates --near, warm",
    "insights, cold",
    "insights, after one edit",
    "craft, cold",
    "craft: peak memory",
    "craft, again",
    "merge, 1 % edited and 1 % new a side",
    "status: with large libraries",
    "list: with large libraries",
    "search lantern: with large libraries",
    "tag list: with large libraries",
    "character list: with large libraries",
    "prompt list: with large libraries",
    "validate: with large libraries",
    "insights: with large libraries",
    "tag create bench_tag: with large libraries",
    "character create bench: with large libraries",
    "tag add bench_tag --where words>10: with large libraries",
)


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> list[list[str]]:
    """The cells of the table of the smallest run there is."""
    table = tmp_path_factory.mktemp("bench") / "table.md"
    sizes = ["--entries", "50", "--times", "1", "--markdown", str(table)]
    completed = subprocess.run(
        [sys.executable, str(BENCH), *sizes], capture_output=True, text=True, check=False
    )
    assert completed.returncode == 0, completed.stderr
    rows = table.read_text(encoding="utf-8").splitlines()
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


def test_the_table_has_every_row(lines: list[list[str]]) -> None:
    assert tuple(row[0] for row in lines[2:]) == WORKS


def test_every_row_has_a_number_and_every_budget_a_verdict(lines: list[list[str]]) -> None:
    for work, _, measured, budget, *_, verdict in lines[2:]:
        assert measured[:1].isdigit(), work
        assert verdict in (("ok", "over") if budget else ("",)), work


def test_a_start_loads_nothing_heavy(lines: list[list[str]]) -> None:
    heavy = {row[0]: row[2] for row in lines if "heavy modules" in row[0]}
    assert set(heavy.values()) == {"0"}, heavy
