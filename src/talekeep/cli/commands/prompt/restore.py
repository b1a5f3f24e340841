"""The command `prompt restore`."""

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.text.changes import answer_edited
from talekeep.cli.text.changes import few
from talekeep.ops.library import prompts


@command("restore", writes=True, commits=True)
@click.argument("names", nargs=-1, required=True)
def restore(app: App, names: tuple[str, ...], dry_run: bool) -> None:
    """Offer the archived prompts NAMES again.

    \b
    Examples:
      talekeep prompt restore keeper
      talekeep prompt restore keeper harbor_night --dry-run
    """
    result = prompts.restore(app.dataset, names, dry_run=dry_run)
    answer_edited(app, "prompt", result, f"Restore {few(names)}", dry_run=dry_run)
