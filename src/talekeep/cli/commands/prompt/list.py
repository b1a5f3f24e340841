"""The command `prompt list`."""

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.app import rev_option
from talekeep.ops.library import prompts

_PREVIEW = 70


@command("list")
@click.option("--usage", is_flag=True, help="Count the entries whose system prompt is this very text.")
@click.option("--archived", is_flag=True, help="Archived prompts too.")
@rev_option
def list_(app: App, usage: bool, archived: bool, rev: str | None) -> None:
    """List the prompts, with the beginning of each text.

    \b
    Examples:
      talekeep prompt list
      talekeep prompt list --usage --archived
    """
    result = prompts.listed(app.dataset, usage=usage, archived=archived, revision=rev)
    lines = []
    for row in result.prompts:
        text = " ".join(row.content.split())
        shown = text if len(text) <= _PREVIEW else text[: _PREVIEW - 1] + "…"
        count = "" if row.entries is None else f"{row.entries:>5}  "
        lines.append(f"{count}{row.slug}  {shown}" + ("" if row.active else "  (archived)"))
    app.output.answer("prompt", result, lines or ["none"])
