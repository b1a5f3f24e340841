"""The command `sync`."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.text.answer_lines import answer_status
from talekeep.cli.text.conflict_text import conflict_lines
from talekeep.ops.project import sync as operation
from talekeep.ops.remotes import state

if TYPE_CHECKING:
    from talekeep.ops.project.sync import Synced


@command("sync", writes=True)
@click.argument("name", required=False)
def sync(app: App, name: str | None, dry_run: bool) -> int:
    """Fetch from the remote NAME, merge what is new there, and push.

    Works with a mirror folder and with a git repository. Where both sides changed the same place, it stops
    before the push and exits 1: settle the conflicts, commit, and run it again.

    \b
    Examples:
      talekeep sync
      talekeep sync backup --dry-run
    """
    if dry_run:
        answer_status(app, "fetch", state.look(app.dataset, name))
        return 0
    result = operation.sync(app.dataset, name, progress=app.output.progress)
    ok = not result.conflicts
    app.output.answer("sync", result, _lines(app, result), ok=ok)
    for note in result.notes:
        app.output.say(note)
    if not ok:
        app.output.say("next: talekeep conflicts; then talekeep commit and talekeep sync")
    return int(not ok)


def _lines(app: App, result: "Synced") -> Iterator[str]:
    for taken in result.merged:
        counts = ", ".join(f"{n} {what}" for what, n in taken.entries.items())
        yield f"Merged {taken.branch}: {counts}  [{(taken.commit or '')[:7]}]"
    if not result.merged and not result.conflicts:
        yield f"Nothing new from {result.remote}"
    yield from conflict_lines(app, result.conflicts)
    if result.pushed is not None:
        yield result.pushed.sentence()
