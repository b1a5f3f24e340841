"""The command `tag rename`."""

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.text.changes import answer_edited
from talekeep.cli.text.changes import entries_changed
from talekeep.ops.library import vocabulary


@command("rename", writes=True, commits=True)
@click.argument("old")
@click.argument("new")
def rename(app: App, old: str, new: str, dry_run: bool) -> None:
    """Call the tag OLD NEW, on every entry too.

    OLD stays known as an old name: entries that come in with it are understood, and `talekeep validate`
    names them. Renaming back works. Where only case or signs differ, only the name people read changes.

    \b
    Examples:
      talekeep tag rename slow_burn long_burn
      talekeep tag rename slow_burn "Slow-Burn"
    """
    result = vocabulary.rename(app.dataset, old, new, dry_run=dry_run)
    answer_edited(
        app, "tag", result, f"Rename {old} to {new}{entries_changed(result.changed)}", dry_run=dry_run
    )
