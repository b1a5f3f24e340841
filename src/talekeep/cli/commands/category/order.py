"""The command `category order`."""

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.text.changes import answer_edited
from talekeep.cli.text.changes import few
from talekeep.ops.library import vocabulary


@command("order", writes=True, commits=True)
@click.argument("names", nargs=-1, required=True, metavar="CATEGORY...")
def order(app: App, names: tuple[str, ...], dry_run: bool) -> None:
    """Put these categories first, in this order; the others keep their order behind them.

    \b
    Examples:
      talekeep category order status weather
      talekeep category order weather --dry-run
    """
    result = vocabulary.order_categories(app.dataset, names, dry_run=dry_run)
    answer_edited(app, "category", result, f"Put first: {few(names)}", dry_run=dry_run)
