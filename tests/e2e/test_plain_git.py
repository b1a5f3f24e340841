"""Plain git on a dataset: commits are checked, changes read as conversations, nothing is lost."""

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from talekeep.core.script.script import render

pytestmark = pytest.mark.slow


def parts(dataset: Path) -> list[Path]:
    return sorted(dataset.glob("entries/*/*.jsonl"))


def lines_of(part: Path) -> list[bytes]:
    return part.read_bytes().split(b"\n")[:-1]


def put(part: Path, lines: list[bytes]) -> None:
    part.write_bytes(b"".join(line + b"\n" for line in lines))


def rewrite(part: Path, number: int, text: str) -> None:
    """Give the last message of the entry in line `number` (from 1) another text."""
    lines = lines_of(part)
    entry = json.loads(lines[number - 1])
    entry["messages"][-1]["content"] = text
    lines[number - 1] = json.dumps(entry, ensure_ascii=False, separators=(",", ":")).encode()
    put(part, lines)


def damage(part: Path, number: int) -> bytes:
    """Cut the end off one line (from 1); returns what the part was."""
    whole, lines = part.read_bytes(), lines_of(part)
    lines[number - 1] = lines[number - 1][:-4]
    put(part, lines)
    return whole


def head(git: Any, dataset: Path) -> str:
    return git("rev-parse", "HEAD", cwd=dataset, check=0).out.strip()


@pytest.fixture
def branches(harbor: Path, git: Any) -> Callable[[], None]:
    """Puts a change of line 1 on `side` and one of line 3 on `main`, by plain git."""

    def make() -> None:
        git("checkout", "-q", "-b", "side", cwd=harbor, check=0)
        rewrite(parts(harbor)[0], 1, "The side of the story.")
        git("commit", "-q", "-am", "side", cwd=harbor, check=0)
        git("checkout", "-q", "main", cwd=harbor, check=0)
        rewrite(parts(harbor)[0], 3, "The main of the story.")
        git("commit", "-q", "-am", "main", cwd=harbor, check=0)

    return make


# Commits


def test_a_broken_line_is_refused_with_its_place_and_reason_and_a_mended_one_goes_through(
    harbor: Path, git: Any, validated: Any
) -> None:
    part, before = parts(harbor)[0], head(git, harbor)
    whole = damage(part, 2)

    refused = git("commit", "-am", "x", cwd=harbor)

    assert refused.code == 1
    assert f"{part.relative_to(harbor).as_posix()}:2: S" in refused.err
    assert re.search(r"S\d{3} [a-z-]+: \S", refused.err)
    assert "repair:" in refused.err
    assert "talekeep rule" in refused.err
    assert head(git, harbor) == before
    part.write_bytes(whole)
    rewrite(part, 2, "Mended, and better than before.")
    git("commit", "-am", "x", cwd=harbor, check=0)
    validated(harbor)


@pytest.mark.parametrize(
    ("code", "break_it"),
    [
        ("S005", lambda e: {**e, "messages": e["messages"][:1]}),
        ("S101", lambda e: {k: v for k, v in e.items() if k != "messages"}),
    ],
)
def test_an_error_names_its_rule_and_entry(code: str, break_it: Any, harbor: Path, git: Any, tk: Any) -> None:
    part = parts(harbor)[0]
    lines = lines_of(part)
    entry = json.loads(lines[0])
    put(part, [*lines, json.dumps(break_it(entry)).encode()])

    refused = git("commit", "-am", "x", cwd=harbor)

    assert refused.code == 1
    assert f":4: {code} " in refused.err
    assert entry["id"] in refused.err
    assert code in tk("rule", code).out


def test_an_id_that_stands_in_another_part_already_is_refused(harbor: Path, git: Any) -> None:
    other = harbor / "entries/0000/00001-beef.jsonl"
    put(other, lines_of(parts(harbor)[0])[1:2])
    git("add", ".", cwd=harbor, check=0)

    refused = git("commit", "-m", "x", cwd=harbor)

    assert refused.code == 1
    assert "S005" in refused.err
    assert other.name in refused.err
    assert f"{parts(harbor)[0].name}, line 2" in refused.err


def test_what_passed_the_hook_by_is_not_pushed(harbor: Path, git: Any, tk: Any, tmp_path: Path) -> None:
    (tmp_path / "synced").mkdir()
    tk("remote", "add", "backup", tmp_path / "synced", cwd=harbor)
    whole = damage(parts(harbor)[0], 1)
    git("commit", "-qam", "x", "--no-verify", cwd=harbor, check=0)

    status = tk("status", "--json", cwd=harbor).json
    refused = tk("push", "backup", cwd=harbor, check=None)

    assert status["validated"] is False
    assert status["next"] == "talekeep validate"
    assert refused.code in (1, 4)
    assert f"{parts(harbor)[0].name}:1: S" in refused.err
    assert list((tmp_path / "synced").rglob("*.bundle")) == []
    parts(harbor)[0].write_bytes(whole)
    git("commit", "-qam", "mended", cwd=harbor, check=0)
    tk("push", "backup", cwd=harbor)
    assert tk("status", "--json", cwd=harbor).json["validated"] is True


def test_a_merge_that_git_calls_clean_is_validated(
    harbor: Path, branches: Any, git: Any, validated: Any
) -> None:
    branches()
    twin = lines_of(parts(harbor)[0])[1]
    for branch, number in (("main", 2), ("side", 3)):
        git("checkout", "-q", branch, cwd=harbor, check=0)
        new = {**json.loads(twin), "id": "0193c7aa-0000-7000-8000-000000000001"}
        put(harbor / f"entries/0000/0000{number}-cafe.jsonl", [json.dumps(new).encode()])
        git("add", "entries", cwd=harbor, check=0)
        git("commit", "-qm", f"new on {branch}", cwd=harbor, check=0)
    git("checkout", "-q", "main", cwd=harbor, check=0)
    before = head(git, harbor)

    merged = git("merge", "--no-edit", "side", cwd=harbor)

    assert merged.code != 0
    assert "S005" in merged.err + merged.out
    assert head(git, harbor) == before
    git("merge", "--abort", cwd=harbor, check=0)
    validated(harbor)


def test_a_commit_of_one_path_validates_what_that_commit_would_hold(
    harbor: Path, git: Any, tk: Any, records: Any
) -> None:
    tk("import", records("second.jsonl", 40, start=100, words=800), cwd=harbor)
    first, second = parts(harbor)[:2]
    damage(first, 1)
    rewrite(second, 1, "Only this is committed.")

    # Named from below the top folder, as git allows.
    git("commit", "-m", "one path", second.name, cwd=second.parent, check=0)

    staged = git("diff", "--name-only", cwd=harbor, check=0).out.split()
    assert staged == [first.relative_to(harbor).as_posix()]
    refused = git("commit", "-m", "the other", first.relative_to(harbor), cwd=harbor)
    assert refused.code == 1
    assert f"{first.name}:1: S" in refused.err


def test_staged_damage_is_seen_although_the_file_is_mended(harbor: Path, git: Any) -> None:
    part = parts(harbor)[0]
    whole = damage(part, 1)
    git("add", part, cwd=harbor, check=0)
    part.write_bytes(whole)

    assert git("commit", "-m", "x", cwd=harbor).code == 1


def test_unstaged_damage_stops_no_commit_and_is_not_touched(harbor: Path, git: Any) -> None:
    part = parts(harbor)[0]
    rewrite(part, 2, "Staged and good.")
    git("add", part, cwd=harbor, check=0)
    damage(part, 1)
    broken = part.read_bytes()

    git("commit", "-m", "the good one", cwd=harbor, check=0)

    assert part.read_bytes() == broken
    shown = git("show", f"HEAD:{part.relative_to(harbor).as_posix()}", cwd=harbor, check=0).out
    assert "Staged and good." in shown
    assert git("stash", "list", cwd=harbor, check=0).out == ""


def test_work_that_is_staged_stays_staged_when_talekeep_commits(
    harbor: Path, git: Any, tk: Any, records: Any
) -> None:
    (harbor / "notes.md").write_text("a plan\n")
    git("add", "notes.md", cwd=harbor, check=0)

    tk("import", records("second.jsonl", 2, start=50), cwd=harbor)

    assert git("status", "--porcelain", cwd=harbor, check=0).out == "A  notes.md\n"


@pytest.mark.slow
def test_a_hook_that_was_there_before_still_runs(harbor: Path, git: Any, tk: Any) -> None:
    tk("setup", "--remove", cwd=harbor)
    hook = harbor / ".git/hooks/pre-commit"
    hook.write_text("#!/bin/sh\necho from the older hook >&2\n")
    hook.chmod(0o755)
    tk("setup", cwd=harbor)
    damage(parts(harbor)[0], 1)

    refused = git("commit", "-am", "x", cwd=harbor)

    assert refused.code == 1
    assert "from the older hook" in refused.err
    assert ":1: S" in refused.err
    tk("setup", "--remove", cwd=harbor)
    assert hook.read_text().endswith("older hook >&2\n")


def test_without_the_program_nothing_is_let_through_unchecked(harbor: Path, git: Any) -> None:
    hook = harbor / ".git/hooks/pre-commit"
    hook.write_text(re.sub(r"(?m)^python=.*$", "python=/gone/python", hook.read_text()))
    rewrite(parts(harbor)[0], 1, "Good, but who says so?")
    os.environ["PATH"] = "/usr/bin:/bin"

    refused = git("commit", "-am", "x", cwd=harbor)

    assert refused.code == 1
    assert "talekeep setup" in refused.err


# Reading


def test_git_shows_changes_as_conversations(harbor: Path, git: Any) -> None:
    part = parts(harbor)[0]
    rewrite(part, 2, "The lantern is out.\nNobody lit it.")

    shown = {"diff": git("diff", cwd=harbor, check=0).out}
    git("commit", "-qam", "x", cwd=harbor, check=0)
    shown["show"] = git("show", cwd=harbor, check=0).out
    shown["log"] = git("log", "-p", "--", "entries", cwd=harbor, check=0).out

    for name, text in shown.items():
        assert "+The lantern is out.\n+Nobody lit it.\n" in text, name
        assert re.search(r"(?m)^-Driftwood, and a letter", text), name
        assert not re.search(r'(?m)^[+\- ].*\{"', text), name
    first = json.loads(lines_of(part)[0])
    assert all(f"+{line}" in shown["log"] for line in render(first).split("\n") if line)


def test_blame_gc_and_fsck_work_on_a_dataset(harbor: Path, git: Any, validated: Any, sound: Any) -> None:
    part = parts(harbor)[0]
    rewrite(part, 2, "Changed once.")
    git("commit", "-qam", "second thoughts", cwd=harbor, check=0)

    blamed = git("blame", "-s", part.relative_to(harbor), cwd=harbor, check=0).out.splitlines()
    git("gc", "--quiet", "--prune=now", cwd=harbor, check=0)

    # Blame reads the parts as scripts too, so it goes line by line within one conversation.
    now = head(git, harbor)
    changed = [line.partition(") ")[2] for line in blamed if now.startswith(line.split()[0])]
    assert changed == ["Changed once."]
    sound(harbor)
    validated(harbor)


def test_a_plain_clone_becomes_a_whole_dataset_by_setup(
    harbor: Path, git: Any, tk: Any, tmp_path: Path, sound: Any, validated: Any
) -> None:
    other = tmp_path / "other"
    git("clone", "-q", harbor, other, check=0)
    missing = tk("setup", "--check", cwd=other, check=1)
    assert "pre-commit" in missing.out

    tk("setup", cwd=other)

    tk("setup", "--check", cwd=other)
    damage(parts(other)[0], 1)
    assert git("commit", "-qam", "x", cwd=other).code == 1
    git("checkout", "-q", "--", ".", cwd=other, check=0)
    sound(other)
    validated(other)


def test_a_linked_work_tree_is_the_same_dataset(
    harbor: Path, git: Any, tk: Any, tmp_path: Path, records: Any, sound: Any
) -> None:
    other = tmp_path / "linked"
    git("worktree", "add", "-q", "-b", "linked", other, cwd=harbor, check=0)
    before = head(git, harbor)

    tk("import", records("second.jsonl", 2, start=50), cwd=other)

    assert git("rev-list", "--count", "linked", "^main", cwd=harbor, check=0).out == "1\n"
    assert tk("status", "--json", cwd=other).json["entries"] == 5
    assert head(git, harbor) == before
    sound(other)
    sound(harbor)


# Moving changes about


def test_rebase_cherry_pick_and_stash_leave_a_valid_dataset(
    harbor: Path, git: Any, tk: Any, records: Any, sound: Any, validated: Any
) -> None:
    tk("import", records("second.jsonl", 40, start=100, words=800), cwd=harbor)
    first, second = parts(harbor)[:2]
    git("checkout", "-q", "-b", "side", cwd=harbor, check=0)
    rewrite(first, 1, "From the side.")
    git("commit", "-qam", "side", cwd=harbor, check=0)
    rewrite(first, 3, "From the side, to be picked.")
    git("commit", "-qam", "pick", cwd=harbor, check=0)
    git("checkout", "-q", "main", cwd=harbor, check=0)
    rewrite(second, 1, "On main.")
    git("commit", "-qam", "main", cwd=harbor, check=0)

    git("checkout", "-q", "side", cwd=harbor, check=0)
    git("rebase", "-q", "main", cwd=harbor, check=0)
    validated(harbor)
    git("checkout", "-q", "main", cwd=harbor, check=0)
    git("cherry-pick", "side~1", cwd=harbor, check=0)
    validated(harbor)
    rewrite(second, 2, "Put aside.")
    changed = second.read_bytes()
    git("stash", "-q", cwd=harbor, check=0)
    validated(harbor)
    git("stash", "pop", "-q", cwd=harbor, check=0)

    assert second.read_bytes() == changed
    git("commit", "-qam", "from the stash", cwd=harbor, check=0)
    validated(harbor)
    sound(harbor)


def test_a_clean_merge_of_two_parts_by_plain_git_is_valid(
    harbor: Path, git: Any, tk: Any, records: Any, sound: Any
) -> None:
    tk("import", records("second.jsonl", 40, start=100, words=800), cwd=harbor)
    first, second = parts(harbor)[:2]
    git("checkout", "-q", "-b", "side", cwd=harbor, check=0)
    rewrite(first, 1, "From the side.")
    git("commit", "-qam", "side", cwd=harbor, check=0)
    git("checkout", "-q", "main", cwd=harbor, check=0)
    rewrite(second, 1, "On main.")
    git("commit", "-qam", "main", cwd=harbor, check=0)

    git("merge", "-q", "--no-edit", "side", cwd=harbor, check=0)

    # Known as valid without another look: the hook saw the merged tree.
    assert tk("status", "--json", cwd=harbor).json["validated"] is True
    sound(harbor)


def test_a_conflict_without_driver_shows_markers_and_cannot_be_committed(harbor: Path, git: Any) -> None:
    part = parts(harbor)[0]
    git("checkout", "-q", "-b", "side", cwd=harbor, check=0)
    rewrite(part, 2, "Said on the side.")
    git("commit", "-qam", "side", cwd=harbor, check=0)
    git("checkout", "-q", "main", cwd=harbor, check=0)
    rewrite(part, 2, "Said on main.")
    git("commit", "-qam", "main", cwd=harbor, check=0)
    before = head(git, harbor)
    git("config", "--remove-section", "merge.talekeep", cwd=harbor)

    git("merge", "--no-edit", "side", cwd=harbor, check=1)

    text = part.read_text()
    assert "<<<<<<<" in text
    assert "Said on the side." in text
    assert "Said on main." in text
    refused = git("commit", "-qam", "not resolved at all", cwd=harbor)
    assert refused.code != 0
    assert f"{part.name}:" in refused.err
    assert head(git, harbor) == before


def test_a_patch_that_is_saved_without_the_driver_applies(harbor: Path, git: Any, tmp_path: Path) -> None:
    """`git diff` shows scripts; what docs/dataset.md names for patches gives the bytes back."""
    rewrite(parts(harbor)[0], 1, "The first night.")
    edited = parts(harbor)[0].read_bytes()
    git("diff", "--no-textconv", "--binary", "--output", tmp_path / "p", cwd=harbor, check=0)
    git("checkout", "-q", ".", cwd=harbor, check=0)

    git("apply", tmp_path / "p", cwd=harbor, check=0)

    assert parts(harbor)[0].read_bytes() == edited


def test_a_join_across_parts_is_a_true_conflict_of_git_and_talekeep_merge_is_named_and_settles_it(
    run, git: Any, tmp_path: Path
) -> None:
    run("init", "long", check=0)
    rows = [
        {
            "messages": [
                {"role": "user", "content": f"{n} {'word ' * 90}"},
                {"role": "assistant", "content": "y " * 90},
            ]
        }
        for n in range(300)
    ]
    (tmp_path / "long.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    long = tmp_path / "long"
    run("-C", long, "import", tmp_path / "long.jsonl", "-q", check=0)
    run("-C", long, "setup", check=0)
    one, other = (json.loads(lines_of(part)[3])["id"] for part in parts(long)[:2])
    git("branch", "side", cwd=long, check=0)
    run("-C", long, "join", one, other, "-q", check=0)
    run("-C", long, "switch", "side", check=0)
    run("-C", long, "replace", "word", "WORD", "--where", f"id:{other}", "-q", check=0)
    run("-C", long, "switch", "main", check=0)

    stopped = git("merge", "side", cwd=long, check=1)

    assert "talekeep conflicts lists what both sides changed in entries/" in stopped.err + stopped.out
    answer = run("-C", long, "conflicts", check=1)
    assert "talekeep merge --abort && talekeep merge side" in answer.err
    (conflict,) = run("-C", long, "conflicts", "--json", check=1).json["conflicts"]
    assert (conflict["entry"], conflict["path"], conflict["ours"]) == (other, [], None)
    run("-C", long, "merge", "--abort", check=0)
    run("-C", long, "merge", "side", check=0)
    assert "WORD" in run("-C", long, "show", one, check=0).out
