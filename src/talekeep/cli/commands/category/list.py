"""The command `category list`."""

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.app import rev_option
from talekeep.core.text.columns import padded
from talekeep.ops.library import tag_counts


@command("list")
@rev_option
def list_(app: App, rev: str | None) -> None:
    """List categories in their order, with the number of active tags and of entries that carry one.

    \b
    Examples:
      talekeep category list
      talekeep category list --json
    """
    rows = tag_counts.list_categories(app.dataset, revision=rev)
    lines = [f"{padded(row.name, 24)} {row.tags:>4} tags {row.entries:>6} entries" for row in rows]
    app.output.answer("category", tag_counts.Categories(rows), lines)
