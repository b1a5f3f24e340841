"""What one side said of an entry goes where the other put it; with a removed one it goes, and is told."""

import json

import pytest

from talekeep.core import reviews
from talekeep.ops.entries import replace
from talekeep.ops.entries import split_join
from talekeep.ops.history import branches
from talekeep.ops.history import commit
from talekeep.ops.history import restore
from talekeep.ops.library import tag_entries
from talekeep.ops.merge import merge
from talekeep.ops.quality import review


@pytest.fixture(params=["imported", "bare"])
def forked(dataset, take, talk, request):
    """Three entries, with a sidecar line each or none, and a branch `side`."""
    take([talk(f"Number {n} of the evenings at the lamp") for n in range(3)])
    if request.param == "bare":
        (file,) = (dataset.path / "sidecars").rglob("*.jsonl")
        file.write_bytes(b"")
        commit.commit(dataset, "Without sources")
    branches.create_branch(dataset, "side")
    return dataset


def ids(dataset):
    return [line.value["id"] for line in dataset.now().entries()]


def sidecars(dataset):
    files = (dataset.path / "sidecars").rglob("*.jsonl")
    return {(row := json.loads(line))["id"]: row for file in files for line in file.read_bytes().splitlines()}


def met(dataset, here, there):
    """The branch `side` merged into main, each with its change."""
    branches.switch(dataset, "side")
    there()
    branches.switch(dataset, "main")
    here()
    return merge.merge(dataset, "side")


def annotate(dataset, name, **more):
    (file,) = (dataset.path / "sidecars").rglob("*.jsonl")
    lines = {(row := json.loads(line))["id"]: row for line in file.read_bytes().splitlines()}
    lines[name] = {"id": name, **lines.get(name, {}), **more}
    file.write_text("".join(json.dumps(line) + "\n" for line in lines.values()))
    commit.commit(dataset, "Note")


@pytest.mark.parametrize("reviewer", ["here", "there"])
def test_a_review_goes_with_an_entry_that_the_other_side_removed_and_the_answer_tells(forked, reviewer):
    first, gone, last = ids(forked)
    changes = [
        lambda: review.review(forked, "approved", [gone], by="anna", note="the fog works"),
        lambda: split_join.remove(forked, [gone]),
    ]
    result = met(forked, *(changes if reviewer == "here" else reversed(changes)))

    assert (result.conflicts, ids(forked)) == ([], [first, last])
    assert gone not in sidecars(forked)
    assert result.findings == []
    (left,) = result.left
    assert left.entry == gone
    assert left.sidecar["reviews"]["anna"]["note"] == "the fog works"
    restore.restore(forked, [gone], source=left.commit)
    assert reviews.reviews_of(sidecars(forked)[gone])["anna"][0]["verdict"] == "approved"


def test_what_both_sides_knew_of_a_removed_entry_is_not_told(forked):
    first, gone, last = ids(forked)
    review.review(forked, "approved", [gone], by="anna")
    branches.switch(forked, "side")
    merge.merge(forked, "main")
    result = met(
        forked,
        lambda: split_join.remove(forked, [gone]),
        lambda: review.review(forked, "rejected", [gone, first], by="ben"),
    )
    assert result.conflicts == []
    assert [(row.entry, [*row.sidecar["reviews"]]) for row in result.left] == [(gone, ["ben"])]
    assert [*sidecars(forked)[first]["reviews"]] == ["ben"]
    assert ids(forked) == [first, last]


@pytest.mark.parametrize("renames", [False, True])
def test_a_review_and_a_note_of_an_entry_that_was_joined_stand_beside_the_whole(forked, renames):
    first, gone, last = ids(forked)

    def joins():
        split_join.join(forked, [first, gone])
        if renames:
            replace.replace(forked, replace.Search("Number"), "Evening", where="words>0")

    def says():
        review.review(forked, "needs_edit", [gone], by="anna")
        annotate(forked, gone, note="Too bright.")

    result = met(forked, joins, says)

    assert (result.conflicts, result.left, ids(forked)) == ([], [], [first, last])
    known = sidecars(forked)
    assert gone not in known
    assert known[first]["note"] == "Too bright."
    assert known[first]["reviews"]["anna"]["verdict"] == "needs_edit"
    assert [item["id"] for item in known[first]["joined"]] == [gone]


def test_an_entry_that_was_tagged_and_reviewed_and_removed_elsewhere_is_in_question(forked):
    _, gone, _ = ids(forked)

    def says():
        tag_entries.add(forked, ["romance"], [gone])
        review.review(forked, "approved", [gone], by="anna")

    result = met(forked, says, lambda: split_join.remove(forked, [gone]))
    assert {(row.entry, row.path) for row in result.conflicts} == {(gone, ())}
    assert result.left == []
    assert "anna" in sidecars(forked)[gone]["reviews"]


def test_the_answer_names_who_had_reviewed_what_was_removed_and_how_to_have_it_back(forked, run):
    _, gone, _ = ids(forked)
    branches.switch(forked, "side")
    review.review(forked, "approved", [gone], by="anna")
    branches.switch(forked, "main")
    split_join.remove(forked, [gone])
    side = forked.history.resolve("side")

    merged = run("-C", forked.path, "merge", "side", check=0).out

    assert f"{gone} was removed, and the review of anna went with it" in merged
    assert f"talekeep restore {gone} --rev {side[:7]}" in merged
    assert run("-C", forked.path, "restore", gone, "--from", side[:7], check=0)
    assert "anna" in sidecars(forked)[gone]["reviews"]


def test_a_review_finds_the_entry_that_was_moved_to_another_part(forked):
    moved = ids(forked)[2]

    def moves():
        (file,) = (forked.path / "entries").rglob("*.jsonl")
        lines = file.read_bytes().splitlines(keepends=True)
        file.write_bytes(b"".join(lines[:2]))
        file.with_name("00001-abcd.jsonl").write_bytes(lines[2])
        beside = forked.path / "sidecars" / file.parent.name / file.name
        known = beside.read_bytes().splitlines(keepends=True)
        beside.write_bytes(b"".join(known[:2]))
        beside.with_name("00001-abcd.jsonl").write_bytes(b"".join(known[2:]))
        commit.commit(forked, "Move")

    result = met(forked, moves, lambda: review.review(forked, "approved", [moved], by="anna"))

    assert (result.conflicts, result.left) == ([], [])
    (beside,) = (forked.path / "sidecars").rglob("00001-abcd.jsonl")
    assert json.loads(beside.read_bytes())["reviews"]["anna"]["verdict"] == "approved"
    assert [*sidecars(forked)].count(moved) == 1
