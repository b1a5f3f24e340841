"""What every rule in the table promises, whichever rule it is."""

import json
import re

import pytest

from talekeep.core.finding import SEVERITIES
from talekeep.rules import BY_CODE
from talekeep.rules import RULES
from talekeep.rules import Plan
from talekeep.rules import Rule
from talekeep.rules import run
from talekeep.rules.characters import EXAMPLE
from talekeep.testing import RuleSuite

ALL = Plan(tuple((rule, rule.severity) for rule in RULES))
each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)


class TestEveryRule(RuleSuite):
    rules = RULES
    context = EXAMPLE


@pytest.mark.parametrize("rule", [r for r in RULES if r.scope == "entry"], ids=lambda rule: rule.code)
def test_bad_example_is_found_by_run_under_its_own_code(rule: Rule) -> None:
    assert rule.code in {finding.code for finding in run(rule.bad, ALL, EXAMPLE)}
    assert rule.code not in {finding.code for finding in run(rule.good, ALL, EXAMPLE)}


@each_rule
def test_row_is_complete_enough_to_be_shown(rule: Rule) -> None:
    assert re.fullmatch(r"(S0|S1|T2|X3|C4|P5)\d\d", rule.code)
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", rule.name)
    assert rule.severity in SEVERITIES
    assert rule.summary.endswith(".")
    assert rule.summary.count(". ") == 0, "the summary is one sentence"
    assert len(rule.why) > 60
    assert rule.repair
    assert json.loads(json.dumps([rule.bad, rule.good])) == [rule.bad, rule.good]


@each_rule
def test_examples_of_entries_say_one_thing_at_a_time(rule: Rule) -> None:
    """A reader who sees the bad example should see this fault, not three others of the same weight."""
    if rule.scope != "entry" or not isinstance(rule.bad, dict):
        return
    others = {f.code for f in run(rule.bad, ALL, EXAMPLE) if f.severity != "info"} - {rule.code}
    assert others <= {"S120", "S115", "C401"}


def test_codes_and_names_are_unique_and_sorted() -> None:
    codes = [rule.code for rule in RULES]
    assert codes == sorted(set(codes))
    assert len({rule.name for rule in RULES}) == len(RULES)
    assert list(BY_CODE) == codes


def test_every_promised_rule_is_there() -> None:
    promised = """
        S001 bad-line S002 not-object S003 missing-id S004 invalid-id S005 duplicate-id S006 open-conflict
        S007 text-markers S008 too-big S009 dangling-sidecar
        S101 missing-messages S102 messages-not-list S103 no-messages S104 message-not-object
        S105 missing-role S106 unknown-role S107 role-spelling S110 missing-tags S111 tags-not-list
        S112 invalid-tag-value S113 empty-tag S114 duplicate-tag S115 tag-spelling
        S116 renamed-tag S117 unknown-tag S118 archived-tag S120 unknown-key
        T201 missing-system-prompt T202 empty-system-prompt T203 several-system-prompts
        T204 too-few-messages T205 incomplete-exchange T206 role-order T207 greeting-first T208 empty-content
        T209 content-whitespace T210 content-not-text T211 trailing-user
        T212 invisible-content T213 bare-parts S121 empty-container
        X301 refusal-language X302 formatting-leakage X303 split-candidate
        X304 template-token X305 control-character X306 mojibake X307 other-script
        C401 inactive-character C402 unknown-speaker
        P501 unresolved-macro P502 speaks-for-user P503 out-of-character P504 ends-mid-sentence
        P505 format-drift P506 unbalanced-marks P507 quote-drift P508 point-of-view-drift P509 tense-drift
        P510 reply-loop P511 length-collapse P512 overused-phrase
    """
    words = promised.split()
    names = dict(zip(words[::2], words[1::2], strict=True))
    assert {code: BY_CODE[code].name for code in names if code in BY_CODE} == names


def test_only_what_is_unusable_or_unsafe_is_an_error_by_default() -> None:
    errors = {rule.code for rule in RULES if rule.severity == "error"}
    storage = {f"S00{n}" for n in range(1, 8)} | {"S010"}
    assert errors == storage | {f"S10{n}" for n in range(1, 8)}
