"""A mirror does not grow without end: a push that begins a generation clears older ones of its own away."""

import errno
import json
import random
from functools import partialmethod
from pathlib import Path
from typing import Any

import pytest

from talekeep.core.errors import Outside
from talekeep.ops.remotes import push as push_module
from talekeep.remotes.mirror.reader import tracking_refs
from talekeep.remotes.mirror.writer.journal import Local
from talekeep.store.dataset import Dataset
from talekeep.store.git import reflog


@pytest.fixture
def harbor(tmp_path: Path, run: Any) -> Path:
    """A dataset of a few long conversations, of words that do not repeat."""
    dice, given = random.Random(5), tmp_path / "chats.jsonl"
    turns = [
        [{"role": role, "content": dice.randbytes(300).hex()} for role in ("user", "assistant")]
        for _ in range(20)
    ]
    given.write_text("".join(json.dumps({"messages": messages}) + "\n" for messages in turns))
    run("init", tmp_path / "harbor", "-q", check=0)
    run("-C", tmp_path / "harbor", "import", str(given), "-q", check=0)
    return tmp_path / "harbor"


@pytest.fixture
def saved(harbor: Path, tmp_path: Path, run: Any) -> Path:
    """The mirror of a dataset."""
    (tmp_path / "synced").mkdir()
    run("-C", harbor, "remote", "add", "backup", str(tmp_path / "synced"), "-q", check=0)
    run("-C", harbor, "push", "-q", check=0)
    return tmp_path / "synced/harbor-backup"


def bundles(mirror: Path) -> list[Path]:
    return sorted(mirror.glob("*/*.bundle"))


def test_a_mirror_stays_within_three_times_its_newest_full_bundle(
    saved: Path, harbor: Path, tmp_path: Path, run: Any
) -> None:
    entry = run("-C", harbor, "list", "--json", check=0).json["entries"][0]["id"]
    text = ""
    for number in range(12):
        run("-C", harbor, "tag", "add", f"t{number}", entry, "-q", check=0)
        text += run("-C", harbor, "push", check=0).err
        full = [bundle for bundle in bundles(saved) if "-full-" in bundle.name]
        assert sum(b.stat().st_size for b in bundles(saved)) <= 3 * full[-1].stat().st_size
        assert len(full) in (2, 3)
    assert "of older pushes away" in text
    run("-C", harbor, "remote", "check", "--all", "--restore", check=0)
    run("clone", str(saved), str(tmp_path / "again"), "-q", check=0)


def test_a_clone_that_is_told_so_keeps_every_push(saved: Path, harbor: Path, run: Any) -> None:
    run("-C", harbor, "config", "mirror.prune", "off", "-q", check=0)
    for _ in range(5):
        run("-C", harbor, "push", "--full", "-q", check=0)
    assert len(bundles(saved)) == 6


def test_a_full_bundle_holds_versions_as_deltas(saved: Path, harbor: Path, run: Any) -> None:
    first = bundles(saved)[0].stat().st_size
    entry = run("-C", harbor, "list", "--json", check=0).json["entries"][0]["id"]
    for number in range(20):
        run("-C", harbor, "tag", "add", f"t{number}", entry, "-q", check=0)
    run("-C", harbor, "push", "--full", "-q", check=0)
    # Commits and trees of twenty changes, and not twenty copies of the part.
    assert bundles(saved)[-1].stat().st_size < first + 20 * 900


def test_a_mirror_push_says_which_branches_and_snapshots_have_errors(
    saved: Path, harbor: Path, run: Any, git: Any
) -> None:
    """A backup holds all there is; that the last commit is validated says nothing of the rest."""
    git("switch", "-q", "-c", "bad", cwd=harbor, check=0)
    part = next(harbor.glob("entries/*/*.jsonl"))
    part.write_text(part.read_text().replace('"messages"', '"mesages"', 2))
    git("commit", "-qam", "bad", "--no-verify", cwd=harbor, check=0)
    git("tag", "v1", cwd=harbor, check=0)
    git("switch", "-q", "main", cwd=harbor, check=0)
    git("branch", "good", cwd=harbor, check=0)

    pushed = run("-C", harbor, "push", check=0)

    for name in ("bad", "v1"):
        assert f"{name} is saved too, and has 2 errors: talekeep validate --rev {name}" in pushed.err
        assert run("-C", harbor, "validate", "--rev", name).code == 1
    assert "good is saved too" not in pushed.err
    # What the mirror has already was told then.
    git("branch", "another", cwd=harbor, check=0)
    assert "is saved too" not in run("-C", harbor, "push", check=0).err


def test_branches_of_one_commit_are_looked_at_once(
    saved: Path, harbor: Path, git: Any, monkeypatch: Any
) -> None:
    git("commit", "-q", "--allow-empty", "--no-verify", "-m", "one", cwd=harbor, check=0)
    git("commit", "-q", "--allow-empty", "--no-verify", "-m", "two", cwd=harbor, check=0)
    for number in range(20):
        git("branch", f"b{number}", "HEAD~1", cwd=harbor, check=0)
    commits = []
    looked_at = push_module._state_of
    monkeypatch.setattr(
        push_module, "_state_of", lambda *words: (commits.append(words[-1]), looked_at(*words))[1]
    )

    with Dataset.open(harbor) as dataset:
        push_module.push(dataset)

    assert len(commits) == 1


def save_unless_new(local: Local, save: Any, journal: Any) -> Any:
    """Write a journal, but not that a second push is saved."""
    if journal.number == 2:
        raise Outside("cannot write the journal")
    return save(local, journal)


@pytest.mark.parametrize("step", ["journal", "log", "ref"])
def test_a_push_that_is_saved_does_not_fail_over_what_this_clone_notes_of_it(
    step: str, saved: Path, harbor: Path, run: Any, git: Any, monkeypatch: Any
) -> None:
    git("commit", "-q", "--allow-empty", "--no-verify", "-m", "one", cwd=harbor, check=0)
    full = OSError(errno.ENOSPC, "No space left on device")

    def refuse(*words: Any, **options: Any) -> Any:
        raise full

    with monkeypatch.context() as broken:
        if step == "journal":
            broken.setattr(Local, "save", partialmethod(save_unless_new, Local.save))
        elif step == "log":
            broken.setattr(reflog, "_make_room", refuse)
        else:
            broken.setattr(tracking_refs, "_set", refuse)
        result = run("-C", harbor, "push", check=0)

    assert "saved, but" in result.err
    again = run("-C", harbor, "push", check=0)
    assert "saved, but" not in again.err
    assert run("-C", harbor, "remote", "check", "--json", check=0).json["state"] == "good"
