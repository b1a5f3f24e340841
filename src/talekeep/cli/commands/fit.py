"""The command `fit`."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.app import rev_option
from talekeep.cli.app import where_option
from talekeep.cli.options import output_file
from talekeep.cli.options.lens_options import lens_given
from talekeep.cli.options.lens_options import lens_options
from talekeep.cli.options.policy_options import chosen_policies
from talekeep.cli.options.policy_options import policy_options
from talekeep.ops import plural
from talekeep.ops.exchange.training import fit as operation

if TYPE_CHECKING:
    from talekeep.ops.exchange.training.fit import Fit
    from talekeep.ops.exchange.training.fit import TrainerFit


@command("fit")
@click.option(
    "--for", "names", multiple=True, metavar="TRAINER", help="This trainer (can be repeated); else all."
)
@click.option("--profile", is_flag=True, help="What `export --for` writes, with its policies and its shape.")
@lens_options
@policy_options
@where_option
@rev_option
@click.option(
    "--html", "page", type=click.Path(path_type=Path), metavar="FILE", help="Write a page for a browser."
)
@click.option("--force", is_flag=True, help="Replace FILE.")
def fit(
    app: App,
    names: tuple[str, ...],
    profile: bool,
    max_length: int | None,
    tokenizer: Path | None,
    template: Path | None,
    where: str | None,
    rev: str | None,
    page: Path | None,
    force: bool,
    **values: str | None,
) -> int:
    """Show what trainers would do with the entries: keep, alter, cut or drop them, or stop.

    Each reason comes with the policy of `export` that avoids it. Without --tokenizer the number of tokens is
    an estimate. Without --template the model's template is taken for one that reads roles, texts and tool
    calls, and neither names nor reasoning. Exits 1 if an entry would be dropped or a run would stop.

    \b
    Examples:
      talekeep fit
      talekeep fit --for axolotl --for trl --max-length 8192
      talekeep fit --for llama-factory --profile --where tag:approved
      talekeep fit --tokenizer tokenizer.json --template tokenizer_config.json --html ../fit.html
    """
    result = operation.fit(
        app.dataset,
        names,
        where=where,
        revision=rev,
        policies=chosen_policies(values),
        lens=lens_given(app, tokenizer, template, max_length),
        profile=profile,
        progress=app.output.progress,
    )
    ok = not any(each.dropped or each.stops for each in result.trainers.values())
    if page is None:
        app.output.answer("fit", result, _lines(app, result), ok=ok)
        return int(not ok)
    from talekeep.ops.exchange.training import fit_html

    text = fit_html.page(result, dataset=app.dataset.config.name, where=where, revision=rev)
    output_file.write_page(app, page, text, force=force)
    written = replace(result, html=str(page))
    output_file.answer_written_page(app, "fit", page, written, [f"Wrote {page}"])
    return int(not ok)


def _lines(app: App, result: "Fit") -> Iterator[str]:
    about = "about " if result.estimated else ""
    trained = f"{result.trained:,} of them trained"
    yield f"{plural(result.entries, 'entry')}, {about}{result.tokens:,} tokens, {trained}"
    yield f"the longest has {about}{result.longest:,}"
    for name, each in result.trainers.items():
        yield ""
        yield app.output.style(f"{name}  {each.title} {each.version}", "strong")
        yield f"  {_counts(each)}"
        if each.trained != result.trained:
            yield f"  trains {about}{each.trained:,} tokens"
        if each.over_own_length:
            limit = f"over {each.own_length} tokens, the limit where a configuration sets none"
            yield f"  {each.over_own_length:>6} {limit}"
        for reason in each.reasons:
            yield f"  {reason.entries:>6} {reason.fate}: {reason.reason}{_policy(name, reason.policy)}"


def _policy(trainer: str, policy: str) -> str:
    """The option of `export` that avoids a reason."""
    if policy.startswith("format="):
        return f"  → export --for {trainer}"
    return f"  → --{policy.replace('_', '-').replace('=', ' ')}" if policy else ""


def _counts(each: "TrainerFit") -> str:
    counts = {"kept": each.kept, "altered": each.altered, "cut": each.cut, "dropped": each.dropped}
    counts |= {"stop the run": each.stops}
    return ", ".join(f"{count} {fate}" for fate, count in counts.items() if count) or "no entries"
