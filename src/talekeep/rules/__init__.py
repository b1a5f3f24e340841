"""What validation looks for: small pure checks in one table."""

from collections.abc import Mapping
from typing import Any
from typing import TypeAlias

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

Plan: TypeAlias = tuple[tuple[Rule, Severity], ...]

_NOT_OBJECT = BY_CODE["S002"]


def plan(levels: Mapping[str, Level], rules: tuple[Rule, ...] = RULES) -> Plan:
    """The rules that look at single entries and are not off, each with its severity, ready for `run`."""
    return tuple(
        (rule, level) for rule in rules if rule.scope == "entry" and (level := levels[rule.code]) != "off"
    )


def gate(plan: Plan) -> Plan:
    """Only what stops a commit: errors by built-in rules. Those of other packages are not loaded then."""
    return tuple((rule, level) for rule, level in plan if level == "error" and rule.code in BY_CODE)


def run(entry: Any, plan: Plan, context: Context) -> list[Finding]:
    """What the rules of a plan find in one entry (any JSON value); nothing else is said of a value that
    is no object."""
    if not isinstance(entry, dict):
        plan = tuple((rule, severity) for rule, severity in plan if rule is _NOT_OBJECT)
        return [finding(r, s, hit) for r, s in plan for hit in r.check(entry, context)]
    entry_id = entry.get("id")
    entry_id = entry_id if isinstance(entry_id, str) else None
    with looking_at(entry, context):
        return [finding(r, s, hit, entry_id) for r, s in plan for hit in r.check(entry, context)]


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
