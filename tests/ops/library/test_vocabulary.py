"""Changes of the vocabulary: entries follow, one commit each, and undo gives the very tree back."""

from contextlib import suppress
from random import Random

import pytest

from talekeep.core.errors import NotFound
from talekeep.core.errors import Refused
from talekeep.core.errors import Usage
from talekeep.library import tags as library
from talekeep.ops.history import branches
from talekeep.ops.history import commit
from talekeep.ops.library import tag_counts
from talekeep.ops.library import tag_entries
from talekeep.ops.library import vocabulary
from talekeep.ops.merge import merge
from talekeep.ops.merge import resolve
from talekeep.ops.merge import undo
from talekeep.store import libraries


@pytest.fixture
def three(dataset, take, talk, edit):
    took = take([talk("0", tags=["draft", "night", "foggy"]), talk("1"), talk("2", tags=["foggy", "foggy2"])])
    edit('"foggy2"', '"Foggy!"')
    commit.commit(dataset, "By hand")
    return took


@pytest.fixture
def tags(entries):
    return lambda: [e["tags"] for e in entries()]


@pytest.fixture
def own(dataset):
    return lambda: libraries.vocabulary(dataset.now())


def test_a_rename_rewrites_entries_in_place_and_once(dataset, three, tags, own):
    result = vocabulary.rename(dataset, "foggy", "Fog Bank")
    assert tags() == [["draft", "night", "fog_bank"], [], ["fog_bank"]]
    assert own().aliases == {"foggy": "fog_bank"}
    assert result.changed == [three.added[0].id, three.added[2].id]
    text = dataset.repo.commit(result.commit).message
    assert text == "Rename 1 tag on 2 entries\n\nTalekeep-Op: tag rename\nTalekeep-Entries: +0 ~2 -0\n"


def test_a_rename_and_back_gives_the_entries_back(dataset, three, tags, own):
    vocabulary.create(dataset, ["dusk"])
    tag_entries.add(dataset, ["dusk"], where="")
    before = tags()
    vocabulary.rename(dataset, "dusk", "twilight")
    vocabulary.rename(dataset, "twilight", "dusk")
    assert tags() == before
    assert own().aliases == {"twilight": "dusk"}


def test_another_spelling_changes_only_the_name_people_read(dataset, three, own):
    vocabulary.create(dataset, ["night"])
    result = vocabulary.rename(dataset, "night", "NIGHT")
    assert result.changed == []
    assert own().tags["night"].name == "NIGHT"


def test_a_rename_to_a_name_on_entries_is_refused_with_the_way_out(dataset, three):
    with pytest.raises(Refused, match="entries carry the tag foggy already") as caught:
        vocabulary.rename(dataset, "night", "foggy")
    assert caught.value.hint == "talekeep tag merge night foggy"
    with pytest.raises(NotFound, match="no tag nigth"):
        vocabulary.rename(dataset, "nigth", "dusk")


def test_merging_unites_tags_on_entries(dataset, three, tags, own):
    vocabulary.merge(dataset, ["foggy", "night"], "draft")
    assert tags() == [["draft"], [], ["draft"]]
    assert own().aliases == {"foggy": "draft", "night": "draft"}
    assert tag_counts.list_tags(dataset, only="used").tags[0].old_names == ["foggy", "night"]


def test_a_deleted_tag_leaves_entries_and_its_name_can_be_used_again(dataset, three, tags, own):
    vocabulary.delete(dataset, ["foggy"])
    assert tags() == [["draft", "night"], [], []]
    assert own().tags["foggy"].origin == "deleted"
    vocabulary.create(dataset, ["foggy"], category="style")
    tag_entries.add(dataset, ["foggy"], where="")
    assert tags()[1] == ["foggy"]


def test_old_names_of_a_deleted_tag_stay_its_own(dataset, three, take, talk, own):
    """Weak spot 11.2 #15: they become unknown, and come in again as new tags."""
    vocabulary.rename(dataset, "foggy", "mist")
    vocabulary.delete(dataset, ["mist"])
    take([talk("3", tags=["foggy"])], "more.jsonl")
    (row,) = [row for row in tag_counts.list_tags(dataset, only="used").tags if "foggy" in row.old_names]
    assert (row.tag, row.status, row.entries) == ("mist", "deleted", 1)
    assert "foggy" not in own().tags


def test_a_deleted_tag_is_restored_with_its_entries_by_undo_and_alone_by_restore(dataset, three, tags):
    before = tags()
    vocabulary.delete(dataset, ["draft"])
    vocabulary.restore(dataset, ["draft"])
    assert tags()[0] == ["night", "foggy"]
    undo.undo(dataset)
    undo.undo(dataset)
    assert tags() == before


def test_a_deleted_tag_may_stay_on_entries(dataset, three, tags):
    before = tags()
    vocabulary.delete(dataset, ["foggy"], keep_on_entries=True)
    assert tags() == before


def test_adopting_takes_what_stands_on_entries_and_nothing_else(dataset, three, own):
    vocabulary.adopt(dataset, ["foggy", "night"], category="style")
    assert [(t.category, t.order) for t in own().tags.values()] == [("style", 6), ("style", 7)]
    with pytest.raises(NotFound, match="no tag sunny"):
        vocabulary.adopt(dataset, ["sunny"])


def test_a_name_that_was_an_old_name_is_free_and_it_is_said(dataset, three):
    vocabulary.rename(dataset, "draft", "sketch")
    result = vocabulary.create(dataset, ["draft"])
    assert result.notes == ("draft was an old name of sketch, and is a tag of its own now",)


CHANGES = {
    "create": lambda d: vocabulary.create(d, ["Slow Burn", "恋愛"], category="style"),
    "rename": lambda d: vocabulary.rename(d, "foggy", "fog"),
    "rename of a built-in": lambda d: vocabulary.rename(d, "draft", "sketch"),
    "merge": lambda d: vocabulary.merge(d, ["foggy", "draft"], "night"),
    "move": lambda d: vocabulary.move(d, ["draft", "pacing"], "style"),
    "archive": lambda d: vocabulary.archive(d, ["draft"]),
    "hide": lambda d: vocabulary.archive(d, ["draft"], hidden=True),
    "delete": lambda d: vocabulary.delete(d, ["draft", "foggy"]),
    "adopt": lambda d: vocabulary.adopt(d, ["foggy"]),
    "create a category": lambda d: vocabulary.create_category(d, "Weather"),
    "rename a category": lambda d: vocabulary.rename_category(d, "style", "Voice"),
    "order categories": lambda d: vocabulary.order_categories(d, ["status"]),
}


@pytest.mark.parametrize("name", CHANGES)
def test_each_change_is_one_commit_and_undo_gives_the_very_tree_back(dataset, three, name):
    before, head = dataset.head_tree(), dataset.repo.head()
    result = CHANGES[name](dataset)
    assert dataset.repo.commit(result.commit).parents == (head,)
    assert dataset.head_tree() != before
    undo.undo(dataset)
    assert dataset.head_tree() == before


def test_a_dry_run_of_a_rename_writes_nothing(dataset, three):
    before = dataset.head_tree()
    result = vocabulary.rename(dataset, "foggy", "fog", dry_run=True)
    assert (len(result.changed), result.commit) == (2, None)
    assert not dataset.now().differing(dataset.of_tree(before))


# Two branches


@pytest.fixture
def forked(dataset, three):
    branches.create_branch(dataset, "side")
    return dataset


def on_side(dataset, *changes):
    branches.switch(dataset, "side")
    for change in changes:
        change(dataset)
    branches.switch(dataset, "main")


def test_tags_made_on_two_branches_are_both_there(forked, own):
    on_side(forked, lambda d: vocabulary.create(d, ["dusk"], category="style"))
    vocabulary.create(forked, ["dawn"], category="style")
    vocabulary.create_category(forked, "Weather")
    assert merge.merge(forked, "side").done
    assert list(own().tags) == ["dawn", "dusk"]
    assert list(own().categories) == ["weather"]


def test_renames_in_a_row_on_two_branches_lead_to_the_last_name(forked, own, tags):
    vocabulary.rename(forked, "foggy", "fog")
    branches.switch(forked, "side")
    vocabulary.rename(forked, "night", "dusk")
    branches.switch(forked, "main")
    assert merge.merge(forked, "side").done
    assert own().aliases == {"foggy": "fog", "night": "dusk"}
    assert tags() == [["draft", "dusk", "fog"], [], ["fog"]]


def test_two_names_for_one_tag_are_a_conflict_kept_as_data(forked, own):
    on_side(forked, lambda d: vocabulary.rename(d, "draft", "sketch"))
    vocabulary.rename(forked, "draft", "outline")
    stopped = merge.merge(forked, "side")
    items = [c for c in stopped.conflicts if c.file == library.KIND.path]
    assert [(c.entry, c.path, c.ours, c.theirs) for c in items] == [
        ("aliases", ("draft",), "outline", "sketch")
    ]
    assert own().aliases["draft"] == "outline"
    with pytest.raises(Refused):
        vocabulary.create(forked, ["x"])
    resolve.resolve(forked, resolve.choose_side("theirs"), entry="aliases")
    assert own().aliases == {"draft": "sketch"}
    assert {"outline", "sketch"} <= own().tags.keys()


def test_a_circle_that_two_branches_made_is_read_and_mended(forked, own, tags):
    on_side(forked, lambda d: vocabulary.merge(d, ["night"], "foggy"))
    vocabulary.merge(forked, ["foggy"], "night")
    assert merge.merge(forked, "side").done
    assert own().aliases == {"foggy": "night", "night": "foggy"}
    assert library.renamed(own()) == {}
    waiting = tag_counts.list_tags(forked, only="review").tags
    assert {row.tag for row in waiting} <= {"foggy", "night"}
    vocabulary.adopt(forked, ["night"])
    assert library.renamed(own()) == own().aliases == {"foggy": "night"}


def test_a_chain_that_two_branches_made_is_read_to_its_end(forked, own, tags):
    on_side(forked, lambda d: vocabulary.merge(d, ["night"], "draft"))
    vocabulary.merge(forked, ["foggy"], "night")
    assert merge.merge(forked, "side").done
    assert own().aliases == {"foggy": "night", "night": "draft"}
    assert library.renamed(library.with_built_in(own())) == {"foggy": "draft", "night": "draft"}
    vocabulary.rename(forked, "draft", "sketch")
    assert own().aliases == dict.fromkeys(["foggy", "night", "draft"], "sketch")
    assert tags() == [["sketch"], [], ["sketch"]]


def test_archived_here_and_moved_there_come_together(forked, own):
    on_side(forked, lambda d: vocabulary.move(d, ["pacing"], "style"))
    vocabulary.archive(forked, ["initiative"])
    assert merge.merge(forked, "side").done
    assert own().tags["pacing"].category == "style"
    assert own().tags["initiative"].status == "archived"


@pytest.mark.parametrize("seed", [1, 2])
def test_a_series_of_changes_is_undone_one_by_one_to_the_very_tree(dataset, three, seed):
    random = Random(seed)
    trees = [dataset.head_tree()]
    for name in random.sample(list(CHANGES), 8):
        with suppress(Refused, NotFound, Usage):
            if CHANGES[name](dataset).commit:
                trees.append(dataset.head_tree())
    assert len(trees) > 5
    for before in reversed(trees[:-1]):
        undo.undo(dataset)
        assert dataset.head_tree() == before


def test_a_merge_says_which_entries_had_both_tags(dataset, take, talk):
    took = take([talk("0", tags=["C++", "cpp"]), talk("1", tags=["cpp"]), talk("2", tags=["C++"])])
    result = vocabulary.merge(dataset, ["cpp"], "C++")
    assert f"1 entry had several of these and has one now: {took.added[0].id}" in result.notes


def test_a_merge_and_a_rename_say_how_the_tag_was_spelled(dataset, three):
    vocabulary.create(dataset, ["mist"])
    result = vocabulary.merge(dataset, ["foggy"], "mist")
    assert "foggy (2), Foggy! (1) are mist now" in result.notes


def test_a_merge_of_many_names_no_more_than_three_entries(dataset, take, talk):
    take([talk(str(n), tags=["rain", "storm"]) for n in range(5)])
    (text,) = [note for note in vocabulary.merge(dataset, ["rain"], "storm").notes if "several" in note]
    assert text.startswith("5 entries had several of these and have one now: ")
    assert text.endswith(", …")
    assert text.count(",") == 3


def test_a_rename_to_another_spelling_says_that_it_is_the_same_tag(dataset, three):
    vocabulary.create(dataset, ["foggy"])
    result = vocabulary.rename(dataset, "foggy", "Foggy!")
    assert "foggy and Foggy! are one tag, foggy: the name people read changes, and no entry" in result.notes


def test_a_new_tag_says_how_it_is_stored_where_that_is_another_word(dataset):
    assert vocabulary.create(dataset, ["calm"]).notes == ()
    assert vocabulary.create(dataset, ["Slow Burn!"]).notes == ("Slow Burn! is stored as slow_burn",)
    result = vocabulary.create(dataset, [f"A {n}" for n in range(6)])
    assert result.notes[-1] == "and 3 more"
