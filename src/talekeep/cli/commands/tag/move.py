"""The command `tag move`."""

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.text.changes import answer_edited
from talekeep.cli.text.changes import few
from talekeep.ops.library import vocabulary


@command("move", writes=True, commits=True)
@click.argument("names", nargs=-1, required=True, metavar="TAG...")
@click.argument("category")
def move(app: App, names: tuple[str, ...], category: str, dry_run: bool) -> None:
    """Put tags into CATEGORY. No entry changes.

    \b
    Examples:
      talekeep tag move slow_burn style
      talekeep tag move fog rain weather
    """
    result = vocabulary.move(app.dataset, names, category, dry_run=dry_run)
    answer_edited(app, "tag", result, f"Move {few(names)} to {category}", dry_run=dry_run)
