"""The command `character list`."""

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.app import rev_option
from talekeep.cli.text.answer_lines import character_line
from talekeep.cli.text.library_rows import first_rows
from talekeep.cli.text.library_rows import limit_option
from talekeep.ops.library import characters


@command("list")
@click.option("--used", is_flag=True, help="Only who speaks somewhere.")
@click.option("--inactive", is_flag=True, help="Only inactive characters.")
@limit_option
@rev_option
def list_(app: App, used: bool, inactive: bool, limit: int, rev: str | None) -> None:
    """List characters and how much each speaks, including speakers that are not in the library.

    \b
    Examples:
      talekeep character list
      talekeep character list --used --rev HEAD~3
    """
    result = characters.listed(app.dataset, used=used, inactive=inactive, revision=rev)
    rows = first_rows(app, result.characters, limit)
    app.output.answer("character", result, map(character_line, rows) if result.characters else ["none"])
