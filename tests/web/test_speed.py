"""What a request costs, counted: the folder is looked at once, and only parts that are shown are read."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from talekeep.store.git.files import index
from talekeep.store.view import View

ID = "123e4567-e89b-42d3-a456-4266141"


@pytest.fixture
def harbor(run, harbor_of) -> Path:
    """Some forty parts."""
    folder = harbor_of(
        {"id": f"{ID}{number:05}", "messages": [{"role": "user", "content": f"Line {number}. " * 40}]}
        for number in range(600)
    )
    run("config", "storage.target", "8192", cwd=folder, check=0)
    run("repack", cwd=folder, check=0)
    assert len([*folder.glob("entries/*/*.jsonl")]) > 30
    return folder


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often the index is read, and which parts."""
    counts: Counter[str] = Counter()
    lines_in, read = View.lines_in, index.read

    def lines(self: View, part: str, *rest: Any) -> Any:
        counts[f"part {part}"] += 1
        return lines_in(self, part, *rest)

    def reading(*args: Any) -> Any:
        counts["index"] += 1
        return read(*args)

    monkeypatch.setattr(View, "lines_in", lines)
    monkeypatch.setattr(index, "read", reading)
    return counts


def parts(counts: Counter[str]) -> int:
    return sum(name.startswith("part entries/") for name in counts)


@pytest.mark.parametrize(
    ("address", "most"),
    [("/", 4), ("/?from=50&part=1", 8), (f"/e/{ID}00007", 3), (f"/e/{ID}00007/edit", 1), ("/new", 0)],
)
def test_a_screen_costs_what_it_shows(page, counted: Counter[str], address: str, most: int) -> None:
    page.get(address)
    counted.clear()

    assert page.get(address).status_code == 200

    assert counted["index"] == 1
    assert parts(counted) <= most


def test_a_verdict_does_not_look_for_the_next_entry_again(page, counted: Counter[str]) -> None:
    page.get("/review")
    counted.clear()

    page.get("/review")

    assert parts(counted) <= 1
