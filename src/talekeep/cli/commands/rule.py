"""The command `rule`."""

from dataclasses import dataclass
from dataclasses import replace

import click

import talekeep.rules as rules
from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.rules.base import Rule
from talekeep.store import plugins


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule; `bad` and `good` are examples, there where one rule is asked for."""

    code: str
    name: str
    severity: str
    summary: str
    why: str
    repair: str | None
    bad: object = None
    good: object = None


@dataclass(frozen=True, slots=True)
class Rules:
    rules: list[RuleRow]


@command("rule")
@click.argument("code", required=False)
def rule(app: App, code: str | None) -> None:
    """Explain a rule, with a bad and a good example; without CODE list them all.

    \b
    Examples:
      talekeep rule S101
      talekeep rule --json
    """
    plugins.use_rules()
    result = rules.named(code)[1] if code else rules.known()
    rows = [_row(r, examples=bool(code)) for r in result]
    lines = (
        [rules.explain(r) for r in result]
        if code
        else [f"{r.code}  {r.severity:<8} {r.name:<24} {r.summary}" for r in rows]
    )
    app.output.answer("rule", Rules(rows), lines)


def _row(rule: Rule, *, examples: bool) -> RuleRow:
    level = rules.severities()[rule.code]
    row = RuleRow(rule.code, rule.name, level, rule.summary, rule.why, rule.repair)
    return replace(row, bad=rule.bad, good=rule.good) if examples else row
