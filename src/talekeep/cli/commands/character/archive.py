"""The command `character archive`."""

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.text.changes import answer_edited
from talekeep.cli.text.changes import few
from talekeep.ops.library import edit_characters


@command("archive", writes=True, commits=True)
@click.argument("names", nargs=-1, required=True)
def archive(app: App, names: tuple[str, ...], dry_run: bool) -> None:
    """Keep the characters NAMES, but offer them no longer; every message keeps its speaker.

    Lists the system prompts that still mention them.

    \b
    Examples:
      talekeep character archive mara
      talekeep character archive mara wren --dry-run
    """
    result = edit_characters.archive(app.dataset, names, dry_run=dry_run)
    answer_edited(app, "character", result, f"Archive {few(names)}", dry_run=dry_run)
