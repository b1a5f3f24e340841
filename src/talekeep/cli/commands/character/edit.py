"""The command `character edit`."""

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.text.changes import answer_edited
from talekeep.library.characters import COLOURS
from talekeep.ops.library import edit_characters


@command("edit", writes=True, commits=True)
@click.argument("slug")
@click.option("--name", metavar="NAME", help="How people read it.")
@click.option("--description", metavar="TEXT", help="Who this is.")
@click.option(
    "--color", type=click.Choice(["", *COLOURS]), help="On the page of talekeep serve; '' for none."
)
def edit(
    app: App, slug: str, name: str | None, description: str | None, color: str | None, dry_run: bool
) -> None:
    """Change the name, the description or the colour of the character SLUG; no message changes.

    \b
    Examples:
      talekeep character edit mara --name "Mara Voss"
      talekeep character edit mara --description "wry; keeps the light" --dry-run
    """
    result = edit_characters.edit(
        app.dataset, slug, display=name, description=description, color=color, dry_run=dry_run
    )
    answer_edited(app, "character", result, f"Describe the character {slug}", dry_run=dry_run)
