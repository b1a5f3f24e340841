"""The life of a tag: every change of the vocabulary, what is refused, and that names never get stuck."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from talekeep.core.errors import NotFound
from talekeep.core.errors import Problem
from talekeep.core.errors import Refused
from talekeep.core.errors import Usage
from talekeep.library import vocabulary as tags
from talekeep.library.tags import TAXONOMY
from talekeep.library.tags import Tag
from talekeep.library.tags import Vocabulary
from talekeep.library.tags import display_name
from talekeep.library.tags import renamed
from talekeep.library.tags import resolve
from talekeep.library.tags import with_built_in

EMPTY = Vocabulary()
BUILT_IN = [(tag, category) for category, found in TAXONOMY.items() for tag in found]


def state(own, name):
    words = with_built_in(own)
    return tags.state_of(words, resolve(words, name).slug)


@pytest.fixture
def own():
    return tags.create(EMPTY, "Slow Burn", "style")


@pytest.mark.parametrize(("tag", "category"), BUILT_IN, ids=lambda x: x)
def test_a_built_in_tag_lives_like_any_other(tag, category):
    assert state(EMPTY, tag) == "active"
    assert with_built_in(EMPTY).tags[tag].category == category
    with pytest.raises(Refused, match="exists"):
        tags.create(EMPTY, tag)
    gone = tags.delete(tags.rename(EMPTY, tag, "another name"), [tag])
    assert state(gone, tag) == state(gone, "another_name") == "deleted"
    back = tags.rename(tags.restore(gone, ["another name"]), "another_name", tag)
    assert (back.tags, back.aliases) == ({}, {"another_name": tag})
    assert tags.move(tags.move(EMPTY, [tag], "status"), [tag], category).categories == {}


def test_a_tag_is_made_at_the_end_of_its_category(own):
    assert own.tags == {"slow_burn": Tag(category="style", order=6)}
    assert tags.create(own, "恋愛", "Style").tags["恋愛"].order == 7


@pytest.mark.parametrize(
    ("name", "slug", "shown"),
    [
        ("slow_burn", "slow_burn", "Slow Burn"),
        ("Slow Burn", "slow_burn", "Slow Burn"),
        ("Slow-Burn!", "slow_burn", "Slow-Burn!"),
        ("恋愛", "恋愛", "恋愛"),
        ("Café Noir", "café_noir", "Café Noir"),
        ("हिन्दी", "हिन्दी", "हिन्दी"),
        ("RP log", "rp_log", "RP log"),
    ],
)
def test_a_name_of_any_script_is_kept_as_it_is_written(name, slug, shown):
    made = tags.create(EMPTY, name)
    assert list(made.tags) == [slug]
    assert tags.shown_name(slug, made.tags[slug]) == shown


@pytest.mark.parametrize("name", ["", "!!!", " _ ", "—"])
def test_a_name_without_letters_is_refused(name):
    for change in (tags.create, lambda own, new: tags.rename(own, "pacing", new)):
        with pytest.raises(Usage, match="no letter, digit or picture"):
            change(EMPTY, name)


def test_two_tags_are_never_read_the_same():
    imported = Vocabulary(tags={"sb": Tag(name="Slow Burn")})
    with pytest.raises(Refused, match="the tag sb is called Slow Burn"):
        tags.create(imported, "slow burn")
    with pytest.raises(Refused, match="the tag sb is called Slow Burn"):
        tags.rename(imported, "pacing", "slow-burn")


def test_an_unknown_category_is_named_with_a_near_one(own):
    with pytest.raises(NotFound, match="no category styel") as caught:
        tags.create(own, "x", "styel")
    assert "did you mean style?" in caught.value.hint


def test_a_rename_keeps_the_old_name_as_an_alias(own):
    result = tags.rename(own, "slow burn", "Long Burn")
    assert result.aliases == {"slow_burn": "long_burn"}
    assert result.tags == {"long_burn": Tag(category="style", order=6)}


def test_a_rename_and_back_leaves_no_circle(own):
    back = tags.rename(tags.rename(own, "slow_burn", "long_burn"), "long_burn", "slow_burn")
    assert back.aliases == {"long_burn": "slow_burn"}
    assert back.tags == own.tags
    again = tags.rename(tags.rename(back, "slow_burn", "b"), "b", "slow_burn")
    assert again.aliases == {"long_burn": "slow_burn", "b": "slow_burn"}


def test_renames_in_a_row_leave_flat_aliases(own):
    result = tags.rename(tags.rename(own, "slow_burn", "b"), "b", "c")
    assert result.aliases == {"slow_burn": "c", "b": "c"}
    assert tags.rename(result, "slow_burn", "d").aliases == {"slow_burn": "d", "b": "d", "c": "d"}


def test_another_spelling_of_the_name_changes_only_the_name(own):
    result = tags.rename(own, "slow_burn", "Slow-Burn")
    assert result.aliases == {}
    assert result.tags["slow_burn"].name == "Slow-Burn"
    assert tags.rename(result, "slow_burn", "slow_burn") == own


def test_an_old_name_is_free_for_a_new_tag(own):
    renamed_ = tags.rename(own, "slow_burn", "long_burn")
    made = tags.create(renamed_, "slow_burn")
    assert made.aliases == {}
    assert state(made, "slow_burn") == state(made, "long_burn") == "active"


def test_a_taken_name_is_refused_with_the_way_out(own):
    with pytest.raises(Refused, match="the tag pacing exists") as caught:
        tags.rename(own, "slow_burn", "Pacing")
    assert caught.value.hint == "talekeep tag merge slow_burn pacing"
    moved = tags.rename(own, "slow_burn", "b")
    with pytest.raises(Usage, match="slow_burn is b already"):
        tags.rename(moved, "slow_burn", "B")


def test_a_rename_may_take_the_name_of_a_deleted_tag(own):
    result = tags.rename(tags.delete(own, ["pacing"]), "slow_burn", "pacing")
    assert result.tags["pacing"] == Tag(category="style", order=6)
    assert result.aliases == {"slow_burn": "pacing"}


def test_an_unknown_tag_is_renamed_without_being_adopted():
    result = tags.rename(EMPTY, "noir", "film noir")
    assert (result.aliases, result.tags) == ({"noir": "film_noir"}, {})


def test_merging_makes_old_names_of_the_others(own):
    own = tags.rename(tags.create(own, "simmer"), "simmer", "stew")
    result = tags.merge(own, ["stew", "pacing", "unknown one"], "slow burn")
    assert result.aliases == dict.fromkeys(["simmer", "stew", "pacing", "unknown_one"], "slow_burn")
    assert list(result.tags) == ["slow_burn"]
    assert "pacing" not in with_built_in(result).tags


def test_merging_into_itself_or_an_archived_tag_is_refused(own):
    for changed, name in ((own, "Slow Burn"), (tags.rename(own, "slow_burn", "b"), "b")):
        with pytest.raises(Usage, match="and slow_burn are one tag already"):
            tags.merge(changed, [name], "slow_burn")
    with pytest.raises(Refused, match="archived") as caught:
        tags.merge(tags.archive(own, ["pacing"]), ["slow_burn"], "pacing")
    assert caught.value.hint == "talekeep tag restore pacing"


LIFE = [
    # from, how, to
    ("unknown", lambda v: tags.adopt(v, ["t"], "style"), "active"),
    ("unknown", lambda v: tags.create(v, "t"), "active"),
    ("unknown", lambda v: tags.delete(v, ["t"]), "deleted"),
    ("active", lambda v: tags.archive(v, ["t"]), "archived"),
    ("active", lambda v: tags.archive(v, ["t"], hidden=True), "hidden"),
    ("active", lambda v: tags.delete(v, ["t"]), "deleted"),
    ("active", lambda v: tags.move(v, ["t"], "source"), "active"),
    ("active", lambda v: tags.rename(v, "t", "u"), "active"),
    ("archived", lambda v: tags.restore(v, ["t"]), "active"),
    ("archived", lambda v: tags.delete(v, ["t"]), "deleted"),
    ("archived", lambda v: tags.adopt(v, ["t"]), "active"),
    ("imported", lambda v: tags.adopt(v, ["t"], "style"), "active"),
    ("imported", lambda v: tags.restore(v, ["t"]), "active"),
    ("imported", lambda v: tags.archive(v, ["t"], hidden=True), "hidden"),
    ("imported", lambda v: tags.move(v, ["t"], "style"), "imported"),
    ("imported", lambda v: tags.rename(v, "t", "u"), "imported"),
    ("deleted", lambda v: tags.restore(v, ["t"]), "active"),
    ("deleted", lambda v: tags.create(v, "t"), "active"),
    ("hidden", lambda v: tags.restore(v, ["t"]), "active"),
    ("hidden", lambda v: tags.delete(v, ["t"]), "deleted"),
]
AT = {
    "unknown": {},
    "active": {"t": Tag(category="style", order=9)},
    "archived": {"t": Tag(status="archived")},
    "imported": {"t": Tag(status="archived", origin="imported")},
    "deleted": {"t": Tag(status="archived", origin="deleted")},
    "hidden": {"t": Tag(status="hidden")},
}


@pytest.mark.parametrize(("before", "change", "after"), LIFE)
def test_every_step_of_a_life(before, change, after):
    own = Vocabulary(tags=AT[before])
    assert state(own, "t") == before
    result = change(own)
    assert state(result, "t") == after
    assert own == Vocabulary(tags=AT[before])


REFUSED = [
    ("active", lambda v: tags.create(v, "T"), "exists", "talekeep tag list"),
    ("archived", lambda v: tags.create(v, "T"), "is archived", "talekeep tag restore t"),
    ("imported", lambda v: tags.create(v, "T"), "is archived", "talekeep tag restore t"),
    ("hidden", lambda v: tags.create(v, "T"), "is hidden", "talekeep tag restore t"),
    ("deleted", lambda v: tags.adopt(v, ["T"]), "was deleted", "talekeep tag restore t"),
    ("unknown", lambda v: tags.archive(v, ["T"]), "no tag t", "tag adopt t"),
    ("unknown", lambda v: tags.restore(v, ["T"]), "no tag t", "tag adopt t"),
    ("unknown", lambda v: tags.move(v, ["T"], "style"), "no tag t", "tag adopt t"),
]


@pytest.mark.parametrize(("before", "change", "said", "hint"), REFUSED)
def test_a_step_that_makes_no_sense_says_which_does(before, change, said, hint):
    with pytest.raises(Problem, match=said) as caught:
        change(Vocabulary(tags=AT[before]))
    assert hint in caught.value.hint


def test_a_restored_tag_is_where_it_was(own):
    assert tags.restore(tags.delete(own, ["slow_burn"]), ["slow_burn"]) == own
    assert tags.restore(tags.archive(EMPTY, ["pacing"]), ["pacing"]) == EMPTY


def test_one_wrong_name_of_several_changes_nothing(own):
    with pytest.raises(NotFound, match="no tag slow_brun") as caught:
        tags.archive(own, ["pacing", "slow_brun"])
    assert "did you mean slow_burn?" in caught.value.hint


RESOLVER = [
    # The table of an older tool, step by step: what it gives, and what is better here.
    ("t", {"t": Tag()}, {}, "t", "active"),
    ("a", {"t": Tag()}, {"a": "t"}, "t", "active"),
    ("a", {"t": Tag()}, {"a": "b", "b": "t"}, "t", "active"),
    ("a", {"t": Tag()}, {"a": "b", "b": "c", "c": "t"}, "t", "active"),
    ("a", {}, {"a": "b", "b": "a"}, "a", "unknown"),
    ("a", {}, {"a": "gone"}, "gone", "unknown"),
    # There such an alias leads nowhere, and the old name comes back as a new tag.
    ("a", {"t": Tag(status="archived")}, {"a": "t"}, "t", "archived"),
    ("a", {"t": Tag(status="archived", origin="deleted")}, {"a": "t"}, "t", "deleted"),
    ("t", {"t": Tag(status="archived", origin="imported")}, {}, "t", "imported"),
    ("t", {"t": Tag(status="archived", origin="deleted")}, {}, "t", "deleted"),
    ("t", {"t": Tag(status="hidden")}, {}, "t", "hidden"),
    ("t", {}, {}, "t", "unknown"),
]


@pytest.mark.parametrize(("name", "known", "aliases", "slug", "stands"), RESOLVER)
def test_where_a_name_leads(name, known, aliases, slug, stands):
    own = Vocabulary(tags=known, aliases=aliases)
    assert resolve(with_built_in(own), name).slug == slug
    assert state(own, name) == stands


def test_a_chain_longer_than_twenty_is_followed():
    chain = {f"t{n}": f"t{n + 1}" for n in range(40)}
    assert resolve(Vocabulary(aliases=chain, tags={"t40": Tag()}), "t0").active


NAMES = st.sampled_from(["a", "b", "c", "pacing", "恋愛", "A b"])
CHANGES = st.one_of(
    st.tuples(st.just(tags.create), NAMES),
    st.tuples(st.just(tags.rename), NAMES, NAMES),
    st.tuples(st.just(tags.merge), st.lists(NAMES, max_size=2), NAMES),
    st.tuples(st.just(tags.delete), st.lists(NAMES, max_size=2)),
    st.tuples(st.just(tags.restore), st.lists(NAMES, max_size=2)),
    st.tuples(st.just(tags.archive), st.lists(NAMES, max_size=2)),
    st.tuples(st.just(tags.adopt), st.lists(NAMES, max_size=2)),
)


@given(st.lists(CHANGES, max_size=12), st.dictionaries(NAMES.map(display_name), NAMES, max_size=3))
def test_whatever_is_done_no_alias_is_a_chain_a_circle_or_a_tag(changes, given_aliases):
    own = EMPTY
    for change, *values in changes:
        with suppress(Problem):
            own = change(own, *values)
        words = with_built_in(own)
        assert renamed(words) == own.aliases
        assert not own.aliases.keys() & (words.tags.keys() | set(own.aliases.values()))
