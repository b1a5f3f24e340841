"""Tags: untagged is fine, anything but a list of slugs is said."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from talekeep.rules import BY_CODE
from talekeep.rules import RULES
from talekeep.rules import Context
from talekeep.rules import asked
from talekeep.rules import plan
from talekeep.rules import run
from talekeep.rules import select
from talekeep.rules import severities

TAGS = plan(severities(), select(["S11"]))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


def results_of(tags: Any) -> list[tuple[str, tuple[str | int, ...], str]]:
    return [(f.code, f.path, f.severity) for f in run({"tags": tags}, TAGS, Context())]


def test_an_entry_without_tags_is_information_only() -> None:
    assert [(f.code, f.severity) for f in run({}, TAGS, Context())] == [("S110", "info")]
    assert results_of([]) == []


@pytest.mark.parametrize("tags", ["slow_burn", None, {"a": 1}, 3])
def test_tags_that_are_no_list_are_one_finding(tags: Any) -> None:
    assert results_of(tags) == [("S111", ("tags",), "warning")]


def test_each_item_is_judged_where_it_stands() -> None:
    assert results_of(["slow_burn", 7, " ", None, "Slow Burn"]) == [
        ("S112", ("tags", 1), "warning"),
        ("S112", ("tags", 3), "warning"),
        ("S113", ("tags", 2), "info"),
        ("S114", ("tags", 4), "warning"),
        ("S115", ("tags", 4), "warning"),
    ]


def test_tags_of_any_script_are_good_tags() -> None:
    assert results_of(["恋愛", "café", "हिन्दी", "über", "slow_burn"]) == []


def test_the_same_tag_in_two_spellings_is_the_same_tag() -> None:
    assert [code for code, _, _ in results_of(["Café", "café"])] == ["S114", "S115"]
    assert results_of(["slow_burn", "slow_burns"]) == []


def test_a_tag_of_signs_alone_is_said_to_hold_no_letters() -> None:
    (only,) = run({"tags": ["!!"]}, TAGS, Context())
    assert only.code == "S115"
    assert "no letter, digit or picture" in only.message


VOCABULARY = Context(
    tags={"slow_burn": "active", "foggy": "archived", "恋愛": "active"},
    renamed={"slow_fire": "slow_burn", "misty": "foggy"},
)


@pytest.mark.parametrize(
    ("code", "tags", "paths"),
    [
        ("S116", ["slow_burn", "Slow Fire", "slow_fire"], [1, 2]),
        ("S116", ["恋愛", 7, "", "new"], []),
        ("S117", ["slow_burn", "slow_fire", "new", "Foggy", "!!", "新"], [2, 5]),
        ("S118", ["slow_burn", "Foggy", "misty", "new"], [1, 2]),
    ],
)
def test_tags_are_held_against_the_vocabulary(code: str, tags: list[Any], paths: list[int]) -> None:
    hits = BY_CODE[code].check({"tags": tags}, VOCABULARY)
    assert [hit.path for hit in hits] == [("tags", index) for index in paths]


def test_without_a_vocabulary_no_tag_is_unknown() -> None:
    assert not list(BY_CODE["S117"].check({"tags": ["new"]}, Context()))


@pytest.mark.parametrize(
    ("code", "before", "after"),
    [
        ("S111", "Slow Burn", ["slow_burn"]),
        ("S111", None, []),
        ("S111", 3, ["3"]),
        ("S111", {"a": 1}, {"a": 1}),
        ("S112", ["a", 7, None, True, {"b": 1}], ["a", "7", "true", {"b": 1}]),
        ("S113", ["a", " ", "", 7], ["a", 7]),
        ("S114", ["Slow Burn", "x", "slow_burn", "!!", "!!"], ["Slow Burn", "x", "!!"]),
        ("S115", ["Slow Burn", "slow_burn", "!!", "Café"], ["slow_burn", "!!", "café"]),
        ("S116", ["x", "Slow Fire", "slow_burn", "misty"], ["x", "slow_burn", "foggy"]),
    ],
)
def test_tags_are_mended_and_nothing_anybody_wrote_is_lost(code: str, before: Any, after: Any) -> None:
    entry = {"id": "x", "messages": ["kept"], "tags": before, "more": 1}
    mend = BY_CODE[code].mend
    assert mend is not None
    assert mend(entry, VOCABULARY) == {**entry, "tags": after}
    assert entry["tags"] == before


def test_an_entry_without_tags_gets_an_empty_list() -> None:
    mend = BY_CODE["S110"].mend
    assert mend is not None
    assert mend({"id": "x"}, Context()) == {"id": "x", "tags": []}


MENDS = [rule for rule in RULES if rule.code.startswith("S11") and rule.mend is not None]
ITEMS = st.sampled_from(["slow_fire", "Slow Fire", "slow_burn", "A b", "a_b", "!!", " ", ""]) | JSON


@given(st.none() | st.fixed_dictionaries({}, optional={"tags": st.lists(ITEMS, max_size=5) | JSON}) | JSON)
def test_a_mend_is_done_once_and_leaves_only_what_it_cannot_read(value: Any) -> None:
    kept = copy.deepcopy(value)
    for rule in MENDS:
        mend = rule.mend
        assert mend is not None
        once = mend(value, VOCABULARY)
        assert mend(once, VOCABULARY) == once
        left = list(rule.check(once, VOCABULARY))
        assert all(rule.code in ("S111", "S112", "S115") for _ in left)
        assert left or not list(rule.check(value, VOCABULARY)) or once != value
    assert value == kept


def test_what_is_asked_for_by_name_is_found_though_it_is_off() -> None:
    levels = asked(severities(), ["S117"])
    only = plan(levels, select(["S117"]))
    assert [f.code for f in run({"tags": ["new"]}, only, VOCABULARY)] == ["S117"]
    assert run({"tags": ["new"]}, plan(severities()), VOCABULARY) != []
    assert "S117" not in {f.code for f in run({"tags": ["new"]}, plan(severities()), VOCABULARY)}
