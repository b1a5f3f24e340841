"""The command `character deactivate`."""

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.changes import answer_edited
from talekeep.cli.changes import few
from talekeep.ops.library import edit_characters


@command("deactivate", writes=True, commits=True)
@click.argument("names", nargs=-1, required=True)
def deactivate(app: App, names: tuple[str, ...], dry_run: bool) -> None:
    """Keep the characters NAMES, but offer them no longer; every message keeps its speaker.

    Lists the system prompts that still mention them.

    \b
    Examples:
      talekeep character deactivate mara
      talekeep character deactivate mara wren --dry-run
    """
    result = edit_characters.deactivate(app.dataset, names, dry_run=dry_run)
    answer_edited(app, "character", result, f"Set {few(names)} aside", dry_run=dry_run)
