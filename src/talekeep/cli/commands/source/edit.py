"""The command `source edit`."""

from typing import Any

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.app import given
from talekeep.cli.options.shared_options import rights_options
from talekeep.cli.text.changes import answer_edited
from talekeep.ops.library import sources


@command("edit", writes=True)
@click.argument("names", metavar="SOURCE…", nargs=-1, required=True)
@rights_options
# Any: the options of `rights_options`, each of a type of its own.
def edit(app: App, names: tuple[str, ...], dry_run: bool, **rights: Any) -> None:
    """Say of each SOURCE (its slug or file) whose it is and what may be done with it.

    Only what is given is replaced; "" takes a text away.

    \b
    Examples:
      talekeep source edit chat --licence CC-BY-4.0 --author "Wren" --url https://example.org/chat
      talekeep source edit chat.jsonl --model llama-3-8b --permission "by mail"
    """
    result = sources.edit_source(app.dataset, names, given(rights), dry_run=dry_run)
    answer_edited(app, "source", result, f"Say whose {', '.join(names)} is", dry_run=dry_run)
