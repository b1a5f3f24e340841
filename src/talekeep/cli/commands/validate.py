"""The command `validate`."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.app import where_option
from talekeep.cli.options.lens_options import lens_given
from talekeep.cli.options.lens_options import lens_options
from talekeep.cli.text.finding_reports import REPORTS
from talekeep.core.errors import Usage
from talekeep.ops import plural
from talekeep.ops.workspace import validation
from talekeep.ops.workspace.validation import describe

if TYPE_CHECKING:
    from talekeep.cli.output import Meaning
    from talekeep.core.finding import Finding
    from talekeep.core.finding import Severity
    from talekeep.ops.exchange.training.lens import Lens

# Up to so many findings are printed one by one; of more, some of each rule.
_SHOWN = 50
_OF_A_RULE = 5

_MEANINGS: dict["Severity", "Meaning"] = {"error": "bad", "warning": "warning", "info": "dim"}


@command("validate")
@click.argument("entries", nargs=-1, metavar="[ENTRY]...")
@where_option
@click.option("--staged", is_flag=True, help="Look at what is staged.")
@click.option("--rev", metavar="REV", help="Look at a commit.")
@click.option(
    "--select", multiple=True, metavar="RULE", help="Only these rules: S101, S1, a name (can be repeated)."
)
@click.option("--ignore", multiple=True, metavar="RULE", help="Not these rules (can be repeated).")
@click.option("--profile", metavar="NAME", help="Severities of this profile: default, rolethread.")
@click.option("--for", "trainer", metavar="TRAINER", help="What this trainer would do with each entry.")
@lens_options
@click.option("--all", "show_all", is_flag=True, help="Print every finding, however many there are.")
@click.option("--statistics", is_flag=True, help="One line a rule, with the number of findings.")
@click.option(
    "--output-format",
    type=click.Choice(["text", "json", *REPORTS]),
    default="text",
    help="For people, as --json, or every finding for GitHub Actions, SARIF or JUnit readers.",
)
def validate(
    app: App,
    rev: str | None,
    trainer: str | None,
    max_length: int | None,
    tokenizer: Path | None,
    template: Path | None,
    show_all: bool,
    statistics: bool,
    output_format: str,
    **chosen: Any,  # Any: goes to the operation as it is
) -> int:
    """Check every entry against the rules, or the named ones; changes nothing.

    Exits 1 if there is an error. Severities come from talekeep.toml: a profile, and single rules raised,
    lowered or turned off. The most serious findings come first; of many, a few of each rule are shown.

    \b
    Examples:
      talekeep validate
      talekeep validate --statistics
      talekeep validate @3 --select S --ignore S120 --json
      talekeep validate --where tag:approved --profile rolethread
      talekeep validate --output-format github
      talekeep validate --for axolotl --max-length 4096
    """
    app.output.as_json |= output_format == "json"
    if trainer is not None:
        lens = lens_given(app, tokenizer, template, max_length)
        result = _for_trainer(app, trainer, rev, lens, chosen)
    elif max_length or tokenizer or template:
        raise Usage("a trainer reads tokens and templates, rules do not", "talekeep validate --for TRAINER …")
    else:
        result = validation.validate_at(app.dataset, revision=rev, progress=app.output.progress, **chosen)
    ok = not result.counts["error"]
    if output_format in REPORTS and not app.output.as_json:
        app.output.done()
        text = REPORTS[output_format](result.findings)
        if text:
            app.output.line(text)
        return int(not ok)
    lines = _statistics(app, result) if statistics else _lines(app, result, show_all)
    app.output.answer("validate", result, lines, ok=ok)
    return int(not ok)


def _for_trainer(
    app: App,
    trainer: str,
    rev: str | None,
    lens: "Lens",
    # Any: options of click, each of a type of its own.
    chosen: dict[str, Any],
) -> "validation.Validated":
    from talekeep.ops.exchange.training.fit_findings import fit_findings

    where = chosen.pop("where", None)
    if any(chosen.values()):
        raise Usage("--for asks a trainer and none of the rules", f"talekeep validate --for {trainer}")
    return fit_findings(
        app.dataset,
        app.dataset.now() if rev is None else app.dataset.at(rev),
        trainer,
        where,
        lens,
        app.output.progress,
    )


def _lines(app: App, result: "validation.Validated", show_all: bool) -> Iterator[str]:
    rules = _by_rule(result.findings)
    most = len(result.findings) if show_all or len(result.findings) <= _SHOWN else _OF_A_RULE
    for findings in rules:
        for finding in findings[:most]:
            yield f"{app.output.style(finding.severity, _MEANINGS[finding.severity])} {describe(finding)}"
        if len(findings) > most:
            code = findings[0].code
            yield f"  … and {len(findings) - most} more {code}: talekeep validate --select {code} --all"
    yield _total(result)


def _statistics(app: App, result: "validation.Validated") -> Iterator[str]:
    for findings in _by_rule(result.findings):
        first = findings[0]
        severity = app.output.style(f"{first.severity:<8}", _MEANINGS[first.severity])
        yield f"{len(findings):>7}  {severity} {first.code}  {first.name}"
    yield _total(result)


def _total(result: "validation.Validated") -> str:
    counts = ", ".join(
        plural(n, kind) if kind != "info" else f"{n} info" for kind, n in result.counts.items()
    )
    return f"{plural(result.entries, 'entry')}: {counts}"


def _by_rule(findings: "list[Finding]") -> "list[list[Finding]]":
    """The findings of each rule, errors first, and of one severity the rarest rule first."""
    rules: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        rules.setdefault((finding.severity, finding.code), []).append(finding)
    order = ("error", "warning", "info")
    return sorted(rules.values(), key=lambda of_rule: (order.index(of_rule[0].severity), len(of_rule)))
