"""The command `tag add`."""

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.app import where_option
from talekeep.cli.text.changes import answer_tagged
from talekeep.cli.text.changes import split
from talekeep.ops.library import tag_entries


@command("add", writes=True, commits=True)
@click.argument("tags")
@click.argument("entries", nargs=-1)
@where_option
def add(app: App, tags: str, entries: tuple[str, ...], where: str | None, dry_run: bool) -> None:
    """Add TAGS (one, or several with commas) to ENTRIES.

    An alias adds its current tag. A tag that the vocabulary does not know is added too and listed by
    `talekeep tag review`; an archived or deleted one is refused.

    \b
    Examples:
      talekeep tag add slow_burn,dialogue 0193c7
      talekeep tag add needs_review --where 'issue:S101'
    """
    result = tag_entries.add(app.dataset, split(tags), entries, where=where, dry_run=dry_run)
    answer_tagged(app, result, "Tag", dry_run)
