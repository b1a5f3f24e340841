"""`list` and `show`."""

from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING

import click

from talekeep.cli.app import App
from talekeep.core.text.columns import cut
from talekeep.ops import plural

if TYPE_CHECKING:
    from talekeep.ops.entries.list_show import Listed
    from talekeep.ops.entries.list_show import Row
    from talekeep.ops.entries.search import Found
limit_option = click.option(
    "-n",
    "--limit",
    type=click.IntRange(min=0),
    default=25,
    show_default=True,
    help="Entries to show; 0 for all.",
)

offset_option = click.option("--offset", type=click.IntRange(min=0), default=0, help="Entries to skip first.")

count_option = click.option("--count", is_flag=True, help="Say how many match, and nothing else.")


def answer_page(
    app: App, name: str, found: "Listed | Found", lines: Iterator[str], offset: int, *, count: bool
) -> None:
    """Answer with a page of entries and how many there are, or with their number alone."""
    total = str(found.total) if count else plural(found.total, "entry")
    app.output.answer(name, found, chain(lines, [total]))
    left = found.total - offset - len(found.entries)
    if left > 0 and not count:
        app.output.say(f"… and {left} more: --offset {offset + len(found.entries)}")


def row_line(app: App, row: "Row", width: int) -> str:
    """An entry on one line."""
    tags = f"  [{', '.join(row.tags)}]" if row.tags else ""
    who = f" ({', '.join(map(app.called, row.characters))})" if row.characters else ""
    head = app.output.style(row.id[:width], "hint")
    opening = app.output.isolated(cut(row.opening, 60, end=""))
    return f"{head}  {row.exchanges:>3}×  {opening}{who}{tags}"


def id_width(ids: list[str]) -> int:
    """The shortest beginnings that tell these ids apart, 8 digits at least."""
    # A version 7 UUID begins with the time: all that one import brought in share the first 8 digits.
    least = 18 if any(i[14:15] == "7" for i in ids) else 8
    return next((n for n in range(least, 36) if len({i[:n] for i in ids}) == len(set(ids))), 36)
