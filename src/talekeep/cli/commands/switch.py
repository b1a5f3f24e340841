"""The command `switch`."""

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.ops.history import branches


@command("switch", writes=True)
@click.argument("name")
@click.option("-c", "--create", is_flag=True, help="Make the branch first; changes go along.")
def switch(app: App, name: str, create: bool, dry_run: bool) -> None:
    """Switch the folder to the branch NAME.

    Refused while there are uncommitted changes, but for a new branch.

    \b
    Examples:
      talekeep switch darker-ending
      talekeep switch main
      talekeep switch -c second-try
    """
    result = branches.switch(app.dataset, name, create=create, dry_run=dry_run)
    would = f"Would make {name} and switch to it" if create else f"Would switch to {name}"
    line = would if dry_run else f"On {result.current}"
    app.output.answer("switch", result, [line])
