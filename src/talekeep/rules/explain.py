"""A rule as a page of plain text."""

import json
import textwrap
from typing import Any

from talekeep.rules.base import Rule
from talekeep.rules.profiles import PROFILES
from talekeep.rules.profiles import severities

_WIDTH = 88
_LONGEST = 160


def explain(rule: Rule) -> str:
    """What a rule is for: severity by profile, why it matters, a bad and a good example, what mends it."""
    levels = ", ".join(f"{severities(profile)[rule.code]} ({profile})" for profile in PROFILES)
    sections = {
        "Why": textwrap.fill(rule.why, _WIDTH),
        "Bad": _example(rule.bad),
        "Good": _example(rule.good),
        "Repair": _repair(rule),
    }
    head = f"{rule.code} {rule.name}\n{rule.summary}\n\nSeverity: {levels}\n"
    return head + "".join(f"\n{title}\n{textwrap.indent(body, '  ')}\n" for title, body in sections.items())


def _repair(rule: Rule) -> str:
    by_hand = rule.repair or "by hand"
    return f"{by_hand}\ntalekeep repair --select {rule.code} does it" if rule.mend else by_hand


def _example(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(_shortened(value), ensure_ascii=False, indent=2)


def _shortened(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _shortened(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_shortened(item) for item in value]
    if isinstance(value, str) and len(value) > _LONGEST:
        return f"{value[:40]}… ({len(value):,} characters)"
    return value
