"""Naming rules on the command line and in talekeep.toml."""

import pytest

from talekeep.core.errors import Usage
from talekeep.rules import RULES
from talekeep.rules import select


def codes(chosen: str = "", ignored: str = "") -> set[str]:
    return {rule.code for rule in select(chosen.split(), ignored.split())}


def begin(*prefixes: str) -> set[str]:
    return {rule.code for rule in RULES if rule.code.startswith(prefixes)}


@pytest.mark.parametrize(
    ("chosen", "ignored", "expected"),
    [
        ("", "", begin("")),
        ("ALL", "", begin("")),
        ("S", "", begin("S")),
        ("S1", "", begin("S1")),
        ("S101", "", {"S101"}),
        ("s101 t2", "", {"S101"} | begin("T2")),
        ("missing-messages", "", {"S101"}),
        ("T X", "", begin("T", "X")),
        ("", "S", begin("") - begin("S")),
        ("S", "S1", begin("S0")),
        ("S", "missing-messages", begin("S") - {"S101"}),
        ("S101", "S", {"S101"}),
        ("missing-messages", "ALL", {"S101"}),
        ("S1", "S", begin("S1")),
        ("S101", "S101", set()),
        ("ALL", "ALL", set()),
    ],
)
def test_the_closer_selector_wins_and_ignoring_wins_a_draw(
    chosen: str, ignored: str, expected: set[str]
) -> None:
    assert codes(chosen, ignored) == expected


def test_rules_come_back_in_the_order_of_the_table() -> None:
    assert [rule.code for rule in select(["X", "S101", "C"])] == sorted({"S101"} | begin("X", "C"))


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [
        ("S999", "talekeep rule"),
        ("mising-messages", "did you mean missing-messages?"),
        ("S1011", "did you mean S1"),
    ],
)
@pytest.mark.parametrize("where", ["select", "ignore"])
def test_a_rule_that_is_not_there_is_a_usage_problem_with_a_hint(wrong: str, hint: str, where: str) -> None:
    with pytest.raises(Usage) as problem:
        select(**{where: [wrong]})
    assert wrong in problem.value.message
    assert problem.value.hint is not None
    assert hint in problem.value.hint


@pytest.mark.parametrize("nonsense", ["", " ", "1", "???"])
def test_nonsense_selects_nothing_and_says_where_the_rules_are(nonsense: str) -> None:
    with pytest.raises(Usage, match="no rule"):
        select([nonsense])
