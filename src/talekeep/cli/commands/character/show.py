"""The command `character show`."""

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.app import rev_option
from talekeep.cli.text.answer_lines import character_line
from talekeep.ops.library import characters

_SHOWN = 20


@command("show")
@click.argument("name")
@rev_option
def show(app: App, name: str, rev: str | None) -> None:
    """Show the character NAME: description, messages by role, the system prompts that name it.

    \b
    Examples:
      talekeep character show mara
      talekeep character show mara --json
    """
    result = characters.show(app.dataset, name, revision=rev)
    row = result.character
    lines = [character_line(row), *([row.description] if row.description else [])]
    lines += ["  has a character card"] if row.card else []
    lines += [f"  {count} as {role}" for role, count in result.roles.items()]
    lines += [f"  named in the system prompt of {entry}" for entry in result.prompts[:_SHOWN]]
    hidden = len(result.prompts) - _SHOWN
    app.output.answer("character", result, [*lines, *([f"  … and of {hidden} more"] if hidden > 0 else [])])
