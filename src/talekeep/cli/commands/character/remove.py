"""The command `character remove`."""

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.changes import answer_edited
from talekeep.ops.library import edit_characters


@command("remove", writes=True, commits=True)
@click.argument("name")
def remove(app: App, name: str, dry_run: bool) -> None:
    """Remove the character NAME from the library, if no message names it.

    \b
    Examples:
      talekeep character remove wren
      talekeep character remove wren --dry-run
    """
    result = edit_characters.remove(app.dataset, name, dry_run=dry_run)
    answer_edited(app, "character", result, f"Remove the character {name}", dry_run=dry_run)
