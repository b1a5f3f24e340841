"""The command `tag remove`."""

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.app import where_option
from talekeep.cli.text.changes import answer_tagged
from talekeep.cli.text.changes import split
from talekeep.ops.library import tag_entries


@command("remove", writes=True, commits=True)
@click.argument("tags")
@click.argument("entries", nargs=-1)
@where_option
def remove(app: App, tags: str, entries: tuple[str, ...], where: str | None, dry_run: bool) -> None:
    """Take TAGS (one, or several with commas) off ENTRIES, whatever old name they stand there under.

    \b
    Examples:
      talekeep tag remove draft 0193c7
      talekeep tag remove draft --where tag:approved
    """
    result = tag_entries.remove(app.dataset, split(tags), entries, where=where, dry_run=dry_run)
    answer_tagged(app, result, "Untag", dry_run)
