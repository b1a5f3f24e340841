"""The command `split`."""

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.app import no_commit_option
from talekeep.cli.app import where_option
from talekeep.cli.options.shared_options import entries_argument
from talekeep.cli.options.shared_options import numbers
from talekeep.cli.text.changes import answer_edited
from talekeep.cli.text.changes import answer_line
from talekeep.ops.entries import split_join


@command("split", writes=True, commits=True)
@entries_argument
@click.option(
    "--after",
    required=True,
    metavar="N[,N]",
    callback=numbers,
    help="Cut after these exchanges, counted from 1.",
)
@where_option
@no_commit_option
def split(
    app: App, entries: tuple[str, ...], after: list[int], where: str | None, no_commit: bool, dry_run: bool
) -> None:
    """Cut an entry into several, after the exchanges you name.

    The parts take the place of the entry, each with its system prompt, tags and other keys. The first part
    keeps the id, so its history continues; the others get new ids. An exchange is a user message with the
    reply, tool turns included; a system message inside the conversation belongs to what follows it.

    \b
    Examples:
      talekeep split 0193c7 --after 4
      talekeep split 0193c7 --after 3,6 --dry-run
    """
    result = split_join.split(app.dataset, after, entries, where=where, dry_run=dry_run, commit=not no_commit)
    more = f" into {len(result.changed) + len(result.made)}"
    sentence = answer_line(dry_run, no_commit, "split", "Split", len(result.changed), more)
    answer_edited(app, "split", result, sentence, dry_run=dry_run)
