"""Changes collected first, then validated, written and committed as one."""

import pytest

from talekeep.core.errors import Refused
from talekeep.ops.merge import undo
from talekeep.ops.workspace.changeset import Draft
from talekeep.ops.workspace.select import chosen
from talekeep.ops.workspace.validation import Invalid


def draft(dataset, do, subject="Test", **options):
    with dataset.writing("test"):
        made = Draft(dataset)
        do(made, chosen(dataset, made.now, [], ""))
        return made.finish(subject, "test", **options)


@pytest.fixture
def three(take, talk):
    return take([talk(f"Question {n}?") for n in range(3)])


def texts(entries):
    return [e["messages"][0]["content"] for e in entries()]


def test_changing_one_entry_keeps_every_byte_of_the_others(dataset, three, entries):
    before = [line.data for line in dataset.now().entries()]
    result = draft(dataset, lambda d, all_: d.change(all_[1], {**all_[1].entry, "note": "kept"}))
    after = [line.data for line in dataset.now().entries()]
    assert (after[0], after[2]) == (before[0], before[2])
    assert entries()[1]["note"] == "kept"
    assert (result.made, result.changed, result.retired) == ([], [three.added[1].id], [])
    assert "Talekeep-Op: test\nTalekeep-Entries: +0 ~1 -0" in dataset.repo.commit(result.commit).message


def test_one_entry_in_place_of_which_two_stand_keeps_the_order(dataset, three, entries, talk):
    def divide(d, all_):
        halves = [({"id": d.mint(), **talk(name)}, {"note": name}) for name in ("left", "right")]
        d.replace(all_[1], halves)

    result = draft(dataset, divide)
    assert texts(entries) == ["Question 0?", "left", "right", "Question 2?"]
    part = dataset.now().parts()[0]
    assert [line.get("note") for line in dataset.now().sidecars(part).values()] == [
        None,
        None,
        "left",
        "right",
    ]
    assert (len(result.made), result.retired) == (2, [three.added[1].id])


def test_changing_and_appending_in_one_part_both_happen(dataset, three, entries, talk):
    def both(d, all_):
        d.append({"id": d.mint(), **talk("new")}, {"note": "n"})
        d.change(all_[0], {**all_[0].entry, "tags": ["x"]})
        d.annotate(all_[0], {**all_[0].sidecar, "note": "old"})

    draft(dataset, both)
    assert texts(entries) == ["Question 0?", "Question 1?", "Question 2?", "new"]
    result = dataset.now().sidecars(dataset.now().parts()[0])
    assert [line.get("note") for line in result.values()] == ["old", None, None, "n"]


def test_removing_takes_the_sidecar_line_along_and_undo_brings_the_very_tree_back(dataset, three):
    before = dataset.head_tree()
    draft(dataset, lambda d, all_: d.remove(all_[1]))
    assert len(dataset.now().sidecars(dataset.now().parts()[0])) == 2
    undo.undo(dataset)
    assert dataset.head_tree() == before


def test_undo_takes_away_a_file_its_operation_began(dataset, three):
    before = dataset.head_tree()
    draft(dataset, lambda d, _: d.set_file("library/prompts.toml", b'[a]\nname = "A"\ncontent = "x"\n'))
    undo.undo(dataset)
    assert dataset.head_tree() == before


def test_a_dry_run_says_what_would_change_and_writes_nothing(dataset, three):
    before = dataset.head_tree()
    result = draft(dataset, lambda d, all_: d.change(all_[0], {**all_[0].entry, "x": 1}), dry_run=True)
    assert [change.id for change in result.changes] == [three.added[0].id]
    assert result.commit is None
    assert dataset.head_tree() == before
    assert not dataset.now().differing(dataset.of_tree(before))


def test_an_error_stops_it_and_nothing_is_written(dataset, three):
    before = dataset.head_tree()
    with pytest.raises(Invalid, match="S101"):
        draft(dataset, lambda d, all_: d.change(all_[0], {"id": all_[0].entry["id"]}))
    assert not dataset.now().differing(dataset.of_tree(before))


def test_uncommitted_work_on_the_same_part_is_not_swept_in(dataset, three, edit):
    edit("Question 2?", "Question two?")
    with pytest.raises(Refused, match="not committed"):
        draft(dataset, lambda d, all_: d.change(all_[0], {**all_[0].entry, "x": 1}))


def test_nothing_to_change_makes_no_commit(dataset, three):
    head = dataset.repo.head()
    result = draft(dataset, lambda d, all_: d.change(all_[0], all_[0].entry))
    assert (result.commit, result.files, dataset.repo.head()) == (None, [], head)
