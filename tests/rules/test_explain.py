"""`talekeep rule CODE`."""

import json

import pytest

from talekeep.rules import BY_CODE
from talekeep.rules import PROFILES
from talekeep.rules import RULES
from talekeep.rules import Rule
from talekeep.rules import explain


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_the_page_of_a_rule_says_all_of_it_in_lines_that_fit(rule: Rule) -> None:
    page = explain(rule)
    assert page.startswith(f"{rule.code} {rule.name}\n{rule.summary}\n")
    assert f"{PROFILES['default'][rule.code]} (default)" in page
    assert "(rolethread)" in page
    assert " ".join(rule.why.split()) in " ".join(page.split())
    assert rule.repair is not None
    assert rule.repair in page
    assert len(page) < 6000
    assert max(map(len, page.splitlines())) <= 120
    assert page.endswith("\n")


def test_examples_can_be_copied_from_the_page() -> None:
    bad = explain(BY_CODE["S107"]).split("\nBad\n")[1].split("\nGood\n")[0]
    assert json.loads(bad) == BY_CODE["S107"].bad
