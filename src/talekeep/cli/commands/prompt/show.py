"""The command `prompt show`."""

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.app import rev_option
from talekeep.ops import plural
from talekeep.ops.library import prompts


@command("show")
@click.argument("name")
@rev_option
def show(app: App, name: str, rev: str | None) -> None:
    """Print the prompt NAME.

    \b
    Examples:
      talekeep prompt show harbor_night
      talekeep prompt show harbor_night --rev HEAD~3
    """
    row = prompts.show(app.dataset, name, revision=rev)
    app.output.answer("prompt", prompts.Shelf([row]), [row.content])
    aside = "" if row.active else ", archived"
    app.output.say(f"{row.name}{aside}: the system prompt of {plural(row.entries or 0, 'entry')}")
