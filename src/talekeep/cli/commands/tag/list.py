"""The command `tag list`."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.app import rev_option
from talekeep.cli.commands.tag.review import review_lines
from talekeep.cli.text.library_rows import first_rows
from talekeep.cli.text.library_rows import limit_option
from talekeep.core.text.columns import padded
from talekeep.library.tags import display_name
from talekeep.ops import plural
from talekeep.ops.library import tag_counts

if TYPE_CHECKING:
    from talekeep.ops.library.tag_counts import Only
    from talekeep.ops.library.tag_counts import TagList
    from talekeep.ops.library.tag_counts import TagRow


@command("list")
@click.option("--used", "only", flag_value="used", help="Only tags that an entry carries.")
@click.option("--unused", "only", flag_value="unused", help="Only active tags that no entry carries.")
@click.option("--all", "only", flag_value="all", help="Archived, deleted and hidden tags too.")
@click.option("--review", "only", flag_value="review", help="Only those nobody decided over; see tag review.")
@click.option("--category", metavar="NAME", help="Only tags of this category.")
@limit_option
@rev_option
def list_(app: App, only: "Only | None", category: str | None, limit: int, rev: str | None) -> None:
    """List tags by category, each with the number of entries that carry it.

    An entry counts once for a tag, under whatever old name or spelling it carries it. Without an option:
    the active tags, and whatever else stands on an entry.

    \b
    Examples:
      talekeep tag list --used
      talekeep tag list --category style --json
    """
    result = tag_counts.list_tags(app.dataset, only=only or "offered", category=category, revision=rev)
    app.output.answer("tag", result, _lines(app, result, only, limit))


def _lines(app: App, result: "TagList", only: "Only | None", limit: int) -> Iterator[str]:
    if only == "review":
        yield from review_lines(app, result, limit)
        return
    last = None
    for row in first_rows(app, result.tags, limit):
        head = row.category or ("no category" if row.status != "unknown" else "not in the vocabulary")
        if head != last:
            yield app.output.style(head, "strong")
            last = head
        yield f"  {padded(row.tag, 24)} {row.entries:>6}{_remarks(row)}"
    entries = plural(result.entries, "entry")
    yield f"{plural(len(result.tags), 'tag')}; {entries}, {result.untagged} untagged"


def _remarks(row: "TagRow") -> str:
    texts = [row.name] if row.name != display_name(row.tag) else []
    texts += [row.status] if row.status not in ("active", "unknown") else []
    texts += [f"once {', '.join(row.old_names)}"] if row.old_names else []
    return f"  {'; '.join(texts)}" if texts else ""
