"""The text of a prompt: from an option, or from a file."""

from pathlib import Path

from talekeep.cli.app import App
from talekeep.cli.options import input_file
from talekeep.core.errors import Usage


def prompt_text(app: App, text: str | None, file: Path | None) -> str | None:
    from talekeep.ops.library import prompts

    if text is not None and file is not None:
        raise Usage("give --text or --file, not both")
    if file is None:
        return text
    from talekeep.cli.terminal import editor

    if editor.is_kept(app, file):
        return editor.read(app, file).removesuffix("\n")
    with input_file.readable(app, [file]) as (place,):
        return prompts.text_of_file(place)
