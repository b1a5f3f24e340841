"""Entries as rows: the lists of `list`, `search` and their like."""

from collections.abc import Iterator
from collections.abc import Sequence
from itertools import chain
from typing import TYPE_CHECKING

import click

from talekeep.cli.app import App
from talekeep.cli.last_list import MOST_HANDLES
from talekeep.cli.last_list import remember
from talekeep.cli.output import terminal_width
from talekeep.core.handles import short
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
    app: App, name: str, result: "Listed | Found", lines: Iterator[str], offset: int, *, count: bool
) -> None:
    """Answer with a page of entries and how many there are, or with their number alone."""
    total = str(result.total) if count else plural(result.total, "entry")
    app.output.answer(name, result, chain(lines, [total]))
    left = result.total - offset - len(result.entries)
    if left > 0 and not count:
        app.output.say(f"… and {left} more: --offset {offset + len(result.entries)}")


def row_line(app: App, row: "Row", handle: str, number: int) -> str:
    """An entry on one line: `@N`, the end of its id, exchanges, opening, speakers and tags."""
    tags = f"  [{', '.join(row.tags)}]" if row.tags else ""
    who = f" ({', '.join(map(app.called, row.characters))})" if row.characters else ""
    at = f"@{number}" if number <= MOST_HANDLES else ""
    head = f"{app.output.style(f'{at:<3}', 'dim')} {app.output.style(handle, 'hint')}"
    room = max(60, terminal_width() - 12 - len(handle) - len(tags) - len(who))
    opening = app.output.isolated(cut(row.opening, room, end=""))
    return f"{head}  {row.exchanges:>3}×  {opening}{who}{tags}"


def handles_of(app: App, ids: Sequence[str]) -> dict[str, str]:
    """Each id with the short name it is shown by; from now on `@N` is the N-th of them."""
    if ids and not app.output.as_json:
        remember(app.dataset, ids)
    return short(ids, app.dataset.count(app.dataset.now()))
