"""`commit`, `log`, `diff`."""

from collections.abc import Iterator
from typing import TYPE_CHECKING
from typing import Any

import click

from talekeep.cli.app import App
from talekeep.cli.app import command

if TYPE_CHECKING:
    from talekeep.cli.output import Meaning
    from talekeep.core.diff import Change
    from talekeep.core.diff import MessageChange
    from talekeep.core.words import Op
    from talekeep.ops.history import Committed
    from talekeep.ops.history import Compared
    from talekeep.ops.history import LogRow
    from talekeep.ops.undoing import Operation

_SIGNS: "dict[str, tuple[str, Meaning]]" = {"added": ("+", "added"), "removed": ("-", "removed")}
_MARKS: "dict[str, tuple[str, str, Meaning]]" = {"-": ("[-", "-]", "removed"), "+": ("{+", "+}", "added")}


@command("commit", writes=True)
@click.option("-m", "--message", help="The subject; what happened in numbers without it.")
def commit(app: App, message: str | None, dry_run: bool) -> None:
    """Commit every change in the dataset's files.

    Tracked files and new ones in entries/, sidecars/ and library/. Changed parts are validated first (an
    error stops the commit and nothing happens) and made canonical.

    \b
    Examples:
      talekeep commit -m "Rewrite the harbor scene"
      talekeep commit --dry-run
    """
    from talekeep.ops import history

    done = history.commit(app.dataset, message, dry_run=dry_run)
    app.output.answer("commit", done, [_commit_line(done, dry_run)])


def _commit_line(done: "Committed", dry_run: bool) -> str:
    if not done.files:
        return "Nothing to commit"
    files = "1 file" if len(done.files) == 1 else f"{len(done.files)} files"
    counts = f"+{done.added} ~{done.changed} -{done.removed} entries in {files}"
    return f"Would commit {counts}" if dry_run else f"Committed {counts}  [{(done.commit or '')[:7]}]"


@command("log")
@click.argument("rev", default="HEAD")
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help="Commits to show.")
@click.option("--ops", is_flag=True, help="Operations, with those that are undone marked.")
def log(app: App, rev: str, limit: int, ops: bool) -> None:
    """Show commits, newest first.

    \b
    Examples:
      talekeep log
      talekeep log main --limit 5 --json
      talekeep log --ops
    """
    from talekeep.ops import history
    from talekeep.ops import undoing

    if ops:
        found = undoing.operations(app.dataset, limit)
        lines = (f"{row.id[:7]}  {row.operation or '-':<8} {row.subject}{_undone(row)}" for row in found)
        app.output.answer("log", {"operations": found}, lines)
        return
    rows = history.log(app.dataset, limit=limit, revision=rev)
    app.output.answer("log", {"commits": rows}, (_log_line(app, row) for row in rows))


def _undone(row: "Operation") -> str:
    return "  (undone)" if row.undone else ""


def _log_line(app: App, row: "LogRow") -> str:
    counts = ""
    if row.entries:
        counts = f"  (+{row.entries['added']} ~{row.entries['changed']} -{row.entries['removed']})"
    author = row.author.partition(" <")[0]
    return f"{app.output.style(row.id[:7], 'hint')}  {row.time[:10]}  {row.subject}{counts}  {author}"


@command("diff")
@click.argument("before", required=False)
@click.argument("after", required=False)
@click.option("--stat", is_flag=True, help="One line an entry.")
def diff(app: App, before: str | None, after: str | None, stat: bool) -> None:
    """Compare by entry: HEAD with the folder, BEFORE with the folder, or BEFORE with AFTER.

    Words that went are in [-…-], words that came in {+…+}; unchanged messages are folded.

    \b
    Examples:
      talekeep diff
      talekeep diff HEAD~3 HEAD --stat
    """
    from talekeep.ops import history

    found = history.diff(app.dataset, before, after)
    app.output.answer("diff", found, _diff_lines(app, found, stat))


def _diff_lines(app: App, found: "Compared", stat: bool) -> Iterator[str]:
    for change in found.changes:
        yield app.output.style(f"{change.kind} {change.id}", "strong") + _stat(change)
        if not stat:
            yield from _change_lines(app, change)
    yield from (f"changed file {name}" for name in found.files)
    yield from (app.output.style(f"unreadable line {place}", "bad") for place in found.unreadable)
    kinds = [change.kind for change in found.changes]
    counts = ", ".join(f"{kinds.count(kind)} {kind}" for kind in dict.fromkeys(kinds))
    yield counts or ("no entry differs" if found.files or found.unreadable else "no difference")


def _stat(change: "Change") -> str:
    said = [
        f"{m.kind} message {(m.after if m.after is not None else m.before or 0) + 1}" for m in change.messages
    ]
    said = [text for text, m in zip(said, change.messages, strict=True) if m.kind != "unchanged"]
    said += [f"+{tag}" for tag in change.tags_added] + [f"-{tag}" for tag in change.tags_removed]
    said += [f"{field.kind} {'.'.join(map(str, field.path))}" for field in change.fields]
    return f"  ({', '.join(said)})" if said else ""


def _change_lines(app: App, change: "Change") -> Iterator[str]:
    from talekeep.core import script

    if change.kind in _SIGNS:
        sign, meaning = _SIGNS[change.kind]
        text = script.render((change.after if change.kind == "added" else change.before) or {})
        yield from (app.output.style(f"{sign} {line}".rstrip(), meaning) for line in text.split("\n")[:-1])
        return
    folded = 0
    for message in change.messages:
        if message.kind == "unchanged":
            folded += 1
            continue
        if folded:
            yield app.output.style(f"  … {folded} unchanged", "dim")
            folded = 0
        yield from _message_lines(app, change, message)
    if folded:
        yield app.output.style(f"  … {folded} unchanged", "dim")


def _message_lines(app: App, change: "Change", message: "MessageChange") -> Iterator[str]:
    from talekeep.core import words
    from talekeep.core.entry import text_of

    before = _message(change.before, message.before)
    after = _message(change.after, message.after)
    shown = after if after is not None else before or {}
    name = f" · {shown['name']}" if isinstance(shown.get("name"), str) else ""
    yield f"  ## {shown.get('role', '?')}{name}"
    yield from _marked(app, words.compare(text_of(before or {}), text_of(after or {})))
    for field in message.fields:
        if field.path and field.path[0] != "content":
            yield f"    {'.'.join(map(str, field.path))}: {field.before!r} → {field.after!r}"


def _message(entry: Any, index: int | None) -> dict[str, Any] | None:
    return entry["messages"][index] if entry is not None and index is not None else None


def _marked(app: App, runs: "list[tuple[Op, str]]") -> Iterator[str]:
    """Text with what went in [-…-] and what came in {+…+}; long unchanged stretches lose their middle."""
    pieces = []
    for op, text in runs:
        if op == "=":
            pieces.append(text if len(text) <= 160 else f"{text[:60]} … {text[-60:]}")
        else:
            left, right, meaning = _MARKS[op]
            pieces.append(app.output.style(f"{left}{text}{right}", meaning))
    yield from (f"    {line}".rstrip() for line in "".join(pieces).split("\n"))
