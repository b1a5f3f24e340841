"""The command `status`."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.text.changes import few
from talekeep.ops.project import status as operation

if TYPE_CHECKING:
    from talekeep.ops.project.status import Status


@command("status")
def status(app: App) -> None:
    """Show where the dataset stands.

    Branch, entries, uncommitted changes by entry, validation, mirrors, hooks, and the next command.

    \b
    Examples:
      talekeep status
      talekeep status --json
    """
    result = operation.status(app.dataset)
    app.output.answer("status", result, status_lines(app, result))


def status_lines(app: App, result: "Status", *, with_next: bool = True) -> Iterator[str]:
    """How the dataset stands, in lines for people."""
    style = app.output.style
    at = f" at {result.commit[:7]}" if result.commit else ", nothing committed yet"
    yield f"{style(result.dataset, 'strong')} on {result.branch or 'no branch'}{at}"
    yield f"  entries     {result.entries}"
    yield f"  changes     {_changes_line(result)}"
    if result.under_way:
        yield f"  under way   {result.under_way}"
    if result.conflicts:
        yield f"  conflicts   {style(f'{result.open} left in {few(result.conflicts)}', 'bad')}"
    if result.errors:
        text = f"{result.errors} in the folder; talekeep discard throws uncommitted changes away"
        yield f"  errors      {style(text, 'bad')}"
    yield f"  validated   {style('yes', 'good') if result.validated else style('no', 'warning')}"
    if result.unreviewed:
        text = f"{result.unreviewed} of {result.entries} to read; talekeep review"
        yield f"  reviews     {style(text, 'warning')}"
    if result.large:
        text = f"{len(result.large)} too large, so that each change writes much; talekeep repack cuts them"
        yield f"  parts       {style(text, 'warning')}"
    for mirror in result.mirrors:
        yield f"  mirror      {mirror.name}: {mirror.summary}"
    for other in result.tracked:
        yield f"  remote      {other.sentence()}"
    if not result.mirrors and not result.tracked:
        yield "  mirror      none"
    hooks = style(_setup_line(result.setup), "warning") if result.setup else style("ok", "good")
    yield f"  hooks       {hooks}"
    for warning in result.warnings:
        yield f"  place       {style(warning, 'warning')}"
    if result.next and with_next:
        yield f"next: {style(result.next, 'hint')}"


def _setup_line(faults: list[str]) -> str:
    more = f" and {len(faults) - 1} more (talekeep setup --check)" if len(faults) > 1 else ""
    return f"{faults[0]}{more}"


def _changes_line(result: "Status") -> str:
    changes = result.changes
    texts = [
        f"{count} {word}"
        for count, word in (
            (changes.added, "added"),
            (changes.changed, "changed"),
            (changes.removed, "removed"),
            (changes.unreadable, "unreadable"),
        )
        if count
    ]
    if changes.other:
        texts.append(f"{len(changes.other)} other {'file' if len(changes.other) == 1 else 'files'}")
    return ", ".join(texts) or "none"
