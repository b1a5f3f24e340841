"""The command `tag archive`."""

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.text.changes import answer_edited
from talekeep.cli.text.changes import few
from talekeep.ops.library import vocabulary


@command("archive", writes=True, commits=True)
@click.argument("names", nargs=-1, required=True, metavar="TAG...")
@click.option("--hide", is_flag=True, help="Do not even list them.")
def archive(app: App, names: tuple[str, ...], hide: bool, dry_run: bool) -> None:
    """Keep tags, but offer them no longer. Entries that carry them keep them.

    \b
    Examples:
      talekeep tag archive grounded
      talekeep tag archive converted --hide
    """
    result = vocabulary.archive(app.dataset, names, hidden=hide, dry_run=dry_run)
    answer_edited(app, "tag", result, f"Archive {few(names)}", dry_run=dry_run)
