"""The command `prompt apply`."""

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.app import where_option
from talekeep.cli.text.changes import answer_edited
from talekeep.ops import plural
from talekeep.ops.library import prompts


@command("apply", writes=True, commits=True)
@click.argument("name")
@click.argument("entries", nargs=-1)
@where_option
def apply(app: App, name: str, entries: tuple[str, ...], where: str | None, dry_run: bool) -> None:
    """Copy the prompt NAME into ENTRIES, as their system prompt.

    It replaces the system prompt that an entry has; other messages do not change.

    \b
    Examples:
      talekeep prompt apply keeper 0193c7 0193d2
      talekeep prompt apply keeper --where "tag:harbor" --dry-run
    """
    result = prompts.apply(app.dataset, name, entries, where=where, dry_run=dry_run)
    sentence = f"Set the system prompt of {plural(len(result.changed), 'entry')} to {name}"
    answer_edited(app, "prompt", result, sentence, dry_run=dry_run)
