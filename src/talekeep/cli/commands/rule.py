"""The command `rule`."""

import click

from talekeep import rules
from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.store import plugins


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
    found = rules.named(code)[1] if code else rules.known()
    rows = [
        {
            "code": r.code,
            "name": r.name,
            "severity": r.severity,
            "summary": r.summary,
            "why": r.why,
            "repair": r.repair,
        }
        | ({"bad": r.bad, "good": r.good} if code else {})
        for r in found
    ]
    lines = (
        [rules.explain(r) for r in found]
        if code
        else [f"{r.code}  {r.severity:<8} {r.name:<24} {r.summary}" for r in found]
    )
    app.output.answer("rule", {"rules": rows}, lines)
