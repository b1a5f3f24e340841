"""A dataset goes to a folder and comes back the same: with Talekeep, with git alone, from two machines."""

import json
import os
import random
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


def files(dataset: Path) -> dict[str, bytes]:
    """Every file of the work tree by path."""
    results = (p for p in dataset.rglob("*") if p.is_file() and ".git" not in p.relative_to(dataset).parts)
    return {p.relative_to(dataset).as_posix(): p.read_bytes() for p in results}


def rewrite(dataset: Path, number: int, text: str) -> None:
    """Give the last message of an entry of the first part another text."""
    part = sorted(dataset.glob("entries/*/*.jsonl"))[0]
    lines = part.read_text(encoding="utf-8").split("\n")
    entry = json.loads(lines[number - 1])
    entry["messages"][-1]["content"] = text
    lines[number - 1] = json.dumps(entry, separators=(",", ":"))
    part.write_text("\n".join(lines), encoding="utf-8")


def noise(folder: Path) -> Path:
    """A file nobody can compress, so large that a push after it is worth an increment."""
    dice = random.Random(7)
    asked = {"role": "user", "content": "Read me the log."}
    answers = ({"role": "assistant", "content": dice.randbytes(50_000).hex()} for _ in range(24))
    lines = [json.dumps({"messages": [asked, answer]}) for answer in answers]
    (folder / "noise.jsonl").write_text("\n".join(lines))
    return folder / "noise.jsonl"


@pytest.fixture
def refs(git: Any) -> Callable[[Path], str]:
    """What HEAD, every branch and every tag of a repository name."""

    def read(repo: Path) -> str:
        head = git("symbolic-ref", "HEAD", cwd=repo, check=0).out
        listed = git("for-each-ref", "--format=%(refname) %(objectname)", "refs/heads", "refs/tags", cwd=repo)
        return head + listed.out

    return read


@pytest.fixture
def synced(harbor: Path, tk: Any, tmp_path: Path) -> Path:
    """The mirror folder of `harbor`, not pushed to yet."""
    (tmp_path / "synced").mkdir()
    tk("remote", "add", "backup", tmp_path / "synced", "--label", "laptop", cwd=harbor)
    return tmp_path / "synced" / "harbor-backup"


@pytest.fixture
def rich(harbor: Path, synced: Path, git: Any, tk: Any, records: Any, tmp_path: Path) -> Path:
    """`harbor` with a branch, a tag with a note, a merge, and all of it pushed."""
    git("checkout", "-q", "-b", "side", cwd=harbor, check=0)
    tk("import", records("second.jsonl", 30, start=100, words=800), noise(tmp_path), cwd=harbor)
    git("checkout", "-q", "main", cwd=harbor, check=0)
    rewrite(harbor, 1, "Rewritten on main.")
    tk("commit", cwd=harbor)
    tk("merge", "side", cwd=harbor)
    git("tag", "-a", "v1", "-m", "a note", cwd=harbor, check=0)
    tk("push", "backup", cwd=harbor)
    return harbor


def test_what_was_pushed_comes_back_with_refs_trees_and_files(
    rich: Path, synced: Path, tk: Any, refs: Any, sound: Any, validated: Any, tmp_path: Path
) -> None:
    before, named = files(rich), refs(rich)
    shutil.rmtree(rich)

    tk("clone", synced, tmp_path / "back")

    assert refs(tmp_path / "back") == named
    assert files(tmp_path / "back") == before
    sound(tmp_path / "back")
    validated(tmp_path / "back")
    tk("setup", "--check", cwd=tmp_path / "back")


def test_the_commands_of_the_readme_restore_with_git_alone(
    rich: Path, synced: Path, sh: Any, git: Any, refs: Any, tk: Any, tmp_path: Path
) -> None:
    rewrite(rich, 2, "One more edit, so that there is a chain.")
    tk("commit", cwd=rich)
    tk("push", "backup", cwd=rich)
    before, named = files(rich), refs(rich)
    text = (synced / "README.txt").read_text(encoding="utf-8")
    steps = text.partition("Restore with git")[2].partition("The conversations are in")[0]
    script = "".join(line[4:] + "\n" for line in steps.splitlines() if line.startswith("    "))
    assert "talekeep" not in re.sub(r"manifest|\$PWD", "", script)
    (writer,) = (p for p in synced.iterdir() if p.is_dir())
    shutil.rmtree(rich)

    result = sh("sh", "-eu", "-c", script, cwd=writer)

    home = Path(os.environ["HOME"])
    sums = [line for line in result.out.splitlines() if line.endswith((": OK", ": FAILED"))]
    assert len(sums) >= 2
    assert all(line.endswith(": OK") for line in sums)
    assert refs(home / "restored.git") == named
    assert files(home / "restored") == before
    git("fsck", "--full", "--strict", cwd=home / "restored", check=0)


def test_a_push_after_one_edit_adds_two_small_files_and_changes_none(
    rich: Path, synced: Path, tk: Any, tmp_path: Path
) -> None:
    before = {p: p.read_bytes() for p in synced.rglob("*") if p.is_file()}
    rewrite(rich, 1, "A small edit.")
    tk("commit", cwd=rich)

    pushed = tk("push", "--json", cwd=rich).json

    after = {p: p.read_bytes() for p in synced.rglob("*") if p.is_file()}
    new = sorted(p.name for p in after.keys() - before.keys())
    assert {p: after[p] for p in before} == before
    assert [name.split("-")[1] for name in new] == ["incr", "manifest"]
    assert sum(len(after[p]) for p in after.keys() - before.keys()) < 200 * 1024
    assert pushed["ok"]
    tk("clone", synced, tmp_path / "back")
    assert files(tmp_path / "back") == files(rich)
    again = tk("push", "--json", cwd=rich)
    assert {p for p in synced.rglob("*") if p.is_file()} == after.keys(), again.out


def test_two_machines_exchange_their_work_through_the_folder(
    harbor: Path, synced: Path, tk: Any, sound: Any, validated: Any, tmp_path: Path
) -> None:
    away = tmp_path / "away"
    away.mkdir()
    other = {
        "HOME": str(away),
        "XDG_STATE_HOME": str(away / "state"),
        "XDG_CONFIG_HOME": str(away / "config"),
    }
    tk("push", "backup", cwd=harbor)

    tk("clone", synced, tmp_path / "desk", env=other)
    rewrite(tmp_path / "desk", 2, "Written at the desk.")
    tk("commit", "-m", "at the desk", cwd=tmp_path / "desk", env=other)
    tk("push", cwd=tmp_path / "desk", env=other)
    rewrite(harbor, 1, "Written on the laptop.")
    tk("commit", "-m", "on the laptop", cwd=harbor)
    fetched = tk("fetch", "--json", cwd=harbor).json
    theirs = [w["writer"] for w in fetched["writers"] if not w["writer"].startswith("laptop-")]
    assert len(theirs) == 1
    merged = tk("merge", f"backup/{theirs[0]}/main", "--json", cwd=harbor).json

    assert merged["merged"] == {"added": 0, "changed": 1, "removed": 0}
    text = b"".join(files(harbor).values())
    assert b"Written at the desk." in text
    assert b"Written on the laptop." in text
    sound(harbor)
    validated(harbor)
    tk("push", cwd=harbor)
    (mine,) = (p.name for p in synced.iterdir() if p.name.startswith("laptop-"))
    tk("fetch", cwd=tmp_path / "desk", env=other)
    tk("merge", f"backup/{mine}/main", cwd=tmp_path / "desk", env=other)
    assert files(tmp_path / "desk") == files(harbor)
    folders = [p for p in synced.iterdir() if p.is_dir()]
    assert len(folders) == 2


@pytest.mark.slow
def test_clone_makes_nothing_where_something_is(rich: Path, synced: Path, tk: Any, tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken/precious").write_text("mine")

    refused = tk("clone", synced, tmp_path / "taken", check=4)

    assert str(tmp_path / "taken") in refused.err
    assert files(tmp_path / "taken") == {"precious": b"mine"}
