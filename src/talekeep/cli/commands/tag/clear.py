"""The command `tag clear`."""

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.app import where_option
from talekeep.cli.text.changes import answer_tagged
from talekeep.ops.library import tag_entries


@command("clear", writes=True, commits=True)
@click.argument("entries", nargs=-1)
@where_option
def clear(app: App, entries: tuple[str, ...], where: str | None, dry_run: bool) -> None:
    """Remove all tags from ENTRIES.

    \b
    Examples:
      talekeep tag clear 0193c7
      talekeep tag clear --where source:chat.jsonl
    """
    answer_tagged(
        app,
        tag_entries.clear_tags(app.dataset, entries, where=where, dry_run=dry_run),
        "Clear the tags of",
        dry_run,
    )
