"""`branch`, `switch`."""

from typing import TYPE_CHECKING

import click

from talekeep.cli.app import App
from talekeep.cli.app import command

if TYPE_CHECKING:
    from talekeep.ops.branches import Branches


@command("branch", writes=True)
@click.argument("name", required=False)
@click.option("--from", "start", default="HEAD", show_default=True, metavar="REV", help="Where it starts.")
def branch(app: App, name: str | None, start: str, dry_run: bool) -> None:
    """Make the branch NAME; without it list branches.

    \b
    Examples:
      talekeep branch
      talekeep branch darker-ending
    """
    from talekeep.ops import branches

    if name is None:
        found = branches.branches(app.dataset)
    else:
        found = branches.create_branch(app.dataset, name, start=start, dry_run=dry_run)
        app.output.say(
            f"{'would make' if dry_run else 'made'} the branch {name}; next: talekeep switch {name}"
        )
    app.output.answer("branch", found, _lines(found))


def _lines(found: "Branches") -> list[str]:
    return [
        f"{'*' if name == found.current else ' '} {name}  {commit[:7]}"
        for name, commit in found.branches.items()
    ]


@command("switch", writes=True)
@click.argument("name")
def switch(app: App, name: str, dry_run: bool) -> None:
    """Put the folder on the branch NAME.

    Refused while there are uncommitted changes.

    \b
    Examples:
      talekeep switch darker-ending
      talekeep switch main
    """
    from talekeep.ops import branches

    found = branches.switch(app.dataset, name, dry_run=dry_run)
    line = f"Would switch to {name}" if dry_run else f"On {found.current}"
    app.output.answer("switch", found, [line])
