"""The command `tag restore`."""

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.text.changes import answer_edited
from talekeep.cli.text.changes import few
from talekeep.ops.library import vocabulary


@command("restore", writes=True, commits=True)
@click.argument("names", nargs=-1, required=True, metavar="TAG...")
def restore(app: App, names: tuple[str, ...], dry_run: bool) -> None:
    """Make archived, deleted or hidden tags active again.

    Entries that a deleted tag was taken off stay without it; `talekeep undo` of the deletion brings it back
    on them as well.

    \b
    Examples:
      talekeep tag restore grounded
      talekeep tag restore grounded fog --dry-run
    """
    result = vocabulary.restore(app.dataset, names, dry_run=dry_run)
    answer_edited(app, "tag", result, f"Restore {few(names)}", dry_run=dry_run)
