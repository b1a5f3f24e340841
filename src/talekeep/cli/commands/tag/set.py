"""The command `tag set`."""

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.app import where_option
from talekeep.cli.text.changes import answer_tagged
from talekeep.cli.text.changes import split
from talekeep.ops.library import tag_entries


@command("set", writes=True, commits=True)
@click.argument("tags")
@click.argument("entries", nargs=-1)
@where_option
def set_(app: App, tags: str, entries: tuple[str, ...], where: str | None, dry_run: bool) -> None:
    """Give ENTRIES these TAGS (one, or several with commas) in place of all they have.

    \b
    Examples:
      talekeep tag set slow_burn,approved 0193c7
      talekeep tag set draft --where untagged
    """
    result = tag_entries.set_tags(app.dataset, split(tags), entries, where=where, dry_run=dry_run)
    answer_tagged(app, result, "Set the tags of", dry_run)
