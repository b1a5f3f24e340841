"""`add` and `edit`: entries written by hand, in a script or in the user's editor."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from talekeep.cli.app import App
from talekeep.core.errors import BadRecord
from talekeep.core.errors import Usage

if TYPE_CHECKING:
    from talekeep.core.entry import Entry
    from talekeep.ops.workspace.changeset import Edited
SCRIPT_PATH = click.Path(path_type=Path, allow_dash=True)


def read_script(app: App, file: Path) -> str:
    from talekeep.cli.terminal import editor

    if file.suffix in (".json", ".jsonl"):
        raise Usage(f"{file} holds records, not a script", f"talekeep import {file}")
    text = editor.read(app, file)
    if text.lstrip().startswith(("{", "[")):
        raise Usage("this is JSON, not a script", "talekeep import FILE")
    if not text.strip():
        raise Usage("the text is empty", "talekeep show ENTRY shows what a script looks like")
    return text


def parsed_script(text: str) -> "list[Entry]":
    from talekeep.core.script.many import parse_all

    return parse_all(text)


def save_script(app: App, file: Path | None, save: "Callable[[], Edited]", dry_run: bool) -> "Edited":
    """What `save` makes of a file; a kept text is taken away once it is saved."""
    from talekeep.cli.terminal import editor

    try:
        result = save()
    except BadRecord as error:
        raise Usage(f"{file}: {error}" if file else str(error)) from None
    if file is not None and not dry_run:
        editor.settle(app, file)
    return result
