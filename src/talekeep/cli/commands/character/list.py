"""The command `character list`."""

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.app import rev_option
from talekeep.cli.text.answer_lines import character_line
from talekeep.ops.library import characters


@command("list")
@click.option("--used", is_flag=True, help="Only who speaks somewhere.")
@click.option("--inactive", is_flag=True, help="Only inactive characters.")
@rev_option
def list_(app: App, used: bool, inactive: bool, rev: str | None) -> None:
    """List characters and how much each speaks, including speakers that are not in the library.

    \b
    Examples:
      talekeep character list
      talekeep character list --used --rev HEAD~3
    """
    result = characters.listed(app.dataset, used=used, inactive=inactive, revision=rev)
    app.output.answer("character", result, [character_line(row) for row in result.characters] or ["none"])
