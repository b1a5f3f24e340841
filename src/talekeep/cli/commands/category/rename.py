"""The command `category rename`."""

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.text.changes import answer_edited
from talekeep.ops.library import vocabulary


@command("rename", writes=True, commits=True)
@click.argument("old")
@click.argument("new")
def rename(app: App, old: str, new: str, dry_run: bool) -> None:
    """Rename the category OLD to NEW; its tags stay in it, also those of other branches.

    \b
    Examples:
      talekeep category rename style Voice
      talekeep category rename weather "Sky & sea"
    """
    result = vocabulary.rename_category(app.dataset, old, new, dry_run=dry_run)
    answer_edited(app, "category", result, f"Rename the category {old} to {new}", dry_run=dry_run)
