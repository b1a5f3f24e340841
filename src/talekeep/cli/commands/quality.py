"""`validate`, `repair` and `rule`."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.app import where_option
from talekeep.cli.changes import change_lines
from talekeep.cli.changes import counted

if TYPE_CHECKING:
    from talekeep.cli.output import Meaning
    from talekeep.core.finding import Finding
    from talekeep.core.finding import Severity
    from talekeep.ops.checking import Validated
    from talekeep.ops.repairing import Repaired

_SHOWN = 50
_MEANINGS: "dict[Severity, Meaning]" = {"error": "bad", "warning": "warning", "info": "dim"}


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
    from talekeep.ops import checking

    found = checking.validate_at(
        app.dataset,
        staged=staged,
        revision=rev,
        select=select,
        ignore=ignore,
        profile=profile,
        progress=app.output.progress,
    )
    ok = not found.counts["error"]
    app.output.answer("validate", found, _lines(app, found, show_all), ok=ok)
    return int(not ok)


def _lines(app: App, found: "Validated", show_all: bool) -> Iterator[str]:
    from talekeep.ops.checking import describe

    shown: list[Finding] = sorted(
        found.findings, key=lambda f: ("error", "warning", "info").index(f.severity)
    )
    for finding in shown if show_all else shown[:_SHOWN]:
        yield f"{app.output.style(finding.severity, _MEANINGS[finding.severity])} {describe(finding)}"
    if not show_all and len(shown) > _SHOWN:
        yield f"… and {len(shown) - _SHOWN} more: --all"
    yield f"{found.entries} entries: " + ", ".join(f"{n} {kind}" for kind, n in found.counts.items())


@command("repair", writes=True)
@click.option(
    "--select", multiple=True, metavar="RULE", help="Only these rules: S107, S1, a name (can be repeated)."
)
@click.option("--ignore", multiple=True, metavar="RULE", help="Not these rules (can be repeated).")
@where_option
@click.option("--no-commit", is_flag=True, help="Mend the files as they lie, and stage them.")
def repair(
    app: App,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    where: str | None,
    no_commit: bool,
    dry_run: bool,
) -> None:
    """Mend what validation finds, where no word has to change for it: one commit a rule.

    Spellings of roles and tags, white space around texts, missing and doubled ids. Everything else is left to
    you; talekeep rule CODE says how. Each commit can be undone; doing it again changes nothing.

    \b
    Examples:
      talekeep repair --dry-run
      talekeep repair --select S107 --select T209
      talekeep repair --no-commit
    """
    from talekeep.ops import repairing

    done = repairing.repair(
        app.dataset,
        select=select,
        ignore=ignore,
        where=where,
        dry_run=dry_run,
        commit=not no_commit,
        progress=app.output.progress,
    )
    app.output.answer("repair", done, _repair_lines(app, done, dry_run))


def _repair_lines(app: App, done: "Repaired", dry_run: bool) -> Iterator[str]:
    for one in done.repairs:
        kinds = counted(one.changes) or f"{len(one.files)} files"
        commit = f"  [{one.commit[:7]}]" if one.commit else ""
        yield f"{'Would mend' if dry_run else 'Mended'} {one.code} {one.name}: {kinds}{commit}"
        if dry_run:
            yield from change_lines(app, one.changes)
    if not done.repairs:
        yield "Nothing to mend"


@command("rule")
@click.argument("code", required=False)
def rule(app: App, code: str | None) -> None:
    """Explain a rule, with a bad and a good example; without CODE list them all.

    \b
    Examples:
      talekeep rule S101
      talekeep rule --json
    """
    from talekeep import rules

    found = rules.named(code)[1] if code else rules.RULES
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
