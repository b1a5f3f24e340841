"""The command `textconv`."""

from pathlib import Path

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.output import harmless


@command("textconv", hidden=True)
@click.argument("file", type=click.Path(path_type=Path))
def textconv(app: App, file: Path) -> None:
    """Print a part as scripts (git's diff driver).

    \b
    Examples:
      talekeep textconv entries/0000/00000-3fa9.jsonl
      git config diff.talekeep.textconv 'talekeep textconv'
    """
    from talekeep.core.script import script
    from talekeep.store.parts import allow_long_lines

    allow_long_lines(app.folder)
    for line in script.render_part(file.read_bytes().split(b"\n")):
        # Git sends this to a terminal as it is.
        app.output.line(harmless(line))
