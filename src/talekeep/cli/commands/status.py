"""The command `status`."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from talekeep.cli.app import App
from talekeep.cli.app import command
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
    found = operation.status(app.dataset)
    app.output.answer("status", found, _status_lines(app, found))


def _status_lines(app: App, found: "Status") -> Iterator[str]:
    style = app.output.style
    at = f" at {found.commit[:7]}" if found.commit else ", nothing committed yet"
    yield f"{style(found.dataset, 'strong')} on {found.branch or 'no branch'}{at}"
    yield f"  entries     {found.entries}"
    yield f"  changes     {_changes_line(found)}"
    if found.under_way:
        yield f"  under way   {found.under_way}"
    if found.conflicts:
        yield f"  conflicts   {style(f'{found.open} left in ' + ', '.join(found.conflicts), 'bad')}"
    if found.errors:
        text = f"{found.errors} in the folder; talekeep discard throws uncommitted changes away"
        yield f"  errors      {style(text, 'bad')}"
    yield f"  validated   {style('yes', 'good') if found.validated else style('no', 'warning')}"
    for mirror in found.mirrors:
        yield f"  mirror      {mirror.name}: {mirror.summary}"
    if not found.mirrors:
        yield "  mirror      none"
    yield f"  hooks       {style('; '.join(found.setup), 'warning') if found.setup else style('ok', 'good')}"
    for warning in found.warnings:
        yield f"  place       {style(warning, 'warning')}"
    if found.next:
        yield f"next: {style(found.next, 'hint')}"


def _changes_line(found: "Status") -> str:
    changes = found.changes
    said = [
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
        said.append(f"{len(changes.other)} other {'file' if len(changes.other) == 1 else 'files'}")
    return ", ".join(said) or "none"
