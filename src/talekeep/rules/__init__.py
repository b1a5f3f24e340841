"""What validation looks for: small pure checks in one table."""

from collections.abc import Callable
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from talekeep.core.finding import Finding
from talekeep.core.finding import Severity
from talekeep.rules.base import Context
from talekeep.rules.base import Hit
from talekeep.rules.base import Rule
from talekeep.rules.base import looking_at
from talekeep.rules.explain import explain
from talekeep.rules.profiles import PROFILES
from talekeep.rules.profiles import STRICT
from talekeep.rules.profiles import Level
from talekeep.rules.profiles import asked
from talekeep.rules.profiles import severities
from talekeep.rules.storage import conflicts_in
from talekeep.rules.storage import dangling_sidecars
from talekeep.rules.storage import duplicate_ids
from talekeep.rules.storage import is_marker
from talekeep.rules.table import BY_CODE
from talekeep.rules.table import RULES
from talekeep.rules.table import by_code
from talekeep.rules.table import extend
from talekeep.rules.table import known
from talekeep.rules.table import named
from talekeep.rules.table import select

__all__ = (
    "BY_CODE",
    "PROFILES",
    "RULES",
    "STRICT",
    "Context",
    "Hit",
    "Level",
    "Plan",
    "Rule",
    "asked",
    "bad_line",
    "by_code",
    "conflicts_in",
    "dangling_sidecars",
    "duplicate_ids",
    "explain",
    "extend",
    "finding",
    "gate",
    "is_marker",
    "known",
    "named",
    "plan",
    "run",
    "select",
    "severities",
)

_NOT_OBJECT = BY_CODE["S002"]


@dataclass(frozen=True)
class Plan:
    """Rules that look at single entries, each with its severity, ready for `run`."""

    rows: tuple[tuple[Rule, Severity], ...]

    @cached_property
    def questions(self) -> frozenset[Callable[[Any, Context], bool]]:
        """What is asked of an entry before its rules are, see `Rule.unless`."""
        return frozenset(rule.unless for rule, _ in self.rows if rule.unless is not None)


def plan(levels: Mapping[str, Level], rules: tuple[Rule, ...] = RULES) -> Plan:
    """The rules that look at single entries and are not off, each with its severity, ready for `run`."""
    chosen = ((rule, levels[rule.code]) for rule in rules if rule.scope == "entry")
    return Plan(tuple((rule, level) for rule, level in chosen if level != "off"))


def gate(plan: Plan) -> Plan:
    """Only what stops a commit: errors by built-in rules. Those of other packages are not loaded then."""
    return Plan(tuple((r, level) for r, level in plan.rows if level == "error" and r.code in BY_CODE))


def run(entry: Any, plan: Plan, context: Context) -> list[Finding]:
    """What the rules of a plan find in one entry (any JSON value); nothing else is said of a value that
    is no object."""
    if not isinstance(entry, dict):
        rows = ((rule, severity) for rule, severity in plan.rows if rule is _NOT_OBJECT)
        return [finding(r, s, hit) for r, s in rows for hit in r.check(entry, context)]
    entry_id = entry.get("id")
    entry_id = entry_id if isinstance(entry_id, str) else None
    with looking_at(entry, context):
        quiet = {question for question in plan.questions if question(entry, context)}
        return [
            finding(rule, severity, hit, entry_id)
            for rule, severity in plan.rows
            if rule.unless not in quiet
            for hit in rule.check(entry, context)
        ]


def finding(
    rule: Rule,
    severity: Severity,
    hit: Hit,
    entry: str | None = None,
    part: str | None = None,
    line: int | None = None,
) -> Finding:
    """A rule's hit as a finding about an entry, or about a line (from 1) of a part."""
    return Finding(
        rule.code, rule.name, severity, hit.message, entry, part, line, path=hit.path, repair=rule.repair
    )


def bad_line(line: bytes, reason: str) -> tuple[Rule, Hit]:
    """What to say of a line that `decode` refused for `reason`: S007 for a conflict marker, else S001."""
    text = line[:16].decode("utf-8", "replace")
    if is_marker(text):
        rule = BY_CODE["S007"]
        return rule, next(iter(rule.check(text, Context())))
    return BY_CODE["S001"], Hit(reason)
