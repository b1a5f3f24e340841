"""The command `restore`."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.ops.history import restore as operation

if TYPE_CHECKING:
    from talekeep.ops.history.restore import Restored

_SHOWN = 20


@command("restore", writes=True, commits=True)
@click.argument("entries", nargs=-1, metavar="[ENTRY]...")
@click.option(
    "--rev", "source", default="HEAD", show_default=True, metavar="REV", help="The commit to take them from."
)
@click.option("--from", "source", hidden=True)
@click.option("--where", metavar="QUERY", help="All entries that match in REV, e.g. 'tag:draft'.")
@click.option("--no-commit", is_flag=True, help="Stage the change and leave the commit to you.")
def restore(
    app: App, entries: tuple[str, ...], source: str, where: str | None, no_commit: bool, dry_run: bool
) -> None:
    """Restore entries and their sidecars as they were at REV, in one commit.

    ENTRY is an id or a unique prefix of one in REV. A removed entry comes back at the end of its part. No
    other entry changes, and uncommitted changes are never overwritten.

    \b
    Examples:
      talekeep restore 0193c7 --rev HEAD~2
      talekeep restore --where 'tag:approved' --rev first-draft --dry-run
    """
    result = operation.restore(
        app.dataset, entries, source=source, where=where, dry_run=dry_run, commit=not no_commit
    )
    app.output.answer("restore", result, _restore_lines(app, result, dry_run, no_commit))


def _restore_lines(app: App, result: "Restored", dry_run: bool, staged: bool) -> Iterator[str]:
    changed = [row for row in result.entries if row.kind != "same"]
    yield from (f"{row.kind} {row.id}" for row in changed[:_SHOWN])
    if len(changed) > _SHOWN:
        yield f"… and {len(changed) - _SHOWN} more"
    if not changed:
        few = "the entry is" if result.same == 1 else f"all {result.same} entries are"
        why = (
            f"{few} as in {result.source[:7]}" if result.same else f"no entry matches in {result.source[:7]}"
        )
        yield f"Nothing to restore: {why}"
        return
    verb = "Would restore" if dry_run else "Staged" if staged else "Restored"
    at = f"  [{result.commit[:7]}]" if result.commit else ""
    same = f", {result.same} as they were" if result.same else ""
    yield f"{verb} +{result.added} ~{result.changed} entries from {result.source[:7]}{same}{at}"
