"""The command `validate`."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.ops.workspace import validation
from talekeep.ops.workspace.validation import describe

if TYPE_CHECKING:
    from talekeep.cli.output import Meaning
    from talekeep.core.finding import Finding
    from talekeep.core.finding import Severity

_SHOWN = 50

_MEANINGS: dict["Severity", "Meaning"] = {"error": "bad", "warning": "warning", "info": "dim"}


@command("validate")
@click.option("--staged", is_flag=True, help="Look at what is staged.")
@click.option("--rev", metavar="REV", help="Look at a commit.")
@click.option(
    "--select", multiple=True, metavar="RULE", help="Only these rules: S101, S1, a name (can be repeated)."
)
@click.option("--ignore", multiple=True, metavar="RULE", help="Not these rules (can be repeated).")
@click.option("--profile", metavar="NAME", help="Severities of this profile: default, rolethread.")
@click.option("--all", "show_all", is_flag=True, help="Print every finding, not the first 50.")
def validate(
    app: App,
    staged: bool,
    rev: str | None,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    profile: str | None,
    show_all: bool,
) -> int:
    """Check every entry against the rules; changes nothing.

    Exits 1 if there is an error. Severities come from talekeep.toml: a profile, and single rules raised,
    lowered or turned off.

    \b
    Examples:
      talekeep validate
      talekeep validate --select S --ignore S120 --json
      talekeep validate --profile rolethread
    """
    result = validation.validate_at(
        app.dataset,
        staged=staged,
        revision=rev,
        select=select,
        ignore=ignore,
        profile=profile,
        progress=app.output.progress,
    )
    ok = not result.counts["error"]
    app.output.answer("validate", result, _lines(app, result, show_all), ok=ok)
    return int(not ok)


def _lines(app: App, result: "validation.Validated", show_all: bool) -> Iterator[str]:
    shown: list[Finding] = sorted(
        result.findings, key=lambda f: ("error", "warning", "info").index(f.severity)
    )
    for finding in shown if show_all else shown[:_SHOWN]:
        yield f"{app.output.style(finding.severity, _MEANINGS[finding.severity])} {describe(finding)}"
    if not show_all and len(shown) > _SHOWN:
        yield f"… and {len(shown) - _SHOWN} more: --all"
    yield f"{result.entries} entries: " + ", ".join(f"{n} {kind}" for kind, n in result.counts.items())
