"""The command `alternative list`."""

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.core.entry_edit.alternatives import opening
from talekeep.ops.entries import alternatives

_SHOWN = 100


@command("list")
@click.argument("entry")
def list_(app: App, entry: str) -> None:
    """List the replies that are kept beside ENTRY, with the message each stands for.

    \b
    Examples:
      talekeep alternative list 0193c7
      talekeep alternative list 0193c7 --json
    """
    result = alternatives.list_alternatives(app.dataset, entry)
    lines = [
        f"message {one.message}, {one.number}  {one.kind}"
        + (f" by {one.model}" if one.model else "")
        + (f", {len(one.messages)} messages to the end" if one.to_end else "")
        + f"  {opening(one.messages)[:_SHOWN]}"
        for one in result.alternatives
    ]
    app.output.answer("alternative", result, lines)
    if not lines:
        app.output.say("no other replies are kept beside this entry")
