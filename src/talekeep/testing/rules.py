"""What every rule promises."""

import copy
import json
from collections.abc import Sequence
from typing import ClassVar

import pytest
from hypothesis import HealthCheck
from hypothesis import given
from hypothesis import settings

from talekeep.core.finding import SEVERITIES
from talekeep.rules import Context
from talekeep.rules import Plan
from talekeep.rules import Rule
from talekeep.rules import run
from talekeep.testing.values import JUNK
from talekeep.testing.values import NEARLY_ENTRIES

_SHARED = [HealthCheck.differing_executors]
# A dataset's policy and libraries may be anything.
CONTEXTS = (
    Context(),
    Context(
        strict=True,
        characters={"mara": True},
        inactive_names=("Al", "", "美羽"),
        known_keys=frozenset({"x"}),
        refusals=("Je ne peux pas", ""),
        split_exchanges=1,
        split_words=1,
        max_bytes=1,
    ),
)


class RuleSuite:
    """Subclass it, and name the rules; `context` is what their examples are looked at with."""

    rules: ClassVar[Sequence[Rule]] = ()
    context: ClassVar[Context] = Context()

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        if "rule" in metafunc.fixturenames:
            metafunc.parametrize("rule", self.rules, ids=lambda rule: rule.code)

    def test_the_bad_example_is_found(self, rule: Rule) -> None:
        assert list(rule.check(rule.bad, self.context))

    def test_the_good_example_is_not_found(self, rule: Rule) -> None:
        assert not list(rule.check(rule.good, self.context))

    def test_examples_are_found_under_the_rules_own_code(self, rule: Rule) -> None:
        if rule.scope == "entry":
            plan = Plan(((rule, rule.severity),))
            assert {finding.code for finding in run(rule.bad, plan, self.context)} == {rule.code}
            assert not run(rule.good, plan, self.context)

    def test_it_is_complete_enough_to_be_explained(self, rule: Rule) -> None:
        assert rule.name == rule.name.lower()
        assert rule.name.replace("-", "").isalpha()
        assert rule.severity in SEVERITIES
        assert rule.summary.endswith(".")
        assert rule.summary.count(". ") == 0, "the summary is one sentence"
        assert len(rule.why) > 60, "say why it matters"
        assert rule.repair, "say what mends it"
        assert json.loads(json.dumps([rule.bad, rule.good])) == [rule.bad, rule.good]

    @settings(max_examples=100, deadline=None, suppress_health_check=_SHARED)
    @given(value=JUNK | NEARLY_ENTRIES)
    def test_it_raises_on_nothing_and_changes_nothing(self, value: object) -> None:
        kept = copy.deepcopy(value)
        for context in (*CONTEXTS, self.context):
            for rule in self.rules:
                for hit in rule.check(value, context):
                    assert hit.message
                    assert all(isinstance(step, str | int) for step in hit.path)
        assert repr(value) == repr(kept)

    @settings(max_examples=100, deadline=None, suppress_health_check=_SHARED)
    @given(value=NEARLY_ENTRIES)
    def test_it_finds_nothing_where_its_quick_question_says_so(self, value: dict[str, object]) -> None:
        examples = [example for rule in self.rules for example in (rule.bad, rule.good)]
        for entry in (value, *(example for example in examples if isinstance(example, dict))):
            for context in (*CONTEXTS, self.context):
                asked = [rule for rule in self.rules if rule.unless is not None]
                quiet = [rule for rule in asked if rule.unless and rule.unless(entry, context)]
                assert not [rule.code for rule in quiet if list(rule.check(entry, context))]

    @settings(max_examples=100, deadline=None, suppress_health_check=_SHARED)
    @given(value=NEARLY_ENTRIES)
    def test_paths_lead_to_what_is_there_or_to_the_key_that_is_missing(
        self, value: dict[str, object]
    ) -> None:
        plan = Plan(tuple((rule, rule.severity) for rule in self.rules))
        for context in (*CONTEXTS, self.context):
            for finding in run(value, plan, context):
                at: object = value
                for step in finding.path[:-1]:
                    at = at[step]  # type: ignore[index]
                if finding.path and isinstance(at, list):
                    assert int(finding.path[-1]) < len(at)
                elif finding.path:
                    assert isinstance(at, dict)

    @settings(max_examples=60, deadline=None, suppress_health_check=_SHARED)
    @given(value=NEARLY_ENTRIES)
    def test_a_mend_leaves_no_more_to_mend(self, value: dict[str, object]) -> None:
        for rule in self.rules:
            if rule.mend is not None and rule.scope == "entry":
                mended = rule.mend(copy.deepcopy(value), self.context)
                assert rule.mend(copy.deepcopy(mended), self.context) == mended
