"""The command `category delete`."""

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.text.changes import answer_edited
from talekeep.ops.library import vocabulary


@command("delete", writes=True, commits=True)
@click.argument("name")
def delete(app: App, name: str, dry_run: bool) -> None:
    """Delete a category that has no active tag. Built-in categories cannot be deleted.

    \b
    Examples:
      talekeep category delete weather
      talekeep category delete weather --dry-run
    """
    result = vocabulary.delete_category(app.dataset, name, dry_run=dry_run)
    answer_edited(app, "category", result, f"Delete the category {name}", dry_run=dry_run)
