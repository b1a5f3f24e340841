"""The command `character restore`."""

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.text.changes import answer_edited
from talekeep.cli.text.changes import few
from talekeep.ops.library import edit_characters


@command("restore", writes=True, commits=True)
@click.argument("names", nargs=-1, required=True)
def restore(app: App, names: tuple[str, ...], dry_run: bool) -> None:
    """Offer the characters NAMES again after `archive`.

    \b
    Examples:
      talekeep character restore mara
      talekeep character restore mara wren --dry-run
    """
    result = edit_characters.restore(app.dataset, names, dry_run=dry_run)
    answer_edited(app, "character", result, f"Restore {few(names)}", dry_run=dry_run)
