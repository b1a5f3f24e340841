"""The command `tag create`."""

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.options.shared_options import category_option
from talekeep.cli.text.changes import answer_edited
from talekeep.cli.text.changes import few
from talekeep.ops.library import vocabulary


@command("create", writes=True, commits=True)
@click.argument("names", nargs=-1, required=True)
@category_option
def create(app: App, names: tuple[str, ...], category: str, dry_run: bool) -> None:
    """Create tags, in any script; NAME is the name that people read.

    The name of a deleted tag is free, and so is a name that is only an alias.

    \b
    Examples:
      talekeep tag create "Slow Burn" --category style
      talekeep tag create 恋愛 café
    """
    result = vocabulary.create(app.dataset, names, category=category, dry_run=dry_run)
    answer_edited(app, "tag", result, f"Create {few(names)}", dry_run=dry_run)
