"""The command `tag adopt`."""

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.options.shared_options import category_option
from talekeep.cli.text.changes import answer_edited
from talekeep.cli.text.changes import few
from talekeep.ops.library import vocabulary


@command("adopt", writes=True, commits=True)
@click.argument("names", nargs=-1, required=True, metavar="TAG...")
@category_option
def adopt(app: App, names: tuple[str, ...], category: str, dry_run: bool) -> None:
    """Add tags that entries carry to the vocabulary. `talekeep tag review` lists them.

    \b
    Examples:
      talekeep tag adopt noir --category style
      talekeep tag adopt fog rain
    """
    result = vocabulary.adopt(app.dataset, names, category=category, dry_run=dry_run)
    answer_edited(app, "tag", result, f"Adopt {few(names)}", dry_run=dry_run)
