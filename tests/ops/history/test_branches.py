"""Branches: made, listed, switched to, refused by name."""

import pytest

from talekeep.core.errors import NotFound
from talekeep.core.errors import Refused
from talekeep.ops.history import branches
from talekeep.ops.history import commit
from talekeep.store.dataset import Dataset


@pytest.fixture
def forked(dataset, take, talk) -> Dataset:
    """Two entries on main, and a branch `side` at the same commit."""
    take([talk("1", tags=["base"]), talk("2")])
    branches.create_branch(dataset, "side")
    return dataset


def on_side(dataset: Dataset, change) -> None:
    branches.switch(dataset, "side")
    change()
    commit.commit(dataset, "On side")
    branches.switch(dataset, "main")


def test_switching_puts_the_files_of_the_branch_in_place(forked, edit, git, entries) -> None:
    on_side(forked, lambda: edit("A friend of 1", "Theirs"))
    assert entries()[0]["messages"][1]["content"] == "A friend of 1"

    result = branches.switch(forked, "side")

    assert result.current == "side"
    assert entries()[0]["messages"][1]["content"] == "Theirs"
    assert git("status", "--porcelain", "--branch", cwd=forked.path).out == "## side\n"


def test_branches_are_listed_made_and_refused_by_name(forked) -> None:
    result = branches.branches(forked)
    assert (list(result.branches), result.current) == (["main", "side"], "main")
    assert result.branches["side"] == forked.repo.head()
    with pytest.raises(Refused, match="exists") as raised:
        branches.create_branch(forked, "side")
    assert raised.value.hint == "talekeep switch side"
    with pytest.raises(NotFound):
        branches.create_branch(forked, "new", start="nowhere")
    assert "new" not in branches.create_branch(forked, "new", dry_run=True).branches
    old = branches.create_branch(forked, "old", start="HEAD~1").branches["old"]
    assert old == forked.repo.resolve("HEAD~1")
    with pytest.raises(NotFound, match="no branch nowhere") as missing:
        branches.switch(forked, "nowhere")
    assert missing.value.hint == "talekeep branch nowhere"


def test_a_dry_switch_goes_nowhere(forked) -> None:
    assert branches.switch(forked, "side", dry_run=True).current == "main"


def test_a_new_branch_takes_the_changes_along(dataset, take, talk, edit, git) -> None:
    take([talk("1")])
    edit("A friend of 1", "Edited")
    before = git("status", "--porcelain", cwd=dataset.path).out

    assert branches.switch(dataset, "new", create=True).current == "new"

    assert git("status", "--porcelain", cwd=dataset.path).out == before != ""
    assert git("log", "-g", "-1", "--format=%gs", cwd=dataset.path).out == (
        "checkout: moving from main to new\n"
    )


@pytest.mark.parametrize("hindered", ["by a lock", "by a name that is taken"])
def test_a_new_branch_that_is_refused_leaves_everything_as_it_was(
    dataset, take, talk, monkeypatch: pytest.MonkeyPatch, hindered: str
) -> None:
    take([talk("1")])
    if hindered == "by a lock":

        def locked(ref: str, symbolic: str = "HEAD") -> None:
            raise Refused("HEAD is locked", "talekeep status")

        monkeypatch.setattr(dataset.refs._repo, "set_head", locked)
    else:
        branches.create_branch(dataset, "new")
    before = branches.branches(dataset)

    with pytest.raises(Refused):
        branches.switch(dataset, "new", create=True)

    assert branches.branches(dataset) == before
