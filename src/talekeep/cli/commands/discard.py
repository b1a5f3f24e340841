"""The command `discard`."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.text.changes import change_lines
from talekeep.cli.text.changes import counted
from talekeep.ops.history import discard as operation

if TYPE_CHECKING:
    from talekeep.ops.history.discard import Discarded


@command("discard", writes=True)
@click.argument("entries", nargs=-1, metavar="[ENTRY]...")
@click.option("--where", metavar="QUERY", help="Of all entries that match, e.g. 'tag:draft'.")
@click.option("--all", "everything", is_flag=True, help="All uncommitted changes, of every file.")
def discard(app: App, entries: tuple[str, ...], where: str | None, everything: bool, dry_run: bool) -> None:
    """Throw uncommitted changes away.

    The entries become again what the last commit has: edited ones as they were, removed ones back in their
    place, new ones gone. The files are first copied to .git/talekeep/drafts, and the answer says where.

    \b
    Examples:
      talekeep discard 0193c7
      talekeep discard --all --dry-run
    """
    result = operation.discard(app.dataset, entries, where=where, everything=everything, dry_run=dry_run)
    app.output.answer("discard", result, _discard_lines(app, result, dry_run))
    if result.draft is not None:
        app.output.say(f"the files as they were are kept in {result.draft}")


def _discard_lines(app: App, result: "Discarded", dry_run: bool) -> Iterator[str]:
    if not result.files:
        yield "Nothing to discard"
        return
    files = "1 file" if len(result.files) == 1 else f"{len(result.files)} files"
    verb = "Would discard the changes" if dry_run else "Discarded the changes"
    numbers = counted(result.changes)
    yield f"{verb} in {files}" + (f": {numbers}" if numbers else "")
    if dry_run:
        yield from change_lines(app, result.changes)
