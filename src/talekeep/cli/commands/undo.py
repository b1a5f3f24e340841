"""The command `undo`."""

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.text.changes import undone_line
from talekeep.ops.merge import undo as undo_op


@command("undo", writes=True, commits=True, stages=False)
@click.argument("operation", required=False)
def undo(app: App, operation: str | None, dry_run: bool) -> None:
    """Reverse an operation with a new commit; later edits stay.

    OPERATION is a commit, as `talekeep log --ops` lists them; without it the newest one that is not undone.
    Uncommitted changes are never touched.

    \b
    Examples:
      talekeep undo
      talekeep undo 88c65e3 --dry-run
    """
    result = undo_op.undo(app.dataset, operation, dry_run=dry_run)
    app.output.answer("undo", result, [undone_line(result, "Undid", "undo", dry_run)])
