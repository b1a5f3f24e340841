"""The same merge by git and by Talekeep is the same; a broken driver never keeps one side in silence."""

import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

OURS, THEIRS = "Said on main.", "Told on the side!"


def part_of(dataset: Path) -> Path:
    return sorted(dataset.glob("entries/*/*.jsonl"))[0]


def edit(dataset: Path, number: int, text: str, message: int = -1, **more: Any) -> None:
    part = part_of(dataset)
    lines = part.read_bytes().split(b"\n")
    entry = json.loads(lines[number])
    entry["messages"][message]["content"] = text
    entry |= more
    lines[number] = json.dumps(entry, ensure_ascii=False, separators=(",", ":")).encode()
    part.write_bytes(b"\n".join(lines))


@pytest.fixture
def forked(harbor: Path, git: Any) -> Callable[..., Path]:
    """`side` and `main` with edits: of different entries, or (clash) of one message and one line."""

    def make(*, clash: bool) -> Path:
        card = harbor / "README.md"
        card.write_text("".join(f"line {n}\n" for n in range(9)))
        git("commit", "-qam", "card", cwd=harbor, check=0)
        for branch, text, number in (("side", THEIRS, 0), ("main", OURS, 2)):
            git("checkout", "-q", *(["-b"] if branch == "side" else []), branch, cwd=harbor, check=0)
            edit(harbor, 1 if clash else number, text, tags=[branch])
            edit(harbor, 2 - number, f"Asked on {branch}?", 0)
            lines = card.read_text().splitlines(keepends=True)
            lines[4 if clash else number * 4] = f"{text}\n"
            card.write_text("".join(lines))
            git("commit", "-qam", branch, cwd=harbor, check=0)
        return harbor

    return make


def without_git(talekeep: list[str], place: Path) -> dict[str, str]:
    place.mkdir(exist_ok=True)
    if not (place / Path(talekeep[0]).name).exists():
        (place / Path(talekeep[0]).name).symlink_to(talekeep[0])
    return {"PATH": str(place)}


def stages(git: Any, dataset: Path) -> list[str]:
    return sorted(git("ls-files", "-s", cwd=dataset, check=0).out.splitlines())


def by(how: str, dataset: Path, git: Any, tk: Any, alone: dict[str, str]) -> int:
    """Bring `side` into `main` one way; the exit code, conflicts being 1."""
    ways = {
        "merge": lambda: git("merge", "-q", "--no-edit", "side", cwd=dataset),
        "pick": lambda: git("cherry-pick", "side", cwd=dataset),
        "rebase": lambda: git("rebase", "-q", "side", cwd=dataset),
        "talekeep": lambda: tk("merge", "side", cwd=dataset, check=None),
        "talekeep alone": lambda: tk("merge", "side", cwd=dataset, check=None, env=alone),
    }
    return ways[how]().code


@pytest.mark.parametrize("how", ["pick", "rebase", "talekeep", "talekeep alone"])
def test_every_way_to_merge_gives_the_same_tree(
    how: str, forked: Any, git: Any, tk: Any, talekeep: Any, tmp_path: Path, sound: Any, validated: Any
) -> None:
    harbor = forked(clash=False)
    other = shutil.copytree(harbor, tmp_path / "other")
    alone = without_git(talekeep, tmp_path / "programs")

    assert by("merge", harbor, git, tk, alone) == 0
    assert by(how, other, git, tk, alone) == 0

    trees = {git("rev-parse", "HEAD^{tree}", cwd=d, check=0).out for d in (harbor, other)}
    assert len(trees) == 1
    text = part_of(other).read_text()
    assert all(word in text for word in (OURS, THEIRS, "Asked on side?", "Asked on main?"))
    card = (other / "README.md").read_text()
    assert OURS in card
    assert THEIRS in card
    sound(other)
    validated(other)


@pytest.mark.parametrize("how", ["talekeep", "talekeep alone"])
def test_a_stopped_merge_leaves_the_same_index_and_files_whoever_made_it(
    how: str, forked: Any, git: Any, tk: Any, talekeep: Any, tmp_path: Path
) -> None:
    harbor = forked(clash=True)
    other = shutil.copytree(harbor, tmp_path / "other")
    alone = without_git(talekeep, tmp_path / "programs")

    assert by("merge", harbor, git, tk, alone) == 1
    assert by(how, other, git, tk, alone) == 1

    assert stages(git, other) == stages(git, harbor)
    assert part_of(other).read_bytes() == part_of(harbor).read_bytes()
    assert (other / "README.md").read_bytes() == (harbor / "README.md").read_bytes()
    heads = {(d / ".git/MERGE_HEAD").read_text() for d in (harbor, other)}
    assert len(heads) == 1
    listed = [tk("conflicts", "--json", cwd=d, check=1).json["conflicts"] for d in (harbor, other)]
    assert listed[0] == listed[1]
    assert git("status", "--porcelain", cwd=harbor).out == git("status", "--porcelain", cwd=other).out


@pytest.mark.parametrize("maker", ["git", "talekeep"])
@pytest.mark.parametrize("finisher", ["git", "talekeep"])
def test_either_finishes_what_the_other_began(
    maker: str, finisher: str, forked: Any, git: Any, tk: Any, sound: Any, validated: Any
) -> None:
    harbor = forked(clash=True)
    parents = [git("rev-parse", name, cwd=harbor, check=0).out.strip() for name in ("main", "side")]
    assert by("merge" if maker == "git" else "talekeep", harbor, git, tk, {}) == 1
    status = tk("status", "--json", cwd=harbor).json
    assert status["next"] == "talekeep conflicts"
    assert len(status["conflicts"]) == 2

    tk("resolve", "README.md", "--ours", cwd=harbor, check=1)
    tk("resolve", "--all", "--theirs", cwd=harbor)
    if finisher == "git":
        git("commit", "-q", "--no-edit", cwd=harbor, check=0)
    else:
        tk("commit", cwd=harbor)

    assert git("log", "-1", "--format=%P", cwd=harbor).out.split() == parents
    assert not (harbor / ".git/MERGE_HEAD").exists()
    assert THEIRS in part_of(harbor).read_text()
    sound(harbor)
    validated(harbor)


@pytest.mark.parametrize("how", ["revert", "stash"])
def test_revert_and_stash_go_by_entry_too(
    how: str, forked: Any, git: Any, sound: Any, validated: Any
) -> None:
    harbor = forked(clash=False)
    if how == "stash":
        edit(harbor, 1, "Put aside.")
        git("stash", "-q", cwd=harbor, check=0)
        git("merge", "-q", "--no-edit", "side", cwd=harbor, check=0)
        git("stash", "pop", "-q", cwd=harbor, check=0)
        assert all(word in part_of(harbor).read_text() for word in (OURS, THEIRS, "Put aside."))
        git("commit", "-qam", "popped", cwd=harbor, check=0)
    else:
        edit(harbor, 1, "Later, beside it.")
        git("commit", "-qam", "later", cwd=harbor, check=0)
        git("revert", "--no-edit", "HEAD~1", cwd=harbor, check=0)
        text = part_of(harbor).read_text()
        assert "Later, beside it." in text
        assert OURS not in text
    sound(harbor)
    validated(harbor)


def test_giving_up_restores_everything(forked: Any, git: Any, tk: Any, sound: Any) -> None:
    harbor = forked(clash=True)
    before = {p: p.read_bytes() for p in harbor.rglob("*") if ".git" not in p.parts and p.is_file()}
    index = stages(git, harbor)

    for maker in ("talekeep", "merge"):
        assert by(maker, harbor, git, tk, {}) == 1
        tk("merge", "--abort", cwd=harbor)
        assert {p: p.read_bytes() for p in before} == before
        assert stages(git, harbor) == index
        sound(harbor)
    tk("merge", "--abort", cwd=harbor, check=1)


def test_a_blind_add_and_commit_is_refused(forked: Any, git: Any, tk: Any) -> None:
    harbor = forked(clash=True)
    head = git("rev-parse", "HEAD", cwd=harbor).out
    assert by("merge", harbor, git, tk, {}) == 1

    git("add", "-A", cwd=harbor, check=0)
    refused = git("commit", "-q", "-m", "blind", cwd=harbor)

    assert refused.code == 1
    assert "conflict" in refused.err
    assert git("rev-parse", "HEAD", cwd=harbor).out == head
    tk("commit", cwd=harbor, check=1)


def test_a_tool_that_sees_only_the_file_reads_json_lines(forked: Any, git: Any, tk: Any) -> None:
    harbor = forked(clash=True)
    assert by("merge", harbor, git, tk, {}) == 1

    answer = [json.loads(line) for line in part_of(harbor).read_bytes().split(b"\n")[:-1]]

    assert len(answer) == 3
    assert answer[1]["messages"][-1]["content"] == OURS
    assert THEIRS in json.dumps(answer[1])


# A driver that fails

PROGRAMS = {
    "crashes before writing": "import sys; sys.exit(3)",
    "crashes after writing": "import sys; open(sys.argv[-3], 'w').write('half'); raise SystemExit(70)",
    "is killed": "import os; os.kill(os.getpid(), 9)",
    "is killed after writing": "import os, sys; open(sys.argv[-3], 'w').write(''); os.kill(os.getpid(), 9)",
    "prints garbage": "import sys; open(sys.argv[-3], 'w').write('garbage'); print('\\x00garbage')",
    "says nothing and exits 0": "import sys; open(sys.argv[-3], 'w').write('garbage')",
    "says merged among other words": "print('merged'); print('not really')",
}


def marked(git: Any, harbor: Path, head: str, code: int) -> None:
    assert code != 0
    text = part_of(harbor).read_text()
    assert "<<<<<<<" in text
    assert OURS in text
    assert THEIRS in text
    assert git("rev-parse", "HEAD", cwd=harbor).out == head
    assert git("ls-files", "-u", cwd=harbor).out != ""


@pytest.mark.skipif(os.name == "nt", reason="a stand-in program of Windows would not be a script")
@pytest.mark.parametrize("program", PROGRAMS)
def test_a_driver_that_fails_leaves_markers_and_both_sides(
    program: str, forked: Any, git: Any, tk: Any, tmp_path: Path
) -> None:
    harbor = forked(clash=True)
    head = git("rev-parse", "HEAD", cwd=harbor).out
    fake = tmp_path / "fake"
    fake.write_text(f"#!{sys.executable}\n{PROGRAMS[program]}\n")
    fake.chmod(0o755)
    wrapper = harbor / ".git/hooks/talekeep-merge"
    lines = [
        f"python={fake}" if row.startswith("python=") else row for row in wrapper.read_text().split("\n")
    ]
    wrapper.write_text("\n".join(lines))

    marked(git, harbor, head, git("merge", "--no-edit", "side", cwd=harbor).code)

    assert git("commit", "-qam", "blind", cwd=harbor).code != 0
    tk("resolve", "--restart", cwd=harbor, check=1)
    assert [json.loads(line) for line in part_of(harbor).read_text().splitlines()]
    assert (
        len([c for c in tk("conflicts", "--json", cwd=harbor, check=1).json["conflicts"] if c["entry"]]) == 1
    )


@pytest.mark.parametrize("fault", ["removed", "not executable", "no setup", "no python"])
def test_a_driver_that_is_not_there_leaves_markers_and_both_sides(
    fault: str, forked: Any, git: Any, tk: Any, tmp_path: Path
) -> None:
    harbor = forked(clash=True)
    wrapper = harbor / ".git/hooks/talekeep-merge"
    if fault == "removed":
        wrapper.unlink()
    elif fault == "not executable":
        wrapper.chmod(0o644)
    elif fault == "no setup":
        clone = tmp_path / "clone"
        git("clone", "-q", harbor, clone, check=0)
        git("branch", "-q", "side", "origin/side", cwd=clone, check=0)
        harbor = clone
    else:
        text = wrapper.read_text().replace(sys.executable, "/nowhere/python")
        wrapper.write_text(text.replace("command -v talekeep", "command -v no-such-talekeep"))
    head = git("rev-parse", "HEAD", cwd=harbor).out

    marked(git, harbor, head, git("merge", "--no-edit", "side", cwd=harbor).code)

    if fault in ("removed", "no setup"):
        status = tk("status", "--json", cwd=harbor).json
        assert any("talekeep-merge" in fault or "merge.talekeep" in fault for fault in status["setup"])
    tk("setup", cwd=harbor)
    tk("resolve", "--restart", cwd=harbor, check=1)
    tk("resolve", "--all", "--ours", cwd=harbor, check=1)
    tk("resolve", "README.md", "--theirs", cwd=harbor)
    tk("commit", cwd=harbor)
    assert len(git("log", "-1", "--format=%P", cwd=harbor).out.split()) == 2
    assert OURS in part_of(harbor).read_text()
    assert THEIRS in (harbor / "README.md").read_text()


def test_a_clean_merge_goes_through_where_the_driver_is_missing_only_if_lines_do(
    forked: Any, git: Any, harbor: Path
) -> None:
    harbor = forked(clash=False)
    (harbor / ".git/hooks/talekeep-merge").unlink()

    merged = git("merge", "-q", "--no-edit", "side", cwd=harbor)

    # Neighbouring lines: by text a conflict, and both sides are there.
    assert merged.code != 0
    assert OURS in part_of(harbor).read_text()
    assert THEIRS in part_of(harbor).read_text()


def test_a_clone_without_setup_says_what_is_missing_conflicts_loudly_and_still_merges_by_entry(
    forked: Any, git: Any, tk: Any, tmp_path: Path
) -> None:
    git("clone", "-q", forked(clash=True), tmp_path / "clone", check=0)
    clone = tmp_path / "clone"
    tk("validate", cwd=clone)
    before = tk("status", "--json", cwd=clone).json

    merged = git("merge", "--no-edit", "origin/side", cwd=clone)

    missing = {"the pre-commit hook is not installed", "merge.talekeep.driver is not set"}
    assert before["next"] == "talekeep setup"
    assert missing <= set(before["setup"])
    assert merged.code != 0
    text = part_of(clone).read_text()
    assert all(mark in text for mark in ("<<<<<<<", OURS, THEIRS, ">>>>>>>"))
    tk("resolve", "--restart", cwd=clone, check=1)
    assert all(json.loads(line) for line in part_of(clone).read_text().splitlines())
    assert tk("conflicts", "--json", cwd=clone, check=1).json["conflicts"]
    tk("resolve", "--all", "--ours", cwd=clone, check=1)
    tk("resolve", "README.md", "--theirs", cwd=clone)
    tk("commit", cwd=clone)
    assert OURS in part_of(clone).read_text()
    tk("setup", cwd=clone)
    tk("setup", "--check", cwd=clone)
    assert tk("status", "--json", cwd=clone).json["setup"] == []
