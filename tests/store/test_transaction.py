"""A change happens whole or not at all, whatever stops it and whatever the user does meanwhile."""

import errno
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from talekeep.core.errors import Outside
from talekeep.core.errors import Refused
from talekeep.store import files
from talekeep.store import transaction
from talekeep.store.dataset import Dataset
from talekeep.store.git.files import index
from talekeep.store.git.repository import Repository

PART = "entries/0000/00000-aaaa.jsonl"
NEXT = "entries/0000/00001-bbbb.jsonl"
GONE = "library/characters.toml"


class Killed(BaseException):
    """The process ends here: nothing that comes after is run."""


def kill(*_: object, **__: object) -> None:
    raise Killed


def after(real: Callable[..., object]) -> Callable[..., object]:
    """The step itself, then the end."""

    def completed(*args: object, **more: object) -> object:
        real(*args, **more)
        raise Killed

    return completed


def half_moved(moves: dict[Path, Path | None]) -> None:
    """The first file is in place, the others are not."""
    place, temporary = next(iter(moves.items()))
    assert temporary is not None
    place.parent.mkdir(parents=True, exist_ok=True)
    temporary.replace(place)
    raise Killed


STEPS = {
    "before the note": (transaction, "replace", kill),
    "after the note": (transaction, "finish", kill),
    "before the first file": (transaction, "_move", kill),
    "between two files": (transaction, "_move", half_moved),
    "after the files": (transaction, "_place", after(transaction._place)),
    "after the index": (index, "update", after(index.update)),
    "in the ref": (Repository, "_log_move", kill),
    "after the ref": (Repository, "set_ref", after(Repository.set_ref)),
    "before the note goes": (Path, "unlink", kill),
}
OLD_STATE = {"before the note"}


def state(dataset: Dataset) -> dict[str, bytes]:
    """What lies in the folder, git's own apart."""
    results = (p for p in dataset.path.rglob("*") if ".git" not in p.parts and p.is_file())
    return {p.relative_to(dataset.path).as_posix(): p.read_bytes() for p in results}


@pytest.fixture
def ready(dataset, line, save) -> Dataset:
    save({PART: line(1), GONE: b"[mara]\nname = 'M'\n"})
    return dataset


def change(line: Callable[..., bytes]) -> dict[str, bytes | None]:
    return {PART: line(1, "Changed."), NEXT: line(2), GONE: None}


def interrupted(dataset: Dataset, step: str, new: dict[str, bytes | None]) -> None:
    owner, name, instead = STEPS[step]
    with pytest.MonkeyPatch.context() as broken:
        broken.setattr(owner, name, instead)
        with pytest.raises(Killed), dataset.writing("test"):
            dataset.write(new, "Change two, drop one")
    dataset.close()


@pytest.mark.parametrize("step", STEPS)
def test_a_kill_leaves_the_old_state_or_the_new_one(ready, git, line, step: str) -> None:
    before, old = state(ready), ready.repo.head()
    interrupted(ready, step, change(line))

    with Dataset.open(ready.path) as again:
        if step in OLD_STATE:
            assert (state(again), again.repo.head()) == (before, old)
        else:
            wanted = {**before, PART: line(1, "Changed."), NEXT: line(2)}
            del wanted[GONE]
            assert state(again) == wanted
            assert again.repo.commit(again.repo.head() or "").parents == (old,)
            assert git("log", "-1", "--format=%s", cwd=again.path).out == "Change two, drop one\n"
        assert not transaction.is_interrupted(again.repo)
    assert git("status", "--porcelain", cwd=ready.path, check=0).out == ""
    assert git("fsck", "--strict", cwd=ready.path, check=0).code == 0


@pytest.mark.parametrize("step", STEPS)
def test_after_a_kill_the_next_change_goes_through(ready, git, line, step: str) -> None:
    interrupted(ready, step, change(line))

    with Dataset.open(ready.path) as again, again.writing("test"):
        again.write({"entries/0000/00002-cccc.jsonl": line(3)}, "Go on")

    assert git("status", "--porcelain", cwd=ready.path, check=0).out == ""
    assert git("log", "-1", "--format=%s", cwd=ready.path).out == "Go on\n"


@pytest.mark.parametrize("step", [s for s in STEPS if s not in OLD_STATE])
@pytest.mark.parametrize("path", [PART, NEXT])
def test_an_edit_made_after_a_kill_is_kept_and_stays_in_sight(ready, git, line, step: str, path: str) -> None:
    interrupted(ready, step, change(line))
    (ready.path / path).write_bytes(line(9, "By hand."))

    with Dataset.open(ready.path) as again:
        assert (again.path / path).read_bytes() == line(9, "By hand.")
        differing = index.work_changes(again.repo, index.read(again.repo))
        assert differing.keys() == {path}
    assert git("status", "--porcelain", cwd=ready.path, check=0).out == f" M {path}\n"


def test_an_edit_made_while_a_change_is_written_is_kept_and_stays_in_sight(ready, git, line) -> None:
    real = transaction._place

    def meanwhile(*args: object) -> None:
        (ready.path / PART).write_bytes(line(9, "By hand."))
        os.utime(ready.path / PART, ns=(10**18, 10**18))
        real(*args)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as busy, ready.writing("test"):
        busy.setattr(transaction, "_place", meanwhile)
        ready.write({PART: line(1, "Changed.")}, "Change one")

    assert (ready.path / PART).read_bytes() == line(9, "By hand.")
    assert git("status", "--porcelain", cwd=ready.path, check=0).out == f" M {PART}\n"
    assert index.work_changes(ready.repo, index.read(ready.repo)).keys() == {PART}


def test_an_untracked_file_is_not_overwritten_by_going_to_another_branch(ready, git, line) -> None:
    git("checkout", "-q", "-b", "side", cwd=ready.path, check=0)
    (ready.path / "notes.txt").write_text("committed on side\n")
    git("add", "notes.txt", cwd=ready.path, check=0)
    git("commit", "-qm", "Notes", cwd=ready.path, check=0)
    git("checkout", "-q", "main", cwd=ready.path, check=0)
    (ready.path / "notes.txt").write_text("mine, not committed\n")
    side = ready.repo.ref("refs/heads/side")
    assert side is not None

    try:
        with ready.writing("test"):
            ready.check_out("refs/heads/side", side)
    except Refused:
        assert ready.repo.head_ref() == "refs/heads/main"
    else:
        assert git("status", "--porcelain", cwd=ready.path, check=0).out == " M notes.txt\n"
    assert (ready.path / "notes.txt").read_text() == "mine, not committed\n"


def full(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def full_from(real: Callable[..., object], call: int) -> Callable[..., object]:
    """Works until the disk is full; what was written before stays writable (as git's own files are)."""
    calls = 0

    def completed(*args: object, **more: object) -> object:
        nonlocal calls
        calls += 1
        if calls == call:
            full()
        return real(*args, **more)

    return completed


PLACES = {
    "objects": (files.os, "fsync", 1),
    "later objects": (files.os, "fsync", 4),
    "the note": (files, "write_new", 1),
    "the files": (transaction, "fsync_files", 1),
    "a second file": (Path, "write_bytes", 2),
    "the index": (files, "write_new", 2),
    "the ref": (files, "write_new", 3),
}


@pytest.mark.parametrize("place", PLACES)
def test_a_disk_that_fills_up_leaves_everything_as_it_was(ready, git, line, place: str) -> None:
    before, old = state(ready), ready.repo.head()
    owner, name, call = PLACES[place]

    with pytest.MonkeyPatch.context() as disk:
        disk.setattr(owner, name, full_from(getattr(owner, name), call))
        with pytest.raises(Outside), ready.writing("test"):
            ready.write(change(line), "Change")

    with Dataset.open(ready.path) as again:
        assert (state(again), again.repo.head()) == (before, old)
    assert git("status", "--porcelain", cwd=ready.path, check=0).out == ""
    assert git("fsck", "--strict", cwd=ready.path, check=0).code == 0


@pytest.mark.parametrize("lock", ["index.lock", "refs/heads/main.lock"])
def test_a_lock_that_git_holds_refuses_the_change_for_good(ready, git, line, lock: str, monkeypatch) -> None:
    monkeypatch.setattr("talekeep.store.git.locks.PATIENCE", 0.1)
    before, old = state(ready), ready.repo.head()
    (ready.repo.git_dir / lock).write_bytes(b"")
    with pytest.raises(Refused, match="another git command"), ready.writing("test"):
        ready.write(change(line), "Change")
    ready.close()
    (ready.repo.git_dir / lock).unlink()

    with Dataset.open(ready.path) as again:
        assert (state(again), again.repo.head()) == (before, old)
    assert git("status", "--porcelain", cwd=ready.path, check=0).out == ""


def test_a_commit_made_meanwhile_is_never_lost(ready, git, line) -> None:
    before = state(ready)
    real = index.update

    def meanwhile(*args: object) -> None:
        busy.undo()
        real(*args)  # type: ignore[arg-type]
        tree = git("rev-parse", "HEAD^{tree}", cwd=ready.path, check=0).out.strip()
        theirs = git("commit-tree", tree, "-p", "HEAD", "-m", "Theirs", cwd=ready.path, check=0).out.strip()
        git("update-ref", "refs/heads/main", theirs, cwd=ready.path, check=0)

    with pytest.MonkeyPatch.context() as busy, ready.writing("test"):
        busy.setattr(index, "update", meanwhile)
        with pytest.raises(Refused, match="committed meanwhile"):
            ready.write(change(line), "Ours")

    assert git("log", "-1", "--format=%s", cwd=ready.path).out == "Theirs\n"
    with Dataset.open(ready.path) as again:
        assert state(again) == before
    assert git("status", "--porcelain", cwd=ready.path, check=0).out == ""


def test_a_note_that_is_not_ours_is_dropped(ready) -> None:
    note = transaction.folder(ready.repo) / "pending.json"
    for text in ("{", "[]", json.dumps({"old": None})):
        note.write_text(text)
        with Dataset.open(ready.path) as again:
            assert not transaction.is_interrupted(again.repo)


def test_a_note_is_left_to_its_living_writer(ready, line) -> None:
    with ready.writing("test"):
        (transaction.folder(ready.repo) / "pending.json").write_text("{}")
        with pytest.MonkeyPatch.context() as quick:
            quick.setattr("time.monotonic", iter(range(0, 10_000, 5)).__next__)
            with Dataset.open(ready.path) as other:
                assert transaction.is_interrupted(other.repo)


def test_what_another_program_committed_after_a_kill_is_not_undone(ready, git, line) -> None:
    interrupted(ready, "after the note", change(line))
    # Without hooks: they start Talekeep, which finishes the change first.
    (ready.path / NEXT).write_bytes(line(7, "Theirs."))
    git("add", "-A", cwd=ready.path, check=0)
    git("-c", "core.hooksPath=nowhere", "commit", "-q", "-m", "Theirs", cwd=ready.path, check=0)
    theirs = state(ready)

    with Dataset.open(ready.path) as again:
        assert state(again) == theirs
        assert not transaction.is_interrupted(again.repo)
    assert git("log", "-1", "--format=%s", cwd=ready.path).out == "Theirs\n"
    assert git("status", "--porcelain", cwd=ready.path, check=0).out == ""


def test_a_file_that_was_never_added_is_not_swept_into_a_commit(ready, git, line) -> None:
    mine = ready.path / "library/prompts.toml"
    mine.parent.mkdir(exist_ok=True)
    mine.write_text("# mine, not added yet\n")
    head = ready.repo.head()

    with ready.writing("test"), pytest.raises(Refused, match=r"library/prompts.toml has changes"):
        ready.write({"library/prompts.toml": b"[keeper]\nname = 'K'\n"}, "Add a prompt")

    assert mine.read_text() == "# mine, not added yet\n"
    assert ready.repo.head() == head
    assert git("status", "--porcelain", cwd=ready.path, check=0).out == "?? library/prompts.toml\n"
