"""Tags: untagged is fine, anything but a list of slugs is said."""

from typing import Any

import pytest

from talekeep.rules import Context
from talekeep.rules import plan
from talekeep.rules import run
from talekeep.rules import select
from talekeep.rules import severities

TAGS = plan(severities(), select(["S11"]))


def found(tags: Any) -> list[tuple[str, tuple[str | int, ...], str]]:
    return [(f.code, f.path, f.severity) for f in run({"tags": tags}, TAGS, Context())]


def test_an_entry_without_tags_is_information_only() -> None:
    assert [(f.code, f.severity) for f in run({}, TAGS, Context())] == [("S110", "info")]
    assert found([]) == []


@pytest.mark.parametrize("tags", ["slow_burn", None, {"a": 1}, 3])
def test_tags_that_are_no_list_are_one_finding(tags: Any) -> None:
    assert found(tags) == [("S111", ("tags",), "warning")]


def test_each_item_is_judged_where_it_stands() -> None:
    assert found(["slow_burn", 7, " ", None, "Slow Burn"]) == [
        ("S112", ("tags", 1), "warning"),
        ("S112", ("tags", 3), "warning"),
        ("S113", ("tags", 2), "info"),
        ("S114", ("tags", 4), "warning"),
        ("S115", ("tags", 4), "warning"),
    ]


def test_tags_of_any_script_are_good_tags() -> None:
    assert found(["恋愛", "café", "हिन्दी", "über", "slow_burn"]) == []


def test_the_same_tag_in_two_spellings_is_the_same_tag() -> None:
    assert [code for code, _, _ in found(["Café", "café"])] == ["S114", "S115"]
    assert found(["slow_burn", "slow_burns"]) == []


def test_a_tag_of_signs_alone_is_said_to_hold_no_letters() -> None:
    (only,) = run({"tags": ["!!"]}, TAGS, Context())
    assert only.code == "S115"
    assert "neither letters nor digits" in only.message
