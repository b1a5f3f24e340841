"""The command `category create`."""

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.text.changes import answer_edited
from talekeep.ops.library import vocabulary


@command("create", writes=True, commits=True)
@click.argument("name")
def create(app: App, name: str, dry_run: bool) -> None:
    """Create a category at the end of the list.

    \b
    Examples:
      talekeep category create Weather
      talekeep category create "Sky & sea" --dry-run
    """
    result = vocabulary.create_category(app.dataset, name, dry_run=dry_run)
    answer_edited(app, "category", result, f"Create the category {name}", dry_run=dry_run)
