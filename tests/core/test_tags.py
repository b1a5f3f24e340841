"""The tags of an entry as a list: names in place of others, and reading them without decoding the line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from talekeep.core import codec
from talekeep.core.entry import tags_of
from talekeep.core.slug import slug
from talekeep.core.tags import as_tag
from talekeep.core.tags import listed
from talekeep.core.tags import replaced
from talekeep.core.tags import tags_in_line
from talekeep.core.tags import without_twins

TEXTS = st.sampled_from(["a", "A", "b", "slow_burn", "Slow Burn", "恋愛", "!!", " ", ""]) | st.text(
    max_size=4
)
ITEMS = TEXTS | st.none() | st.integers() | st.booleans()


@pytest.mark.parametrize(
    ("tags", "to", "after"),
    [
        (["x", "old", "y"], {"old": "new"}, ["x", "new", "y"]),
        (["old", "new", "old"], {"old": "new"}, ["new"]),
        (["new", "x", "old"], {"old": "new"}, ["new", "x"]),
        (["New", "old"], {"old": "new"}, ["New"]),
        (["Old", "OLD!"], {"old": "new"}, ["new"]),
        (["x", "old", 7, None], {"old": None}, ["x", 7, None]),
        (["x", "x", "Y"], {"old": "new"}, ["x", "x", "Y"]),
        (["恋愛"], {"恋愛": "romance"}, ["romance"]),
    ],
)
def test_names_are_put_in_place_of_others(tags, to, after):
    assert replaced(tags, to) == after


@given(st.lists(ITEMS, max_size=6), st.dictionaries(TEXTS.map(slug), st.sampled_from(["z", "恋", None])))
def test_putting_names_in_twice_is_putting_them_in_once(tags, to):
    to = {old: new for old, new in to.items() if old and old != new}
    once = replaced(tags, to)
    assert replaced(once, {o: n for o, n in to.items() if o not in to.values()}) == once
    assert not {slug(t) for t in once if isinstance(t, str)} & (to.keys() - set(to.values()))


@given(st.lists(ITEMS, max_size=8))
def test_of_twins_the_first_stays(tags):
    once = without_twins(tags)
    assert without_twins(once) == once
    assert [t for t in once if not isinstance(t, str)] == [t for t in tags if not isinstance(t, str)]


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (None, []),
        ("Slow Burn", ["slow_burn"]),
        ("!!", ["!!"]),
        (" ", []),
        (7, ["7"]),
        (True, ["true"]),
        (["a", 7], ["a", 7]),
        ({"a": 1}, None),
    ],
)
def test_a_value_that_is_no_list_becomes_one_where_nothing_is_lost(value, found):
    assert listed(value) == found


def test_an_item_that_is_no_text_becomes_one_where_it_can():
    assert [as_tag(item) for item in ["A b", 7, 1.5, False, None, {"a": 1}, ["x"]]] == [
        *("a_b", "7", "1.5", "false"),
        *(None, {"a": 1}, ["x"]),
    ]


@given(st.lists(TEXTS | st.text(), max_size=4), st.text(max_size=8), st.booleans())
def test_the_tags_of_a_line_are_those_of_its_entry(tags, content, nested):
    entry = {"id": "x", "messages": [{"role": "user", "content": content}], "tags": tags}
    if nested:
        entry["x"] = {"a": [1], "tags": ["inner"]}
    line = codec.encode(entry).removesuffix(b"\n")
    result = tags_in_line(line)
    assert result is None or result == tags_of(codec.decode(line))


def test_a_plain_line_is_read_without_decoding_and_a_nested_list_is_not_taken_for_it():
    entry = {"messages": [{"role": "user", "content": '],"tags":["no"]}'}], "tags": ["a", "恋愛"]}
    assert tags_in_line(codec.encode(entry)[:-1]) == ["a", "恋愛"]
    assert tags_in_line(codec.encode({**entry, "tags": []})[:-1]) == []
    assert tags_in_line(b'{"messages":[],"x":{"a":[],"tags":["inner"]}}') is None
    assert tags_in_line(b'{"messages":[1],"tags":["a\\u0062"]}') is None
