"""The command `prompt delete`."""

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.text.changes import answer_edited
from talekeep.cli.text.changes import few
from talekeep.ops.library import prompts


@command("delete", writes=True, commits=True)
@click.argument("names", nargs=-1, required=True)
def delete(app: App, names: tuple[str, ...], dry_run: bool) -> None:
    """Delete the prompts NAMES from the library. Entries that have a copy keep it.

    \b
    Examples:
      talekeep prompt delete keeper
      talekeep prompt delete keeper harbor_night --dry-run
    """
    result = prompts.delete(app.dataset, names, dry_run=dry_run)
    answer_edited(app, "prompt", result, f"Delete {few(names)}", dry_run=dry_run)
