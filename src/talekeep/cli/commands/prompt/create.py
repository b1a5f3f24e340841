"""The command `prompt create`."""

from pathlib import Path

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.text.changes import answer_edited
from talekeep.cli.text.prompt_text import prompt_text
from talekeep.ops.library import prompts


@command("create", writes=True, commits=True)
@click.argument("name")
@click.option("--text", metavar="TEXT", help="The prompt.")
@click.option("--file", type=click.Path(path_type=Path), metavar="FILE", help="A file that holds it, UTF-8.")
@click.option("--from", "entry", metavar="ENTRY", help="The system prompt of this entry.")
@click.option("--description", default="", metavar="TEXT", help="What it is for.")
def create(
    app: App,
    name: str,
    text: str | None,
    file: Path | None,
    entry: str | None,
    description: str,
    dry_run: bool,
) -> None:
    """Create the prompt NAME to the library.

    \b
    Examples:
      talekeep prompt create "Harbor night" --from 0193c7
      talekeep prompt create keeper --text "You keep the lighthouse." --description "short"
    """
    content = prompt_text(app, text, file)
    result = prompts.create(
        app.dataset, name, text=content, entry=entry, description=description, dry_run=dry_run
    )
    answer_edited(app, "prompt", result, f"Create the prompt {name}", dry_run=dry_run)
