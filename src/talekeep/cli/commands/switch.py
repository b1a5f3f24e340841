"""The command `switch`."""

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.ops.history import branches


@command("switch", writes=True)
@click.argument("name")
@click.option("-c", "--create", is_flag=True, help="Make the branch first.")
def switch(app: App, name: str, create: bool, dry_run: bool) -> None:
    """Switch the folder to the branch NAME.

    Refused while there are uncommitted changes.

    \b
    Examples:
      talekeep switch darker-ending
      talekeep switch main
      talekeep switch -c second-try
    """
    if create:
        branches.create_branch(app.dataset, name, dry_run=dry_run)
        if dry_run:
            app.output.answer(
                "switch", branches.branches(app.dataset), [f"Would make {name} and switch to it"]
            )
            return
    result = branches.switch(app.dataset, name, dry_run=dry_run)
    line = f"Would switch to {name}" if dry_run else f"On {result.current}"
    app.output.answer("switch", result, [line])
