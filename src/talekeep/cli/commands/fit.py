"""The command `fit`."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from talekeep.cli import input_file
from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.app import rev_option
from talekeep.cli.app import where_option
from talekeep.cli.policy_options import chosen_policies
from talekeep.cli.policy_options import policy_options
from talekeep.ops import plural
from talekeep.ops.exchange import fit as operation

if TYPE_CHECKING:
    from talekeep.ops.exchange.fit import Fit
    from talekeep.ops.exchange.fit import TrainerFit


@command("fit")
@click.option(
    "--for", "names", multiple=True, metavar="TRAINER", help="This trainer (can be repeated); else all."
)
@click.option("--profile", is_flag=True, help="With the policies that `export --for` uses.")
@click.option("--max-length", type=click.IntRange(min=1), metavar="N", help="Tokens a row may have.")
@click.option(
    "--tokenizer", type=click.Path(path_type=Path), metavar="FILE", help="Count by this tokenizer.json."
)
@policy_options
@where_option
@rev_option
def fit(
    app: App,
    names: tuple[str, ...],
    profile: bool,
    max_length: int | None,
    tokenizer: Path | None,
    where: str | None,
    rev: str | None,
    **values: str | None,
) -> int:
    """Show what trainers would do with the entries: keep, alter, cut or drop them, or stop.

    Each reason comes with the policy of `export` that avoids it. Without --tokenizer the number of tokens is
    an estimate. Exits 1 if an entry would be dropped or a run would stop.

    \b
    Examples:
      talekeep fit
      talekeep fit --for axolotl --for trl --max-length 8192
      talekeep fit --for llama-factory --profile --where tag:approved
    """
    with input_file.maybe(app, tokenizer) as place:
        result = operation.fit(
            app.dataset,
            names,
            where=where,
            revision=rev,
            policies=chosen_policies(values),
            max_length=max_length,
            tokenizer=place,
            profile=profile,
            progress=app.output.progress,
        )
    ok = not any(each.dropped or each.stops for each in result.trainers.values())
    app.output.answer("fit", result, _lines(app, result), ok=ok)
    return int(not ok)


def _lines(app: App, result: "Fit") -> Iterator[str]:
    about = "about " if result.estimated else ""
    yield f"{plural(result.entries, 'entry')}, {about}{result.tokens:,} tokens"
    yield f"the longest has {about}{result.longest:,}"
    for name, each in result.trainers.items():
        yield ""
        yield app.output.style(f"{name}  {each.title} {each.version}", "strong")
        yield f"  {_counts(each)}"
        for reason in each.reasons:
            policy = f"  → --{reason.policy.replace('_', '-').replace('=', ' ')}" if reason.policy else ""
            yield f"  {reason.entries:>6} {reason.fate}: {reason.reason}{policy}"


def _counts(each: "TrainerFit") -> str:
    counts = {"kept": each.kept, "altered": each.altered, "cut": each.cut, "dropped": each.dropped}
    counts |= {"stop the run": each.stops}
    return ", ".join(f"{count} {fate}" for fate, count in counts.items() if count) or "no entries"
