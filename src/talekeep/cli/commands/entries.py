"""`list` and `show`."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.app import rev_option
from talekeep.cli.app import where_option

if TYPE_CHECKING:
    from talekeep.ops.entries import Listed


@command("list")
@where_option
@rev_option
@click.option(
    "--limit", type=click.IntRange(min=0), default=25, show_default=True, help="Entries to show; 0 for all."
)
@click.option("--offset", type=click.IntRange(min=0), default=0, help="Entries to skip first.")
def list_(app: App, where: str | None, rev: str | None, limit: int, offset: int) -> None:
    """List entries: id, exchanges, tags and how they open.

    \b
    Examples:
      talekeep list
      talekeep list --where 'tag:draft -tag:approved exchanges>=4'
    """
    from talekeep.ops import entries

    found = entries.list_entries(app.dataset, where=where, revision=rev, limit=limit or None, offset=offset)
    app.output.answer("list", found, _list_lines(app, found))
    left = found.total - offset - len(found.entries)
    if left > 0:
        app.output.say(f"… and {left} more: --offset {offset + len(found.entries)}")


def _list_lines(app: App, found: "Listed") -> Iterator[str]:
    width = _id_width([row.id for row in found.entries])
    for row in found.entries:
        tags = f"  [{', '.join(row.tags)}]" if row.tags else ""
        who = f" ({', '.join(row.characters)})" if row.characters else ""
        head = app.output.style(row.id[:width], "hint")
        yield f"{head}  {row.exchanges:>3}×  {row.opening[:60]}{who}{tags}"
    yield f"{found.total} {'entry' if found.total == 1 else 'entries'}"


def _id_width(ids: list[str]) -> int:
    """The shortest beginnings that tell these ids apart, 8 digits at least."""
    return next((n for n in range(8, 36) if len({i[:n] for i in ids}) == len(set(ids))), 36)


@command("show")
@click.argument("entry")
@rev_option
def show(app: App, entry: str, rev: str | None) -> None:
    """Show one entry as a script.

    ENTRY is an id or a unique beginning of one; REV:ENTRY shows it as it was.

    \b
    Examples:
      talekeep show 0193c7
      talekeep show HEAD~2:0193c7
    """
    from talekeep.ops import entries

    found = entries.show(app.dataset, entry, revision=rev)
    app.output.answer("show", found, [found.script.rstrip("\n")])
