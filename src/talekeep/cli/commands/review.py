"""The command `review`."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.app import where_option
from talekeep.cli.terminal.review_prompt import summary_lines
from talekeep.cli.text.answer_lines import review_lines
from talekeep.core.errors import Usage
from talekeep.core.reviews import VERDICTS
from talekeep.ops import plural
from talekeep.ops.quality import review as ops

if TYPE_CHECKING:
    from talekeep.core.reviews import Verdict


@command("review", writes=True, commits=True, stages=False)
@click.argument("entries", nargs=-1, metavar="[ENTRY]...")
@where_option
@click.option("--verdict", type=click.Choice(VERDICTS), help="Say this of every one of them, at once.")
@click.option("--note", default="", metavar="TEXT", help="With --verdict: what you have to say.")
@click.option(
    "--score",
    "scores",
    multiple=True,
    metavar="CRITERION=1..5",
    help="With --verdict: on a criterion of [review.criteria] (can be repeated).",
)
@click.option("--take-back", is_flag=True, help="Take back what you said of them.")
@click.option("--by", metavar="NAME", help="Review in this name, not in git's or that of config reviewer.")
@click.option("--again", is_flag=True, help="Walk through entries you have a verdict on as well.")
@click.option(
    "--order",
    type=click.Choice(ops.ORDERS),
    default="dataset",
    show_default=True,
    help="Walk as they lie, most findings first, or drawn by --seed.",
)
@click.option("--seed", type=int, default=0, help="With --order random; the same seed gives the same order.")
def review(
    app: App,
    entries: tuple[str, ...],
    where: str | None,
    verdict: "Verdict | None",
    note: str,
    scores: tuple[str, ...],
    take_back: bool,
    by: str | None,
    again: bool,
    order: ops.Order,
    seed: int,
    dry_run: bool,
) -> None:
    """Review entries: approve them, or say what they need.

    Walks through the entries you have no verdict on yet: the scene, what the rules find, what others said,
    then a line from you: a approve, n needs edit, x reject, with a note behind it; ? shows all keys. Each
    verdict is kept at once and holds until the words change; 25 of them, or the end, make a commit. With
    --verdict or --take-back there is no walk, with --json alone the reviews are listed.

    \b
    Examples:
      talekeep review --where 'tag:draft review:none' --order findings
      talekeep review 0193c7 --verdict approved --note 'the fog works'
      talekeep review --where review:disputed --json
    """
    if verdict is None and (note or scores):
        raise Usage("a note or a score goes with a verdict", f"--verdict {'|'.join(VERDICTS)}")
    if verdict is not None and take_back:
        raise Usage("--verdict and --take-back are given", "give one of them")
    if verdict is not None or take_back:
        points = ops.scores_in(app.dataset, scores)
        result = ops.review(
            app.dataset, verdict, entries, where=where, note=note, scores=points, by=by, dry_run=dry_run
        )
        app.output.answer("review", result, _reviewed_lines(result, dry_run))
    elif dry_run:
        person = ops.reviewer(app.dataset, by)
        ids = ops.to_review(app.dataset, entries, where=where, by=person, again=again, order=order, seed=seed)
        table = ops.reviews(app.dataset, ids)
        app.output.answer("review", table, _table_lines(table))
    elif app.output.as_json:
        table = ops.reviews(app.dataset, entries or None, where=where)
        app.output.answer("review", table, _table_lines(table))
    else:
        _walk(app, entries, where, by, again, order, seed)


def _walk(
    app: App,
    entries: tuple[str, ...],
    where: str | None,
    by: str | None,
    again: bool,
    order: ops.Order,
    seed: int,
) -> None:
    from talekeep.cli.terminal.review_prompt import Walk
    from talekeep.ops.quality import review_session

    person = ops.reviewer(app.dataset, by)
    with review_session.begun(app.dataset, person) as session:
        if session.result.recovered:
            app.output.say(f"kept from a session that was cut short: {session.result.recovered}")
        ids = ops.to_review(app.dataset, entries, where=where, by=person, again=again, order=order, seed=seed)
        Walk(app, session, ids).run()
    left = len(ops.to_review(app.dataset, entries, where=where, by=person))
    app.output.answer("review", session.result, summary_lines(session.result, left))


def _reviewed_lines(result: ops.Reviewed, dry_run: bool) -> Iterator[str]:
    for name, ids in result.verdicts.items():
        at = f"  [{result.commits[0][:7]}]" if result.commits else ""
        count = plural(len(ids), "entry")
        yield f"{'Would: ' if dry_run else ''}{name.replace('_', ' ')}: {count}{at}"
    if not result.verdicts:
        yield "Nothing to change"


def _table_lines(table: ops.Reviews) -> Iterator[str]:
    for row in table.entries:
        yield f"{row.entry}  {row.state.replace('_', ' ')}{', disputed' if row.disputed else ''}"
        yield from (f"  {line}" for line in review_lines(row))
    yield ", ".join(f"{count} {state.replace('_', ' ')}" for state, count in table.counts.items())
