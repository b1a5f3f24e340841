"""The revisions that git users type, given to commands."""

import json
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def parted(tmp_path: Path, run: Any, made_once: Any) -> Path:
    """Two branches with a tag of their own each, merged once; HEAD is on main."""
    return made_once("parted", lambda folder: _parted(run, folder), tmp_path) / "harbor"


def _parted(run: Any, folder: Path) -> None:
    top, file = folder / "harbor", folder / "three.jsonl"
    rows = [[{"role": "user", "content": f"Q {n}"}, {"role": "assistant", "content": "A"}] for n in range(3)]
    file.write_text("".join(json.dumps({"messages": row}) + "\n" for row in rows))
    run("init", top, check=0)
    run("import", file, cwd=top, check=0)
    ids = [entry["id"] for entry in _answer(run, top, "list")["entries"]]
    run("branch", "side", cwd=top, check=0)
    run("tag", "add", "draft", ids[0], cwd=top, check=0)
    run("switch", "side", cwd=top, check=0)
    run("tag", "add", "needs_review", ids[1], cwd=top, check=0)
    run("switch", "main", cwd=top, check=0)


def _answer(run: Any, top: Path, *words: str) -> Any:
    return json.loads(run(*words, "--json", cwd=top).out)


def _subjects(run: Any, top: Path, *words: str) -> list[str]:
    return [commit["subject"] for commit in _answer(run, top, "log", *words)["commits"]]


def test_log_takes_ranges_as_git_does(parted: Path, run: Any, git: Any) -> None:
    for text in ("main..side", "side..main", "main...side", "..side", "side..", "main..main"):
        subjects = git("log", "--format=%s", text, cwd=parted, check=0).out.splitlines()
        assert sorted(_subjects(run, parted, text)) == sorted(subjects), text


def test_diff_takes_two_dots_for_two_ends_and_three_for_where_they_parted(parted: Path, run: Any) -> None:
    two = _answer(run, parted, "diff", "main..side")["changes"]
    assert two == _answer(run, parted, "diff", "main", "side")["changes"]
    assert len(two) == 2
    three = _answer(run, parted, "diff", "main...side")["changes"]
    assert [change["tags_added"] for change in three] == [["needs_review"]]
    assert run("diff", "main..side", "main", cwd=parted, check=2)


def test_switch_and_merge_take_a_dash_for_the_branch_before(parted: Path, run: Any, git: Any) -> None:
    assert "On side" in run("switch", "-", cwd=parted, check=0).out
    assert "On main" in run("switch", "-", cwd=parted, check=0).out
    assert git("rev-parse", "--abbrev-ref", "@{-1}", cwd=parted, check=0).out.strip() == "side"
    run("merge", "-", cwd=parted, check=0)
    assert _subjects(run, parted)[0].startswith("Merge side")


def test_git_goes_back_to_where_talekeep_switched_from(parted: Path, git: Any) -> None:
    git("switch", "-q", "-", cwd=parted, check=0)
    assert git("branch", "--show-current", cwd=parted).out.strip() == "side"


@pytest.mark.parametrize(
    "text", ["@", "@~1", "HEAD^", "main@{1}", "@{1}", "side", "HEAD^{/Import}", ":/Import"]
)
@pytest.mark.parametrize(
    "words",
    [
        ["list", "--rev"],
        ["validate", "--rev"],
        ["diff"],
        ["log"],
        ["snapshot", "v1", "--note", "x", "--rev"],
        ["branch", "new", "--from"],
    ],
    ids=lambda words: words[0],
)
def test_every_command_takes_every_spelling(parted: Path, run: Any, words: list[str], text: str) -> None:
    result = run(*words, text, cwd=parted)
    assert result.code in (0, 1), result.err


@pytest.mark.parametrize("words", [["list", "--rev"], ["merge"], ["undo"], ["branch", "new", "--from"]])
def test_a_range_is_refused_where_one_commit_is_meant(parted: Path, run: Any, words: list[str]) -> None:
    assert "names a range" in run(*words, "main..side", cwd=parted, check=2).err


def test_undo_takes_the_second_parent_of_a_merge_apart(parted: Path, run: Any) -> None:
    run("merge", "side", cwd=parted, check=0)
    assert _subjects(run, parted, "HEAD^2")[0] == _subjects(run, parted, "side")[0]
    assert run("restore", "--where", "tag:draft", "--from", "HEAD^2", cwd=parted).code in (0, 1)


def test_a_merge_of_what_is_here_says_so(parted: Path, run: Any) -> None:
    assert "Already up to date" in run("merge", "HEAD~1", cwd=parted, check=0).out
    assert _answer(run, parted, "merge", "HEAD")["up_to_date"] is True
