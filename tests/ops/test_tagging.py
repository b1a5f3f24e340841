"""Tags put on entries and taken off: by current name, in order, one commit, and back again."""

import pytest

from talekeep.core.errors import NotFound
from talekeep.core.errors import Refused
from talekeep.core.errors import Usage
from talekeep.ops import history
from talekeep.ops import tagging
from talekeep.ops import undoing
from talekeep.ops import vocabulary


@pytest.fixture
def three(take, talk):
    return take([talk("0", tags=["night"]), talk("1", tags=[], score=4), talk("2", tags=["night", "draft"])])


@pytest.fixture
def tags(entries):
    return lambda: [e["tags"] for e in entries()]


def test_adding_puts_each_tag_behind_the_others_once(dataset, three, tags, entries):
    done = tagging.add(dataset, ["draft", "Slow Burn", "draft"], where="")
    assert tags() == [
        ["night", "draft", "slow_burn"],
        ["draft", "slow_burn"],
        ["night", "draft", "slow_burn"],
    ]
    assert done.changed == [row.id for row in three.added]
    assert done.notes == ("slow_burn is not in the vocabulary: talekeep tag adopt slow_burn",)
    assert entries()[1]["score"] == 4
    text = dataset.repo.commit(done.commit).message
    assert text == "Tag 3 entries\n\nTalekeep-Op: tag add\nTalekeep-Entries: +0 ~3 -0\n"


def test_adding_what_is_there_makes_no_commit(dataset, three):
    head = dataset.repo.head()
    assert tagging.add(dataset, ["night"], [three.added[0].id]).commit is None
    assert dataset.repo.head() == head


def test_adding_by_an_old_name_writes_the_current_one(dataset, three, tags):
    vocabulary.rename(dataset, "draft", "sketch")
    done = tagging.add(dataset, ["draft"], [three.added[1].id[:-1]])
    assert tags()[1] == ["sketch"]
    assert done.notes == ("draft is called sketch now",)


def test_an_entry_that_has_the_tag_by_an_old_name_gets_it_by_its_new_one(dataset, three, tags, edit):
    vocabulary.rename(dataset, "pacing", "tempo")
    edit('"tags":["night"]', '"tags":["pacing","night"]')
    history.commit(dataset, "By hand")
    tagging.add(dataset, ["tempo"], where="")
    assert tags()[0] == ["tempo", "night"]


@pytest.mark.parametrize(
    ("retire", "state"),
    [
        (lambda d: vocabulary.archive(d, ["draft"]), "archived"),
        (lambda d: vocabulary.archive(d, ["draft"], hidden=True), "hidden"),
        (lambda d: vocabulary.delete(d, ["draft"]), "deleted"),
    ],
)
def test_a_tag_that_is_not_offered_is_refused_and_can_still_be_taken_off(dataset, three, tags, retire, state):
    retire(dataset)
    with pytest.raises(Refused, match=f"the tag draft is {state}") as caught:
        tagging.add(dataset, ["draft"], where="")
    assert caught.value.hint == "talekeep tag restore draft"
    tagging.remove(dataset, ["draft"], where="")
    assert tags()[2] == ["night"]


def test_removing_takes_every_spelling_and_old_name(dataset, take, talk, tags, edit):
    take([talk("0", tags=["night_watch"])])
    vocabulary.rename(dataset, "night_watch", "vigil")
    take([talk("1", tags=["y", "night_watch"])])
    edit('["vigil"]', '["Night Watch","x","vigil","Vigil!"]')
    history.commit(dataset, "By hand")
    tagging.remove(dataset, ["vigil"], where="")
    assert tags() == [["x"], ["y"]]


def test_setting_and_clearing_put_others_in_place_of_all(dataset, three, tags):
    tagging.put(dataset, ["恋愛", "draft"], [three.added[0].id, three.added[1].id])
    assert tags() == [["恋愛", "draft"], ["恋愛", "draft"], ["night", "draft"]]
    done = tagging.put(dataset, [], where="tag:draft")
    assert tags() == [[], [], []]
    assert dataset.repo.commit(done.commit).message.startswith("Clear the tags of 3 entries\n")


def test_tags_that_are_no_list_are_kept_as_tags(dataset, three, tags, edit):
    edit('"tags":["night"]', '"tags":"Slow Burn"')
    edit('"tags":[]', '"tags":{"a":1}')
    history.commit(dataset, "By hand")
    with pytest.raises(Refused, match="are an object"):
        tagging.add(dataset, ["draft"], where="")
    tagging.add(dataset, ["draft"], [three.added[0].id])
    assert tags()[:2] == [["slow_burn", "draft"], {"a": 1}]
    tagging.put(dataset, ["draft"], [three.added[1].id])
    assert tags()[1] == ["draft"]


@pytest.mark.parametrize(
    ("call", "problem"),
    [
        (lambda d: tagging.add(d, ["!!"], where=""), Usage),
        (lambda d: tagging.add(d, ["x"]), Usage),
        (lambda d: tagging.add(d, ["x"], ["ffff"]), NotFound),
        (lambda d: tagging.add(d, ["x"], ["ffff"], where="tag:x"), Usage),
    ],
)
def test_what_makes_no_sense_changes_nothing(dataset, three, call, problem):
    head = dataset.repo.head()
    with pytest.raises(problem):
        call(dataset)
    assert dataset.repo.head() == head


def test_a_dry_run_says_what_would_change(dataset, three, tags):
    before = tags()
    done = tagging.put(dataset, ["x"], where="", dry_run=True)
    assert [change.tags_added for change in done.changes] == [("x",)] * 3
    assert (tags(), done.commit) == (before, None)


@pytest.mark.parametrize(
    "call",
    [
        lambda d: tagging.add(d, ["x", "draft"], where=""),
        lambda d: tagging.remove(d, ["night"], where=""),
        lambda d: tagging.put(d, ["x"], where=""),
        lambda d: tagging.put(d, [], where=""),
    ],
)
def test_undo_brings_the_very_tree_back(dataset, three, call):
    before = dataset.head_tree()
    assert call(dataset).commit
    undoing.undo(dataset)
    assert dataset.head_tree() == before
