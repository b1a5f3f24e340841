"""Undo and redo, of any operation, by a new commit: later edits stay, and a refusal changes nothing."""

import pytest

from talekeep.core.errors import Negative
from talekeep.core.errors import NotFound
from talekeep.core.errors import Refused
from talekeep.ops.history import branches
from talekeep.ops.history import commit
from talekeep.ops.merge import merge
from talekeep.ops.merge import undo
from talekeep.ops.workspace import validation
from talekeep.store.dataset import Dataset


@pytest.fixture
def edited(dataset, take, talk, edit) -> Dataset:
    """An import of two, an import of one more into the same part, an edit of entry 1."""
    take([talk("1"), talk("2")], "a.jsonl")
    take([talk("3")], "b.jsonl")
    edit("A friend of 1", "A stranger")
    commit.commit(dataset, "Edit one")
    return dataset


def texts(entries) -> list[str]:
    return [e["messages"][1]["content"] for e in entries()]


def files(dataset: Dataset) -> dict:
    return {p: p.read_bytes() for p in dataset.path.rglob("*") if ".git" not in p.parts and p.is_file()}


def test_the_newest_operation_is_undone_by_a_new_commit(edited, entries, git) -> None:
    before = edited.repo.head()

    result = undo.undo(edited)

    assert texts(entries) == ["A friend of 1", "A friend of 2", "A friend of 3"]
    assert (result.undone.id, result.entries) == (before, {"added": 0, "changed": 1, "removed": 0})
    made = edited.repo.commit(result.commit or "")
    assert made.parents == (before,)
    assert f"Talekeep-Undoes: {before}" in made.message
    assert "Talekeep-Op: undo" in made.message
    assert "friend" not in made.message
    assert git("status", "--porcelain", cwd=edited.path).out == ""
    assert validation.validate_at(edited).counts["error"] == 0


def test_redo_brings_back_exactly_what_was_there(edited) -> None:
    before = edited.head_tree()
    undo.undo(edited)

    result = undo.redo(edited)

    assert edited.head_tree() == before
    assert edited.repo.commit(result.commit or "").message.count("Talekeep-Op: redo") == 1
    with pytest.raises(Negative, match="nothing to redo"):
        undo.redo(edited)


def test_undo_goes_on_backwards_and_redo_forwards(edited, entries) -> None:
    trees = [edited.head_tree()]
    for _ in range(2):
        undo.undo(edited)
        trees.append(edited.head_tree())
    assert texts(entries) == ["A friend of 1", "A friend of 2"]

    undo.redo(edited)
    assert edited.head_tree() == trees[1]
    undo.redo(edited)
    assert edited.head_tree() == trees[0]


def test_everything_can_be_undone_and_redone(edited, entries, git) -> None:
    before = files(edited)
    for _ in range(3):
        undo.undo(edited)
    with pytest.raises(Negative, match="nothing to undo"):
        undo.undo(edited)
    assert entries() == []
    assert validation.validate_at(edited).counts["error"] == 0

    for _ in range(3):
        undo.redo(edited)

    assert files(edited) == before
    assert git("fsck", "--strict", cwd=edited.path).code == 0


def test_an_older_operation_is_undone_and_later_work_in_the_same_part_stays(
    edited, entries, take, talk
) -> None:
    second = edited.repo.resolve("HEAD~1")

    undo.undo(edited, second)
    assert texts(entries) == ["A stranger", "A friend of 2"]

    take([talk("4")], "c.jsonl")
    assert texts(entries) == ["A stranger", "A friend of 2", "A friend of 4"]


def test_the_import_that_began_a_part_is_undone_and_what_came_later_stays(
    dataset, take, talk, entries
) -> None:
    first = take([talk("1"), talk("2")], "a.jsonl").commit
    take([talk("3")], "b.jsonl")

    result = undo.undo(dataset, first)

    assert texts(entries) == ["A friend of 3"]
    assert result.entries["removed"] == 2
    now = dataset.now()
    assert [e for p in now.parts() for e in now.sidecars(p)] == [entries()[0]["id"]]
    assert validation.validate_at(dataset).counts["error"] == 0


def test_an_edit_beside_the_undone_one_stays(edited, edit, entries) -> None:
    first = edited.repo.head()
    edit('"content":"1"', '"content":"One?"')
    commit.commit(edited, "Edit the question")

    undo.undo(edited, first)

    assert [m["content"] for m in entries()[0]["messages"]] == ["One?", "A friend of 1"]


def test_a_later_edit_of_the_same_place_stands_in_the_way_and_nothing_changes(edited, edit) -> None:
    first = edited.repo.head()
    edit("A stranger", "Somebody else entirely")
    commit.commit(edited, "Edit again")
    before = files(edited), edited.repo.refs()

    with pytest.raises(Negative, match="later edits") as text:
        undo.undo(edited, first)

    assert (files(edited), edited.repo.refs()) == before
    assert edited.now().entries()
    assert text.value.hint == "undo what came later first: talekeep log --ops lists it"
    assert edited.merging is None


def test_an_undo_that_cannot_be_redone_is_told_as_that(edited, edit) -> None:
    undone = undo.undo(edited).commit or ""
    edit("A friend of 1", "Somebody else entirely")
    commit.commit(edited, "Edit again")

    with pytest.raises(Negative, match=f"^{undone[:7]} cannot be redone: later edits touch the same places"):
        undo.redo(edited)


def test_an_undo_of_a_merge_takes_back_what_it_brought(edited, edit, take, talk, entries) -> None:
    branches.create_branch(edited, "side")
    branches.switch(edited, "side")
    take([talk("9")], "s.jsonl")
    edit("A friend of 2", "From the side")
    commit.commit(edited, "On side")
    branches.switch(edited, "main")
    edit("A friend of 3", "On main")
    commit.commit(edited, "On main")
    merged = merge.merge(edited, "side").commit

    result = undo.undo(edited)

    assert result.undone.id == merged
    assert texts(entries) == ["A stranger", "A friend of 2", "On main"]
    undo.redo(edited)
    assert sorted(texts(entries)) == sorted(["A stranger", "From the side", "On main", "A friend of 9"])


def test_uncommitted_work_is_never_touched(edited, edit, entries) -> None:
    edit("A friend of 2", "Half a thought")
    before = files(edited), edited.repo.head()

    with pytest.raises(Refused, match="not committed"):
        undo.undo(edited)
    assert (files(edited), edited.repo.head()) == before

    edit("Half a thought", "A friend of 2")
    (edited.path / "README.md").write_text("A new card.")
    undo.undo(edited)
    assert (edited.path / "README.md").read_text() == "A new card."
    assert texts(entries)[0] == "A friend of 1"


def test_a_dry_run_says_the_same_and_writes_nothing(edited) -> None:
    before = files(edited), edited.repo.refs()

    result = undo.undo(edited, dry_run=True)

    assert (files(edited), edited.repo.refs()) == before
    assert result.commit is None
    assert undo.undo(edited).entries == result.entries


def test_what_is_undone_already_or_elsewhere_or_first_is_refused(edited) -> None:
    branches.create_branch(edited, "old", start="HEAD~1")
    newest = str(edited.repo.head())
    undo.undo(edited)

    with pytest.raises(Negative, match="undone already") as text:
        undo.undo(edited, newest)
    assert text.value.hint == "talekeep redo"
    with pytest.raises(NotFound):
        undo.undo(edited, "0000000")
    with pytest.raises(Refused, match="first commit"):
        undo.undo(edited, undo.operations(edited)[-1].id)
    branches.switch(edited, "old")
    with pytest.raises(NotFound, match="not behind"):
        undo.undo(edited, newest)


def test_operations_say_what_each_was_and_whether_it_holds(edited) -> None:
    undo.undo(edited)

    result = undo.operations(edited)

    assert [(o.operation, o.undone) for o in result] == [
        ("undo", False),
        ("commit", True),
        ("import", False),
        ("import", False),
        ("init", False),
    ]
    assert result[0].undoes == result[1].id
    assert undo.operations(edited, 2) == result[:2]
    undo.redo(edited)
    assert [(o.operation, o.undone) for o in undo.operations(edited, 3)] == [
        ("redo", False),
        ("undo", True),
        ("commit", False),
    ]


def test_an_undo_during_a_merge_is_refused(edited, edit) -> None:
    branches.create_branch(edited, "side")
    for branch in ("side", "main"):
        branches.switch(edited, branch)
        edit("A friend of 2", f"On {branch}")
        commit.commit(edited, branch)
    merge.merge(edited, "side")

    with pytest.raises(Refused, match="merge is under way"):
        undo.undo(edited)
    assert edited.merging
