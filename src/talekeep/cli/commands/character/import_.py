"""The command `character import`."""

from pathlib import Path

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.options import input_file
from talekeep.cli.text.changes import answer_edited
from talekeep.ops import plural
from talekeep.ops.library import import_cards


@command("import", writes=True, commits=True)
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--replace", is_flag=True, help="A character who is there gets the new card.")
def import_(app: App, files: tuple[Path, ...], replace: bool, dry_run: bool) -> None:
    """Import the characters of card FILES (JSON, PNG, CHARX or YAML); each card is kept whole.

    If one card cannot be read, none is imported.

    \b
    Examples:
      talekeep character import mara.png
      talekeep character import cards/*.json --replace
    """
    with input_file.readable(app, files) as readable:
        result = import_cards.import_cards(app.dataset, readable, replace=replace, dry_run=dry_run)
    answer_edited(app, "character", result, f"Import {plural(len(files), 'character card')}", dry_run=dry_run)
