"""Tags put on entries and taken off: by current name, in order, one commit, and back again."""

import pytest

from talekeep.core.errors import NotFound
from talekeep.core.errors import Refused
from talekeep.core.errors import Usage
from talekeep.ops.history import commit
from talekeep.ops.library import tag_entries
from talekeep.ops.library import vocabulary
from talekeep.ops.merge import undo


@pytest.fixture
def three(take, talk):
    return take([talk("0", tags=["night"]), talk("1", tags=[], score=4), talk("2", tags=["night", "draft"])])


@pytest.fixture
def tags(entries):
    return lambda: [e["tags"] for e in entries()]


def test_adding_puts_each_tag_behind_the_others_once(dataset, three, tags, entries):
    result = tag_entries.add(dataset, ["draft", "Slow Burn", "draft"], where="")
    assert tags() == [
        ["night", "draft", "slow_burn"],
        ["draft", "slow_burn"],
        ["night", "draft", "slow_burn"],
    ]
    assert result.changed == [row.id for row in three.added]
    assert result.notes == ("slow_burn is not in the vocabulary: talekeep tag adopt slow_burn",)
    assert entries()[1]["score"] == 4
    text = dataset.repo.commit(result.commit).message
    assert text == "Tag 3 entries: draft, slow_burn\n\nTalekeep-Op: tag add\nTalekeep-Entries: +0 ~3 -0\n"


def test_adding_what_is_there_makes_no_commit(dataset, three):
    head = dataset.repo.head()
    assert tag_entries.add(dataset, ["night"], [three.added[0].id]).commit is None
    assert dataset.repo.head() == head


def test_adding_by_an_old_name_writes_the_current_one(dataset, three, tags):
    vocabulary.rename(dataset, "draft", "sketch")
    result = tag_entries.add(dataset, ["draft"], [three.added[1].id[:-1]])
    assert tags()[1] == ["sketch"]
    assert result.notes == ("draft is called sketch now",)


def test_an_entry_that_has_the_tag_by_an_old_name_gets_it_by_its_new_one(dataset, three, tags, edit):
    vocabulary.rename(dataset, "pacing", "tempo")
    edit('"tags":["night"]', '"tags":["pacing","night"]')
    commit.commit(dataset, "By hand")
    tag_entries.add(dataset, ["tempo"], where="")
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
        tag_entries.add(dataset, ["draft"], where="")
    assert caught.value.hint == "talekeep tag restore draft"
    tag_entries.remove(dataset, ["draft"], where="")
    assert tags()[2] == ["night"]


def test_removing_takes_every_spelling_and_old_name(dataset, take, talk, tags, edit):
    take([talk("0", tags=["night_watch"])])
    vocabulary.rename(dataset, "night_watch", "vigil")
    take([talk("1", tags=["y", "night_watch"])])
    edit('["vigil"]', '["Night Watch","x","vigil","Vigil!"]')
    commit.commit(dataset, "By hand")
    tag_entries.remove(dataset, ["vigil"], where="")
    assert tags() == [["x"], ["y"]]


def test_setting_and_clearing_put_others_in_place_of_all(dataset, three, tags):
    tag_entries.set_tags(dataset, ["恋愛", "draft"], [three.added[0].id, three.added[1].id])
    assert tags() == [["恋愛", "draft"], ["恋愛", "draft"], ["night", "draft"]]
    result = tag_entries.set_tags(dataset, [], where="tag:draft")
    assert tags() == [[], [], []]
    assert dataset.repo.commit(result.commit).message.startswith("Clear the tags of 3 entries\n")


def test_tags_that_are_no_list_are_kept_as_tags(dataset, three, tags, edit):
    edit('"tags":["night"]', '"tags":"Slow Burn"')
    edit('"tags":[]', '"tags":{"a":1}')
    commit.commit(dataset, "By hand")
    with pytest.raises(Refused, match="are an object"):
        tag_entries.add(dataset, ["draft"], where="")
    tag_entries.add(dataset, ["draft"], [three.added[0].id])
    assert tags()[:2] == [["slow_burn", "draft"], {"a": 1}]
    tag_entries.set_tags(dataset, ["draft"], [three.added[1].id])
    assert tags()[1] == ["draft"]


@pytest.mark.parametrize(
    ("call", "problem"),
    [
        (lambda d: tag_entries.add(d, ["!!"], where=""), Usage),
        (lambda d: tag_entries.add(d, ["x"]), Usage),
        (lambda d: tag_entries.add(d, ["x"], ["ffff"]), NotFound),
        (lambda d: tag_entries.add(d, ["x"], ["ffff"], where="tag:x"), Usage),
    ],
)
def test_what_makes_no_sense_changes_nothing(dataset, three, call, problem):
    head = dataset.repo.head()
    with pytest.raises(problem):
        call(dataset)
    assert dataset.repo.head() == head


def test_a_dry_run_says_what_would_change(dataset, three, tags):
    before = tags()
    result = tag_entries.set_tags(dataset, ["x"], where="", dry_run=True)
    assert [change.tags_added for change in result.changes] == [("x",)] * 3
    assert (tags(), result.commit) == (before, None)


@pytest.mark.parametrize(
    "call",
    [
        lambda d: tag_entries.add(d, ["x", "draft"], where=""),
        lambda d: tag_entries.remove(d, ["night"], where=""),
        lambda d: tag_entries.set_tags(d, ["x"], where=""),
        lambda d: tag_entries.set_tags(d, [], where=""),
    ],
)
def test_undo_brings_the_very_tree_back(dataset, three, call):
    before = dataset.head_tree()
    assert call(dataset).commit
    undo.undo(dataset)
    assert dataset.head_tree() == before
