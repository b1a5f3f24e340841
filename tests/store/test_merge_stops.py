"""A merge that stops, and one that ends, happen whole or not at all; giving up brings everything back."""

import pytest

from talekeep.store import transaction
from talekeep.store.dataset import Dataset
from talekeep.store.git import merge_state
from talekeep.store.git.files import index
from talekeep.store.git.repository import Repository

PART = "entries/0000/00000-aaaa.jsonl"
NEXT = "entries/0000/00001-bbbb.jsonl"


class Killed(BaseException):
    """The process ends here: nothing that comes after is run."""


def kill(*_: object, **__: object) -> None:
    raise Killed


def after(real):
    def completed(*args, **more):
        real(*args, **more)
        raise Killed

    return completed


STEPS = {
    "before the note": (transaction, "replace", kill),
    "after the note": (transaction, "finish", kill),
    "before the files": (transaction, "_move", kill),
    "after the files": (transaction, "_place", after(transaction._place)),
    "after the settled paths": (index, "update", after(index.update)),
    "after the unmerged paths": (index, "mark_unmerged", after(index.mark_unmerged)),
    "while the merge is noted": (merge_state, "replace", kill),
    "after the merge is noted": (merge_state, "begin", after(merge_state.begin)),
}
ENDING = {
    "in the ref": (Repository, "_log_move", kill),
    "after the ref": (Repository, "set_ref", after(Repository.set_ref)),
    "before the merge is forgotten": (merge_state, "end", kill),
    "after the merge is forgotten": (merge_state, "end", after(merge_state.end)),
}


@pytest.fixture
def ready(dataset, line, save) -> tuple[Dataset, str]:
    """A dataset of one part, and a commit beside HEAD to merge."""
    save({PART: line(1)})
    base = str(dataset.repo.head())
    with dataset.writing("test"):
        side = dataset.write({PART: line(1, "Theirs.")}, "Side")
    dataset.repo.set_ref("refs/heads/main", base, side, "back")
    with dataset.writing("test"):
        transaction.stop_merging(dataset.repo)
    return dataset, str(side)


def stop(dataset: Dataset, side: str, line) -> None:
    """Stop a merge: one part in conflict, one settled."""
    oids = dataset.repo.write_blobs([line(1), line(1, "Ours."), line(1, "Theirs.")])
    files = {PART: line(1, "Both of them."), NEXT: line(2)}
    with dataset.writing("merge"):
        dataset.write(files, "Merge side\n", merging=side, commit=False, unmerged={PART: tuple(oids)})


def state(dataset: Dataset, git) -> tuple:
    tracked = {p.name: p.read_bytes() for p in sorted(dataset.path.rglob("*.jsonl")) if ".git" not in p.parts}
    return tracked, git("ls-files", "-s", cwd=dataset.path).out, dataset.repo.head(), dataset.merging


@pytest.mark.parametrize("step", STEPS)
def test_a_kill_while_a_merge_stops_leaves_the_old_state_or_the_stopped_merge(ready, git, line, step) -> None:
    dataset, side = ready
    before = state(dataset, git)
    owner, name, instead = STEPS[step]
    with pytest.MonkeyPatch.context() as broken:
        broken.setattr(owner, name, instead)
        with pytest.raises(Killed):
            stop(dataset, side, line)
    dataset.close()

    with Dataset.open(dataset.path) as again:
        result = state(again, git)
        if step == "before the note":
            assert result == before
            return
        assert result[0] == {"00000-aaaa.jsonl": line(1, "Both of them."), "00001-bbbb.jsonl": line(2)}
        assert (result[2], result[3]) == (before[2], side)
        assert index.read(again.repo).unmerged == (PART,)
        rows = git("ls-files", "-u", cwd=again.path).out.splitlines()
        assert [row.split()[2] for row in rows] == ["1", "2", "3"]
        assert merge_state.Unfinished(again.repo).message() == "Merge side\n"
        assert not transaction.is_interrupted(again.repo)


@pytest.mark.parametrize("step", ENDING)
def test_a_kill_while_a_merge_ends_leaves_one_merge_commit_and_no_merge_under_way(
    ready, git, line, step
) -> None:
    dataset, side = ready
    ours = dataset.repo.head()
    owner, name, instead = ENDING[step]
    with pytest.MonkeyPatch.context() as broken:
        broken.setattr(owner, name, instead)
        with pytest.raises(Killed), dataset.writing("merge"):
            dataset.write({PART: line(1, "Theirs.")}, "Merge side\n", merging=side)
    dataset.close()

    with Dataset.open(dataset.path) as again:
        assert again.repo.commit(str(again.repo.head())).parents == (ours, side)
        assert again.merging is None
    assert git("status", "--porcelain", cwd=dataset.path).out == ""
    assert git("fsck", "--strict", cwd=dataset.path, check=0).code == 0


@pytest.mark.parametrize("step", ["after the note", "after the files", "after the settled paths"])
def test_a_kill_while_giving_up_is_finished_by_the_next_command(ready, git, line, step) -> None:
    dataset, side = ready
    before = state(dataset, git)
    stop(dataset, side, line)
    owner, name, instead = STEPS[step]
    with pytest.MonkeyPatch.context() as broken:
        broken.setattr(owner, name, instead)
        with pytest.raises(Killed), dataset.writing("merge --abort"):
            dataset.stop_merging()
    dataset.close()

    with Dataset.open(dataset.path) as again:
        assert state(again, git) == before
    assert git("status", "--porcelain", cwd=dataset.path).out == ""


def test_giving_up_leaves_untracked_files_alone(ready, git, line) -> None:
    dataset, side = ready
    stop(dataset, side, line)
    (dataset.path / "notes.txt").write_text("mine")

    with dataset.writing("merge --abort"):
        dataset.stop_merging()

    assert (dataset.path / "notes.txt").read_text() == "mine"
    assert git("status", "--porcelain", cwd=dataset.path).out == "?? notes.txt\n"
