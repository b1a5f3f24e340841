"""A command that fails has not happened, and one that happened does not say that it failed."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from talekeep.core.errors import Outside
from talekeep.core.errors import Refused
from talekeep.store import transaction
from talekeep.store.dataset import Dataset
from talekeep.store.git import merge_state
from talekeep.store.git.files import index

PART = "entries/0000/00000-aaaa.jsonl"


def state(top: Path, git) -> tuple[str, str, bytes]:
    """All that git knows of a work tree: HEAD, index and files."""
    rows = git("ls-files", "-s", cwd=top, check=0).out
    status = git("status", "--porcelain", cwd=top, check=0).out
    return git("rev-parse", "HEAD", cwd=top).out, rows + status, (top / PART).read_bytes()


STEPS: list[tuple[object, str]] = [
    (index, "update"),
    (index, "mark_unmerged"),
    (transaction, "_move"),
    (transaction, "_move_head"),
]


@pytest.mark.parametrize(
    "error", [OSError(5, "Input/output error"), Outside("the disk is full"), Refused("no")]
)
@pytest.mark.parametrize("step", STEPS, ids=[name for _, name in STEPS])
def test_an_error_before_the_ref_moves_gives_everything_back(
    dataset: Dataset, top: Path, line, save: Callable[..., str], git, monkeypatch, step, error: Exception
) -> None:
    save({PART: line(1)})
    (top / "README.md").write_text("staged\n")
    git("add", "README.md", cwd=top, check=0)
    before = state(top, git)
    module, name = step
    real, calls = getattr(module, name), []

    def failing(*args: object, **more: object) -> object:
        calls.append(name)
        if len(calls) == 1:
            raise error
        return real(*args, **more)

    monkeypatch.setattr(module, name, failing)
    with pytest.raises((Outside, Refused)):
        save({PART: line(2)})

    assert state(top, git) == before
    assert not transaction.is_interrupted(dataset.repo)
    save({PART: line(3)})
    assert (top / PART).read_bytes() == line(3)


def test_what_was_staged_of_the_same_file_is_staged_again(
    dataset: Dataset, top: Path, line, save: Callable[..., str], git, monkeypatch: pytest.MonkeyPatch
) -> None:
    save({PART: line(1)})
    (top / PART).write_bytes(line(2))
    # What a hand edit was is kept by whoever commits it in another spelling.
    dataset.repo.write_blobs([line(2)])
    before = state(top, git)
    monkeypatch.setattr(transaction, "_move_head", failing_with(OSError(28, "No space left on device")))

    with pytest.raises(Outside), dataset.writing("test"):
        dataset.write({PART: line(3)}, "x", sweep=dataset.now())

    assert state(top, git)[1] == before[1]


def failing_with(error: Exception) -> Callable[..., object]:
    def failing(*_: object, **__: object) -> object:
        raise error

    return failing


def test_a_merge_that_could_not_stop_here_is_not_under_way(
    dataset: Dataset, top: Path, line, save: Callable[..., str], git, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = save({PART: line(1)})
    before = state(top, git)
    blob = dataset.repo.write_blobs([line(2)])[0]
    real = merge_state.replace

    def failing(path: Path, data: bytes) -> None:
        if path.name == "MERGE_HEAD":
            raise Outside("the disk is full")
        real(path, data)

    monkeypatch.setattr(merge_state, "replace", failing)
    with pytest.raises(Outside), dataset.writing("test"):
        dataset.write({PART: line(2)}, "x", merging=first, commit=False, unmerged={PART: (blob, blob, blob)})

    assert state(top, git) == before
    assert dataset.merging is None
    assert not (top / ".git/MERGE_MSG").exists()


def test_where_taking_back_fails_too_the_next_command_takes_back(
    dataset: Dataset, top: Path, line, save: Callable[..., str], git
) -> None:
    save({PART: line(1)})
    before = state(top, git)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(transaction, "_move_head", failing_with(OSError(5, "Input/output error")))
        patch.setattr(index, "update", failing_with(OSError(5, "Input/output error")))
        with pytest.raises(Outside):
            save({PART: line(2)})

    with Dataset.open(top):
        pass

    assert state(top, git) == before


def test_after_the_ref_moved_the_answer_is_committed_but(
    dataset: Dataset, top: Path, line, save: Callable[..., str], git, monkeypatch: pytest.MonkeyPatch
) -> None:
    save({PART: line(1)})
    real = transaction._move_head

    def moved_and_failed(*args: object) -> None:
        real(*args)
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(transaction, "_move_head", moved_and_failed)
    with pytest.raises(Outside, match=r"committed as [0-9a-f]{7}, but") as caught:
        save({PART: line(2)})

    head = git("rev-parse", "HEAD", cwd=top, check=0).out
    assert head[:7] in caught.value.message
    monkeypatch.setattr(transaction, "_move_head", real)
    with Dataset.open(top) as again:
        assert not transaction.is_interrupted(again.repo)
        assert git("status", "--porcelain", cwd=top, check=0).out == ""
        assert (top / PART).read_bytes() == line(2)


def test_staging_is_for_its_owner_alone_and_swept(dataset: Dataset, top: Path, line, save) -> None:
    staging = top / ".git/talekeep/staging"
    staging.mkdir(exist_ok=True)
    (staging / "17").write_text("left by a killed command")

    save({PART: line(1)})

    assert not (staging / "17").exists()
    if os.name != "nt":
        assert staging.stat().st_mode & 0o077 == 0


def test_a_note_of_an_older_talekeep_is_carried_out(dataset: Dataset, top: Path, line, save, git) -> None:
    first = save({PART: line(1)})
    blob = dataset.repo.write_blobs([line(2)])[0]
    before = dataset.repo.blob_id(line(1))
    note = {"old": first, "commit": None, "subject": "x", "before": {PART: before}, "after": {PART: blob}}
    (top / ".git/talekeep/pending.json").write_text(json.dumps(note))

    with Dataset.open(top):
        assert (top / PART).read_bytes() == line(2)


def test_a_note_that_lies_there_although_the_disk_failed_is_never_carried_out(
    dataset: Dataset, top: Path, line, save: Callable[..., str], git, monkeypatch
) -> None:
    """Its folder could not be flushed after the rename: the command says that it failed, and so it has."""
    save({PART: line(1)})
    before = state(top, git)

    def failing(folder: Path) -> None:
        if (folder / "pending.json").exists():
            raise OSError(5, "Input/output error")

    with monkeypatch.context() as disk:
        disk.setattr("talekeep.store.files.fsync_folder", failing)
        with pytest.raises(Outside, match=r"pending\.json"):
            save({PART: line(2)})

    assert not transaction.is_interrupted(dataset.repo)
    Dataset.open(top).close()
    assert state(top, git) == before
