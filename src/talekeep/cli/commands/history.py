"""`commit` and `diff`."""

from collections.abc import Iterator
from pathlib import Path
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


@command("diff")
@click.argument("before", required=False)
@click.argument("after", required=False)
@click.option("--stat", is_flag=True, help="One line an entry.")
@click.option("--entry", metavar="ENTRY", help="Only this entry: an id or a unique beginning of one.")
@click.option(
    "--html",
    "page",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write both sides as one page for a browser.",
)
@click.option("--force", is_flag=True, help="Replace FILE if it exists.")
def diff(
    app: App,
    before: str | None,
    after: str | None,
    stat: bool,
    entry: str | None,
    page: Path | None,
    force: bool,
) -> None:
    """Compare by entry: HEAD with the folder, BEFORE with the folder, or BEFORE with AFTER.

    Words that went are in [-…-], words that came in {+…+}; unchanged messages are folded. The page of --html
    is one file that loads nothing and runs nothing, and prints well.

    \b
    Examples:
      talekeep diff
      talekeep diff HEAD~3 HEAD --stat
      talekeep diff first-draft --html ../changes.html
    """
    from talekeep.ops import history

    found = history.diff(app.dataset, before, after)
    if entry is not None:
        found = history.of_entry(found, entry)
    if page is None:
        app.output.answer("diff", found, _diff_lines(app, found, stat))
        return
    _write_page(app, found, page, (before or "HEAD", after or "the folder"), force)
    answer = {"changes": found.changes, "files": found.files, "unreadable": found.unreadable}
    app.output.answer("diff", answer | {"html": page}, [f"Wrote {page}: {_counts(found)}"])


def _write_page(app: App, found: "Compared", page: Path, sides: tuple[str, str], force: bool) -> None:
    from talekeep.ops import diff_html
    from talekeep.ops import reports

    text = diff_html.page(found, dataset=app.dataset.config.name, before=sides[0], after=sides[1])
    reports.write_page(app.dataset, app.path(page), text, force=force)


def _diff_lines(app: App, found: "Compared", stat: bool) -> Iterator[str]:
    for change in found.changes:
        yield app.output.style(f"{change.kind} {change.id}", "strong") + _stat(change)
        if not stat:
            yield from _change_lines(app, change)
    yield from (f"changed file {name}" for name in found.files)
    yield from (app.output.style(f"unreadable line {place}", "bad") for place in found.unreadable)
    yield _counts(found)


def _counts(found: "Compared") -> str:
    kinds = [change.kind for change in found.changes]
    counts = ", ".join(f"{kinds.count(kind)} {kind}" for kind in dict.fromkeys(kinds))
    return counts or ("no entry differs" if found.files or found.unreadable else "no difference")


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
