"""Lists of tags: one rule for every count, each status where it belongs, and the queue to review."""

import pytest

from talekeep.core.errors import NotFound
from talekeep.library.tags import TAXONOMY
from talekeep.library.tags import Tag
from talekeep.ops.history import commit
from talekeep.ops.library import tag_counts
from talekeep.ops.library import vocabulary
from talekeep.store import libraries


@pytest.fixture
def kept(dataset, take, talk, edit):
    """Five entries; draft renamed sketch, and one entry that came in with the old name later."""
    take(
        [talk("0", tags=["draft", "foggy", "night"]), talk("1", tags=["nights", "night", "恋愛"]), talk("2")]
    )
    vocabulary.rename(dataset, "draft", "sketch")
    vocabulary.adopt(dataset, ["恋愛"], category="style")
    # An import would write the current name.
    take([talk("3", tags=["first", "sketch"]), talk("4", tags=["second"])])
    for put_in in ("first", "second"):
        edit(f'"{put_in}"', '"draft"')
    edit('"nights"', '"Night!"')
    commit.commit(dataset, "By hand")
    return dataset


def counts(dataset, **options):
    return {row.tag: row.entries for row in tag_counts.list_tags(dataset, **options).tags}


def test_an_entry_counts_once_for_a_tag_under_whatever_name(kept):
    assert counts(kept, only="used") == {"恋愛": 1, "sketch": 3, "foggy": 1, "night": 2}
    result = tag_counts.list_tags(kept)
    assert (result.entries, result.untagged) == (5, 1)
    sketch = next(row for row in result.tags if row.tag == "sketch")
    assert (sketch.old_names, sketch.spellings, sketch.built_in) == (["draft"], ["draft"], False)
    assert len(sketch.examples) == 3


def test_every_built_in_tag_is_listed_in_the_order_of_its_category(dataset):
    rows = tag_counts.list_tags(dataset).tags
    assert [row.tag for row in rows] == [tag for tags in TAXONOMY.values() for tag in tags]
    assert all(row.built_in and row.status == "active" and row.entries == 0 for row in rows)


def test_what_is_archived_is_listed_only_when_asked_for_or_in_use(kept):
    vocabulary.archive(kept, ["pacing", "恋愛"])
    vocabulary.delete(kept, ["boundaries"])
    vocabulary.archive(kept, ["initiative"], hidden=True)
    offered, every = counts(kept), counts(kept, only="all")
    gone = {"pacing", "boundaries", "initiative"}
    assert not gone & offered.keys()
    assert "恋愛" in offered
    assert gone < every.keys()
    assert not (gone | {"恋愛"}) & counts(kept, only="unused").keys()
    assert len(counts(kept, only="unused")) == 31 - 4


def test_the_tags_of_a_category(kept):
    assert list(counts(kept, category="Style")) == [*TAXONOMY["style"], "恋愛"]
    with pytest.raises(NotFound):
        counts(kept, category="stiel")


def test_what_nobody_decided_over_waits_with_counts_and_examples(kept):
    rows = tag_counts.list_tags(kept, only="review").tags
    assert [(row.tag, row.entries, row.spellings, row.status) for row in rows] == [
        ("night", 2, ["Night!"], "unknown"),
        ("foggy", 1, [], "unknown"),
    ]
    assert len(rows[0].examples) == 2
    vocabulary.adopt(kept, ["night"])
    vocabulary.delete(kept, ["foggy"], keep_on_entries=True)
    assert counts(kept, only="review") == {}


def test_imported_tags_wait_as_well(dataset, take, talk):
    take([talk("0", tags=["noir"])])
    known = libraries.Vocabulary(tags={"noir": Tag(name="Film Noir", status="archived", origin="imported")})
    with dataset.writing("test"):
        dataset.write({"library/tags.toml": libraries.dump_vocabulary(known, dataset.models)}, "Library")
    assert counts(dataset, only="review") == {"noir": 1}
    vocabulary.adopt(dataset, ["noir"], category="style")
    assert counts(dataset, only="review") == {}


def test_categories_have_tags_and_entries(kept):
    vocabulary.create_category(kept, "Weather")
    rows = {row.category: (row.tags, row.entries, row.built_in) for row in tag_counts.list_categories(kept)}
    assert rows["style"] == (7, 1, True)
    assert rows["status"] == (6, 3, True)
    assert rows["weather"] == (0, 0, False)


def test_the_past_is_counted_by_its_own_vocabulary(kept):
    assert "sketch" not in counts(kept, revision="HEAD~4")
    assert counts(kept, revision="HEAD~4")["draft"] == 1


def test_hand_made_lines_are_counted_like_any_other(kept, edit):
    edit('"tags":["draft","sketch"]', '"x":{"tags":["no"]}, "tags" : [ "sketch", "n\\u0069ght", 7 ]')
    commit.commit(kept, "By hand")
    assert counts(kept, only="used") == {"恋愛": 1, "sketch": 3, "foggy": 1, "night": 3}
