"""Rows of libraries: as many as a person reads, and how many more there are."""

from collections.abc import Iterator
from collections.abc import Sequence
from typing import TypeVar

import click

from talekeep.cli.app import App

T = TypeVar("T")

limit_option = click.option(
    "-n",
    "--limit",
    type=click.IntRange(min=0),
    default=100,
    show_default=True,
    help="Rows to show; 0 for all. JSON has all.",
)


def first_rows(app: App, rows: Sequence[T], limit: int) -> Iterator[T]:
    """The rows to show; of the others, behind them, the number. No limit is 0."""
    shown = rows[:limit] if limit else rows
    yield from shown
    if len(shown) < len(rows):
        app.output.say(f"… and {len(rows) - len(shown)} more: --limit 0")
