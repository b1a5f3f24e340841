"""Snapshots: a commit gets a name that stays."""

import pytest

from talekeep.core.errors import NotFound
from talekeep.core.errors import Refused
from talekeep.ops.history import branches
from talekeep.ops.history import commit
from talekeep.ops.history import diff
from talekeep.ops.history import log
from talekeep.ops.history import snapshots
from talekeep.store.dataset import Dataset


def test_a_snapshot_is_a_revision_and_keeps_its_note(dataset, take, talk, edit) -> None:
    take([talk("1")])
    head = dataset.repo.head()
    result = snapshots.snapshot(dataset, "first-draft", note="before the rewrite\n")
    edit("A friend", "No friend")
    commit.commit(dataset)

    assert result.made == snapshots.snapshots(dataset).snapshots[0]
    assert result.made is not None
    assert (result.made.name, result.made.commit, result.made.note) == (
        "first-draft",
        head,
        "before the rewrite",
    )
    assert result.made.time.endswith("Z")
    assert "Tess Tester" in result.made.author
    assert dataset.repo.resolve("first-draft") == head
    assert [c.kind for c in diff.diff(dataset, "first-draft", "HEAD").changes] == ["changed"]
    assert log.log(dataset, revision="first-draft")[0].id == head


def test_a_snapshot_of_an_older_commit(dataset, take, talk) -> None:
    take([talk("1")])
    first = dataset.repo.head()
    take([talk("2")], "b.jsonl")

    result = snapshots.snapshot(dataset, "old", revision="HEAD~1")

    assert result.made is not None
    assert result.made.commit == first
    with pytest.raises(NotFound):
        snapshots.snapshot(dataset, "older", revision="HEAD~9")


def test_a_name_in_use_is_refused_and_stays_where_it_was(dataset, take, talk) -> None:
    take([talk("1")])
    snapshots.snapshot(dataset, "kept")
    at = dataset.repo.resolve("kept")
    take([talk("2")], "b.jsonl")
    branches.create_branch(dataset, "side")

    for dry_run in (True, False):
        with pytest.raises(Refused, match="the snapshot kept exists"):
            snapshots.snapshot(dataset, "kept", dry_run=dry_run)
        with pytest.raises(Refused, match="a branch side"):
            snapshots.snapshot(dataset, "side", dry_run=dry_run)
        with pytest.raises(Refused, match="no name"):
            snapshots.snapshot(dataset, "no name", dry_run=dry_run)
    assert dataset.repo.resolve("kept") == at
    assert [s.name for s in snapshots.snapshots(dataset).snapshots] == ["kept"]


def test_a_dry_run_makes_none(dataset, take, talk) -> None:
    take([talk("1")])

    result = snapshots.snapshot(dataset, "tried", dry_run=True)

    assert result.made is not None
    assert result.made.commit == dataset.repo.head()
    assert snapshots.snapshots(dataset).snapshots == []


def test_it_says_when_the_folder_has_more_than_it_holds(dataset, take, talk, edit) -> None:
    take([talk("1")])
    assert not snapshots.snapshot(dataset, "clean").uncommitted
    edit("A friend", "No friend")

    assert snapshots.snapshot(dataset, "dirty").uncommitted
    assert not snapshots.snapshot(dataset, "past", revision="HEAD~1").uncommitted


def test_there_has_to_be_a_commit(tmp_path, dataset, git) -> None:
    git("checkout", "-q", "--orphan", "fresh", cwd=dataset.path, check=0)
    with Dataset.open(dataset.path) as opened, pytest.raises(Refused, match="nothing is committed"):
        snapshots.snapshot(opened, "empty")
