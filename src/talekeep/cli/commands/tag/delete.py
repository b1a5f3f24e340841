"""The command `tag delete`."""

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.text.changes import answer_edited
from talekeep.cli.text.changes import entries_changed
from talekeep.cli.text.changes import few
from talekeep.ops.library import vocabulary


@command("delete", writes=True, commits=True)
@click.argument("names", nargs=-1, required=True, metavar="TAG...")
@click.option("--keep-on-entries", is_flag=True, help="Leave them on the entries that carry them.")
def delete(app: App, names: tuple[str, ...], keep_on_entries: bool, dry_run: bool) -> None:
    """Retire tags and take them off every entry. They can be restored, or created anew.

    \b
    Examples:
      talekeep tag delete fog
      talekeep tag delete fog rain --keep-on-entries
    """
    result = vocabulary.delete(app.dataset, names, keep_on_entries=keep_on_entries, dry_run=dry_run)
    text = f"Delete {few(names)}{'' if keep_on_entries else entries_changed(result.changed)}"
    answer_edited(app, "tag", result, text, dry_run=dry_run)
