"""The command `character create`."""

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.text.changes import answer_edited
from talekeep.ops.library import edit_characters


@command("create", writes=True, commits=True)
@click.argument("name")
@click.option("--description", default="", metavar="TEXT", help="Who this is.")
@click.option("--slug", "given", metavar="SLUG", help="How messages name it; made of the name without.")
def create(app: App, name: str, description: str, given: str | None, dry_run: bool) -> None:
    """Create the character NAME in the library.

    \b
    Examples:
      talekeep character create Mara --description "keeps the light at Harrow Point"
      talekeep character create "Old Tom" --slug tom
    """
    result = edit_characters.create(app.dataset, name, description=description, given=given, dry_run=dry_run)
    answer_edited(app, "character", result, f"Create the character {name}", dry_run=dry_run)
