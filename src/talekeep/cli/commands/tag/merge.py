"""The command `tag merge`."""

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.text.changes import answer_edited
from talekeep.cli.text.changes import entries_changed
from talekeep.cli.text.changes import few
from talekeep.ops.library import vocabulary


@command("merge", writes=True, commits=True)
@click.argument("names", nargs=-1, required=True, metavar="FROM...")
@click.argument("into")
def merge(app: App, names: tuple[str, ...], into: str, dry_run: bool) -> None:
    """Make the tags FROM one with INTO, on every entry too; they become old names of it.

    \b
    Examples:
      talekeep tag merge slowburn slow-burning slow_burn
      talekeep tag merge noir film_noir --dry-run
    """
    result = vocabulary.merge(app.dataset, names, into, dry_run=dry_run)
    text = f"Merge {few(names)} into {into}{entries_changed(result.changed)}"
    answer_edited(app, "tag", result, text, dry_run=dry_run)
