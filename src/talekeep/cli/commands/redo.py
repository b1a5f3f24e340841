"""The command `redo`."""

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.text.changes import undone_line
from talekeep.ops.merge import undo


@command("redo", writes=True, commits=True, stages=False)
def redo(app: App, dry_run: bool) -> None:
    """Reverse the newest undo.

    \b
    Examples:
      talekeep redo
      talekeep redo --dry-run
    """
    result = undo.redo(app.dataset, dry_run=dry_run)
    app.output.answer("redo", result, [undone_line(result, "Redid", "redo", dry_run)])
