"""`@1`, the end of an id and any piece of it name an entry in every command."""

import json
import re
from pathlib import Path

import pytest

SAME_IMPORT = 30


@pytest.fixture
def evening(run, tmp_path: Path) -> Path:
    """A dataset whose ids were all made by one import, so that they begin alike."""
    records = [
        {"messages": [{"role": "user", "content": f"Q{n}?"}, {"role": "assistant", "content": f"A{n}."}]}
        for n in range(SAME_IMPORT)
    ]
    (tmp_path / "chat.jsonl").write_text("".join(json.dumps(r) + "\n" for r in records))
    run("init", "evening", check=0)
    run("-C", "evening", "import", "../chat.jsonl", check=0)
    return tmp_path / "evening"


def test_the_name_a_list_shows_is_short_and_works(run, evening: Path) -> None:
    for line in run("-C", evening, "list", check=0).out.splitlines()[:-1]:
        handle, opening = line.split()[1], line.split()[3]
        assert len(handle) <= 8
        assert opening in run("-C", evening, "show", handle, check=0).out


@pytest.mark.parametrize(
    "words",
    [
        ["show", "@2"],
        ["show", "HEAD:@2"],
        ["blame", "@2"],
        ["log", "@2"],
        ["tag", "add", "night", "@2", "@3"],
        ["system", "@2", "--text", "Night."],
        ["duplicate", "@2"],
        ["remove", "@2"],
        ["diff", "HEAD~1", "--entry", "@2"],
        ["restore", "@2"],
        ["character", "assign", "@2", "1=mara"],
        ["alternative", "list", "@2"],
    ],
    ids=" ".join,
)
def test_a_row_of_the_last_list_is_taken_where_an_entry_is(run, evening: Path, words: list[str]) -> None:
    run("-C", evening, "character", "add", "Mara", check=0)
    run("-C", evening, "tag", "add", "x", "--where", "", check=0)
    run("-C", evening, "list", check=0)

    result = run("-C", evening, *words)

    assert result.code in (0, 1), result.err
    assert "@2" not in result.err


def test_a_row_means_what_was_listed(run, evening: Path) -> None:
    shown = run("-C", evening, "list", "--where", "text:Q7", check=0).out

    assert "Q7?" in shown
    assert "Q7?" in run("-C", evening, "show", "@1", check=0).out
    assert "the last list had 1 entries" in run("-C", evening, "show", "@2", check=3).err


def test_before_the_first_list_the_way_to_one_is_named(run, evening: Path) -> None:
    result = run("-C", evening, "show", "@1", check=3)

    assert "nothing was listed yet" in result.err
    assert "hint: talekeep list" in result.err


def test_a_beginning_that_all_share_is_answered_with_ends_that_work(run, evening: Path) -> None:
    first = run("-C", evening, "list", "--json", check=0).json["entries"][0]["id"]

    refused = run("-C", evening, "show", first[:8], check=3).err

    ends = re.search(r"their ends: (.*), …", refused)
    assert ends is not None
    assert len(set(ends[1].split(", "))) == 3
    for end in ends[1].split(", "):
        run("-C", evening, "show", end, check=0)
