"""The command `log`."""

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.last_list import resolve_handles
from talekeep.cli.text.answer_lines import author_name
from talekeep.ops.history import entry_log
from talekeep.ops.history import log as operation

if TYPE_CHECKING:
    from talekeep.cli.output import Meaning
    from talekeep.ops.history.entry_log import EntryChange
    from talekeep.ops.history.entry_log import EntryLog
    from talekeep.ops.history.log import LogRow
    from talekeep.ops.merge.undo import Operation

_MEANINGS: dict[str, "Meaning"] = {"added": "added", "removed": "removed"}


@command("log")
@click.argument("name", required=False, metavar="[REV|ENTRY]")
@click.option(
    "--rev", metavar="REV", help="Start there: a commit, branch or snapshot; the name is then an entry."
)
@click.option(
    "-n",
    "--limit",
    type=click.IntRange(min=0),
    default=20,
    show_default=True,
    help="Commits to show; 0 for all.",
)
@click.option("--oneline", is_flag=True, hidden=True, expose_value=False, help="As it is anyway.")
@click.option("--ops", is_flag=True, help="Operations of this branch, with those that are undone marked.")
def log(app: App, name: str | None, rev: str | None, limit: int, ops: bool) -> None:
    """Show commits, newest first: all, those up to REV, or those that changed ENTRY.

    ENTRY is an id or a unique prefix of one, also of an entry that moved or was removed. Below each commit is
    what it changed in the entry.

    \b
    Examples:
      talekeep log
      talekeep log main --limit 5 --json
      talekeep log 0193c7
      talekeep log --ops
    """
    limit = limit or sys.maxsize
    name = resolve_handles(lambda: app.dataset, {"entry": name})["entry"]
    if ops:
        from talekeep.ops.merge import undo

        listed = undo.operations(app.dataset, limit)
        app.output.answer("log", undo.Operations(listed), map(_operation_line, listed))
        return
    if name is not None and (rev is not None or entry_log.is_entry(app.dataset, name)):
        result = entry_log.log_entry(app.dataset, name, revision=rev or "HEAD", limit=limit)
        app.output.answer("log", result, _entry_log_lines(app, result))
        return
    rows = operation.log(app.dataset, limit=limit, revision=name or rev or "HEAD")
    app.output.answer("log", operation.Log(rows), (_log_line(app, row) for row in rows))


def _operation_line(row: "Operation") -> str:
    undone = "  (undone)" if row.undone else ""
    return f"{row.id[:7]}  {row.operation or '-':<16} {row.subject}{undone}"


def _log_line(app: App, row: "LogRow") -> str:
    counts = ""
    if row.entries:
        counts = f"  (+{row.entries['added']} ~{row.entries['changed']} -{row.entries['removed']})"
    commit = app.output.style(row.id[:7], "hint")
    return f"{commit}  {row.time[:10]}  {row.subject}{counts}  {author_name(row.author)}"


def _entry_log_lines(app: App, result: "EntryLog") -> Iterator[str]:
    yield app.output.style(f"entry {result.entry}", "strong")
    for row, change in zip(result.commits, result.changes, strict=True):
        head = app.output.style(row.id[:7], "hint")
        yield f"{head}  {row.time[:10]}  {row.subject}  {author_name(row.author)}"
        kind = app.output.style(change.kind, _MEANINGS.get(change.kind, "strong"))
        earlier = ", here or earlier: this clone is shallow (git fetch --unshallow)" if row.boundary else ""
        yield f"         {kind}{_details(change)}{earlier}"


def _details(change: "EntryChange") -> str:
    texts = []
    for message in change.messages:
        at = message.before if message.after is None else message.after
        texts.append(f"{message.kind} message {(at or 0) + 1}")
    texts += [f"+{tag}" for tag in change.tags_added] + [f"-{tag}" for tag in change.tags_removed]
    texts += list(change.keys)
    if change.moved_from is not None:
        texts.append(f"from {change.moved_from} to {change.part}")
    return f": {', '.join(texts)}" if texts else ""
