"""The command `prompt archive`."""

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.text.changes import answer_edited
from talekeep.cli.text.changes import few
from talekeep.ops.library import prompts


@command("archive", writes=True, commits=True)
@click.argument("names", nargs=-1, required=True)
def archive(app: App, names: tuple[str, ...], dry_run: bool) -> None:
    """Keep the prompts NAMES, but offer them no longer.

    \b
    Examples:
      talekeep prompt archive keeper
      talekeep prompt archive keeper harbor_night --dry-run
    """
    result = prompts.archive(app.dataset, names, dry_run=dry_run)
    answer_edited(app, "prompt", result, f"Archive {few(names)}", dry_run=dry_run)
