"""The command `branch`."""

from typing import TYPE_CHECKING

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.ops.history import branches

if TYPE_CHECKING:
    from talekeep.ops.history.branches import Branches


@command("branch", writes=True)
@click.argument("name", required=False)
@click.option("--rev", "start", default="HEAD", show_default=True, metavar="REV", help="Where it starts.")
@click.option("--from", "start", hidden=True)
def branch(app: App, name: str | None, start: str, dry_run: bool) -> None:
    """Create the branch NAME; without NAME, list branches.

    \b
    Examples:
      talekeep branch
      talekeep branch darker-ending
    """
    if name is None:
        result = branches.branches(app.dataset)
    else:
        result = branches.create_branch(app.dataset, name, start=start, dry_run=dry_run)
        app.output.say(
            f"{'would make' if dry_run else 'made'} the branch {name}; next: talekeep switch {name}"
        )
    app.output.answer("branch", result, _lines(result))


def _lines(result: "Branches") -> list[str]:
    return [
        f"{'*' if name == result.current else ' '} {name}  {commit[:7]}"
        for name, commit in result.branches.items()
    ]
