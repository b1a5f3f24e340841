"""The command `alternative choose`."""

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.app import no_commit_option
from talekeep.cli.text.changes import answer_edited
from talekeep.cli.text.changes import answer_line
from talekeep.ops.entries import alternatives


@command("choose", writes=True, commits=True)
@click.argument("entry")
@click.argument("message", type=click.IntRange(min=1))
@click.argument("number", type=click.IntRange(min=1))
@no_commit_option
def choose(app: App, entry: str, message: int, number: int, no_commit: bool, dry_run: bool) -> None:
    """Put alternative NUMBER of MESSAGE (both from 1) in its place in ENTRY.

    What stood there becomes an alternative, so nothing is lost; `talekeep undo` reverses it. An alternative
    to the end replaces all messages from there on.

    \b
    Examples:
      talekeep alternative choose 0193c7 3 1
      talekeep alternative choose 0193c7 3 2 --dry-run
    """
    result = alternatives.choose(app.dataset, entry, message, number, dry_run=dry_run, commit=not no_commit)
    sentence = answer_line(
        dry_run, no_commit, "choose another reply in", "Chose another reply in", len(result.changed)
    )
    answer_edited(app, "alternative", result, sentence, dry_run=dry_run)
