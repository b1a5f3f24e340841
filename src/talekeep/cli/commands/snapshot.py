"""The command `snapshot`."""

from collections.abc import Iterable
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.core.text import columns
from talekeep.ops.history import snapshots

if TYPE_CHECKING:
    from talekeep.ops.history.snapshots import Snapshots


@command("snapshot", writes=True)
@click.argument("name", required=False)
@click.option("--note", default="", metavar="TEXT", help="What to remember about it.")
@click.option("--rev", default="HEAD", show_default=True, metavar="REV", help="The commit to name.")
def snapshot(app: App, name: str | None, note: str, rev: str, dry_run: bool) -> None:
    """Give the last commit a permanent name and a note; without NAME, list snapshots.

    A snapshot is an annotated git tag. Its name can be used wherever a revision is expected.

    \b
    Examples:
      talekeep snapshot first-draft --note "before the rewrite"
      talekeep snapshot
    """
    if name is None:
        result = snapshots.snapshots(app.dataset)
        app.output.answer("snapshot", result, _snapshot_lines(app, result))
        return
    result = snapshots.snapshot(app.dataset, name, note=note, revision=rev, dry_run=dry_run)
    verb = "Would name" if dry_run else "Named"
    lines: Iterable[str] = [f"{verb} {result.made.commit[:7]} {name}"] if result.made else []
    app.output.answer("snapshot", result, lines)
    if result.uncommitted:
        app.output.say("changes that are not committed are not in it")


def _snapshot_lines(app: App, result: "Snapshots") -> Iterator[str]:
    width = max([columns.width(row.name) for row in result.snapshots], default=0)
    for row in result.snapshots:
        note = f"  {' '.join(row.note.split())}" if row.note else ""
        name = app.output.style(columns.padded(row.name, width), "strong")
        yield f"{name}  {row.commit[:7]}  {row.time[:10]}{note}"
    if not result.snapshots:
        yield "No snapshots"
