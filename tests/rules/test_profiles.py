"""How severe a rule is: the profile says, and the dataset's policy has the last word."""

import pytest

from talekeep.core.errors import Usage
from talekeep.rules import BY_CODE
from talekeep.rules import PROFILES
from talekeep.rules import RULES
from talekeep.rules import Context
from talekeep.rules import asked
from talekeep.rules import gate
from talekeep.rules import plan
from talekeep.rules import run
from talekeep.rules import severities
from talekeep.rules.profiles import ROLETHREAD_CODES

# RoleThread Lite's table, base rules as its ChatML analysis shows them.
ROLETHREAD = """
    not-object error · unknown-key info · missing-tags error · tags-not-list error · invalid-tag-value error
    · empty-tag info · missing-messages error · messages-not-list error · several-system-prompts warning
    · too-few-messages error · incomplete-exchange error · message-not-object error · role-spelling warning
    · missing-system-prompt error · content-whitespace warning · empty-system-prompt error · role-order error
    · empty-content error · refusal-language warning · formatting-leakage info · split-candidate info
    · inactive-character warning
"""
_CRAFT = {rule.code for rule in RULES if rule.code.startswith("P5")}
GUARDS = {"S001", "S002", "S003", "S004", "S005", "S006", "S007", "S009"}


def test_the_default_profile_is_each_rules_own_severity_but_for_those_that_are_asked_for() -> None:
    asked_for = {"S117", "S118", *_CRAFT}
    assert severities() == {r.code: r.severity for r in RULES} | dict.fromkeys(asked_for, "off")
    assert not any(severities("rolethread")[code] != "off" for code in asked_for)


def test_a_rule_that_is_off_runs_when_it_is_asked_for_by_its_whole_name() -> None:
    levels = severities("default", {"X301": "off"})
    assert asked(levels, ["S11", "S1", "ALL"]) == levels
    assert asked(levels, ["unknown-tag", "X301"]) == levels | {"S117": "info", "X301": "warning"}


def test_a_family_that_is_off_runs_when_it_is_asked_for_by_the_beginning_of_its_codes() -> None:
    levels = asked(severities(), ["P5"])
    assert levels == severities() | {code: BY_CODE[code].severity for code in _CRAFT}
    assert severities("default", {"P5": "info"}) == severities() | dict.fromkeys(_CRAFT, "info")


def test_rolethread_has_its_own_severities_and_no_rules_it_does_not_have() -> None:
    rows = dict(row.split() for row in ROLETHREAD.split("·"))
    levels = severities("rolethread")
    assert {rule.name: levels[rule.code] for rule in RULES if rule.name in rows} == rows
    others = {code for code, level in levels.items() if level != "off" and BY_CODE[code].name not in rows}
    # T210 stands for its crash on content that is no text.
    assert others == GUARDS - {"S002"} | {"T210"}
    assert all(levels[code] == BY_CODE[code].severity for code in GUARDS)


def test_every_profile_speaks_of_every_rule() -> None:
    assert all(set(levels) == set(BY_CODE) for levels in PROFILES.values())


def test_the_closest_selector_of_a_policy_wins_in_any_order() -> None:
    policy = {"missing-system-prompt": "error", "T2": "off", "ALL": "info", "T": "warning", "T208": "error"}
    for order in (policy, dict(reversed(policy.items()))):
        levels = severities("default", order)
        assert levels["T201"] == levels["T208"] == "error"
        assert levels["T206"] == "off"
        assert levels["S101"] == "info"


def test_a_policy_changes_nothing_it_does_not_name() -> None:
    changed = severities("rolethread", {"X301": "off"})
    assert changed | {"X301": "warning"} == severities("rolethread")


@pytest.mark.parametrize(
    ("profile", "policy", "said"),
    [
        ("rolethred", {}, "rolethred"),
        ("default", {"S999": "error"}, "S999"),
        ("default", {"S101": "warn"}, "warn"),
        ("default", {"S101": "fatal"}, "fatal"),
        ("default", {"": "error"}, "no rule"),
    ],
)
def test_what_a_policy_cannot_mean_is_a_usage_problem(
    profile: str, policy: dict[str, str], said: str
) -> None:
    with pytest.raises(Usage) as problem:
        severities(profile, policy)
    assert said in problem.value.message
    assert problem.value.hint


def test_a_plan_leaves_out_what_is_off_and_what_no_single_entry_can_show() -> None:
    codes = {rule.code for rule, _ in plan(severities("default", {"T201": "off"})).rows}
    of_many = {"S001", "S005", "S007", "S009", "S010", "S011", "S012", "S013", "S014", "S117", "S118"}
    assert codes == set(BY_CODE) - {"T201", *of_many, *_CRAFT}


def test_the_gate_is_what_the_policy_calls_errors() -> None:
    levels = severities("default", {"S106": "warning", "T201": "error"})
    codes = {rule.code for rule, _ in gate(plan(levels)).rows}
    assert codes == {"S002", "S003", "S004", "S006", "S101", "S102", "S103", "S104", "S105", "S107", "T201"}


def test_findings_carry_severity_entry_and_repair() -> None:
    levels = severities("default", {"S101": "info"})
    (only,) = run({"id": "0193c7aa-0000-7000-8000-000000000001", "tags": []}, plan(levels), Context())
    assert (only.code, only.name, only.severity) == ("S101", "missing-messages", "info")
    assert only.entry == "0193c7aa-0000-7000-8000-000000000001"
    assert only.repair == BY_CODE["S101"].repair


def test_every_code_of_rolethread_has_its_rule_or_its_place_at_import() -> None:
    prefixes = {code.split(".")[0] for code in ROLETHREAD_CODES}
    assert prefixes == {"base", "chatml", "character", "sharegpt"}
    assert len(ROLETHREAD_CODES) == 6 + 16 + 1 + 11
    levels = severities("rolethread")
    for code, ours in ROLETHREAD_CODES.items():
        if code.startswith("sharegpt."):
            assert ours in BY_CODE or ours.endswith("at import")
        else:
            assert levels[ours] != "off"
