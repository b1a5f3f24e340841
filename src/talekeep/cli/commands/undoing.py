"""`undo` and `redo`."""

from typing import TYPE_CHECKING

import click

from talekeep.cli.app import App
from talekeep.cli.app import command

if TYPE_CHECKING:
    from talekeep.ops.undoing import Undone


@command("undo", writes=True)
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
    from talekeep.ops import undoing

    done = undoing.undo(app.dataset, operation, dry_run=dry_run)
    app.output.answer("undo", done, [_line(done, "Undid", "undo", dry_run)])


@command("redo", writes=True)
def redo(app: App, dry_run: bool) -> None:
    """Reverse the newest undo.

    \b
    Examples:
      talekeep redo
      talekeep redo --dry-run
    """
    from talekeep.ops import undoing

    done = undoing.redo(app.dataset, dry_run=dry_run)
    app.output.answer("redo", done, [_line(done, "Redid", "redo", dry_run)])


def _line(done: "Undone", verb: str, plain: str, dry_run: bool) -> str:
    counts = ", ".join(f"{n} {what}" for what, n in done.entries.items())
    what = f"{done.undone.id[:7]} ({done.undone.subject}): {counts}"
    return f"Would {plain} {what}" if dry_run else f"{verb} {what}  [{(done.commit or '')[:7]}]"
