"""The command `character delete`."""

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.text.changes import answer_edited
from talekeep.ops.library import edit_characters


@command("delete", writes=True, commits=True)
@click.argument("name")
def delete(app: App, name: str, dry_run: bool) -> None:
    """Delete the character NAME from the library, if no message names it.

    \b
    Examples:
      talekeep character delete wren
      talekeep character delete wren --dry-run
    """
    result = edit_characters.delete(app.dataset, name, dry_run=dry_run)
    answer_edited(app, "character", result, f"Delete the character {name}", dry_run=dry_run)
