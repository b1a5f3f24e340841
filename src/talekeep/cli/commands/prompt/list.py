"""The command `prompt list`."""

from typing import TYPE_CHECKING

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.app import rev_option
from talekeep.cli.text.library_rows import first_rows
from talekeep.cli.text.library_rows import limit_option
from talekeep.core.text.columns import cut
from talekeep.ops.library import prompts

if TYPE_CHECKING:
    from talekeep.ops.library.prompts import Row

_PREVIEW = 70


@command("list")
@click.option("--usage", is_flag=True, help="Count the entries whose system prompt is this very text.")
@click.option("--archived", is_flag=True, help="Archived prompts too.")
@limit_option
@rev_option
def list_(app: App, usage: bool, archived: bool, limit: int, rev: str | None) -> None:
    """List the prompts, with the beginning of each text.

    \b
    Examples:
      talekeep prompt list
      talekeep prompt list --usage --archived
    """
    result = prompts.listed(app.dataset, usage=usage, archived=archived, revision=rev)
    rows = first_rows(app, result.prompts, limit)
    app.output.answer("prompt", result, map(_line, rows) if result.prompts else ["none"])


def _line(row: "Row") -> str:
    text = " ".join(row.content.split())
    count = "" if row.entries is None else f"{row.entries:>5}  "
    return f"{count}{row.slug}  {cut(text, _PREVIEW)}" + ("" if row.active else "  (archived)")
