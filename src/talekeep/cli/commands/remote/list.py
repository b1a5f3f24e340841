"""The command `remote list`."""

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.ops.remotes import remotes


@command("list")
def list_(app: App) -> None:
    """List remotes: mirrors and git repositories.

    \b
    Examples:
      talekeep remote list
      talekeep remote list --json
    """
    rows = remotes.listed(app.dataset)
    lines = [f"{row.name}  {row.kind}  {row.place}" for row in rows]
    app.output.answer("remote", remotes.Remotes(rows), lines or ["none"])
