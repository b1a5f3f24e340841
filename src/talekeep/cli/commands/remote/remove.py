"""The command `remote remove`."""

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.ops.remotes import remotes


@command("remove", writes=True)
@click.argument("name")
def remove(app: App, name: str, dry_run: bool) -> None:
    """Remove the remote NAME from this clone; the files at the remote stay.

    \b
    Examples:
      talekeep remote remove stick
      talekeep remote remove stick --dry-run
    """
    result = remotes.remove(app.dataset, name, dry_run=dry_run)
    verb = "Would forget" if dry_run else "Forgot"
    app.output.answer("remote", remotes.Remotes([result]), [f"{verb} {name}; {result.place} is as it was"])
