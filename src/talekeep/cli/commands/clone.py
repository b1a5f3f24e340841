"""The command `clone`."""

from pathlib import Path

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.text.answer_lines import answer_status
from talekeep.ops.remotes import clone as operation


@command("clone", writes=True)
@click.argument("source")
@click.argument("path", type=click.Path(path_type=Path), required=False)
@click.option("--name", help="What SOURCE is called in the clone: backup for a mirror, origin otherwise.")
def clone(app: App, source: str, path: Path | None, name: str | None, dry_run: bool) -> None:
    """Make a dataset in PATH from SOURCE, a mirror folder or a git repository (path or address).

    Everything is checked before the folder appears: it is complete in the end, or not there. Hooks and
    drivers are installed last; hooks of SOURCE are not copied.

    \b
    Examples:
      talekeep clone ~/Dropbox/Backups/harbor-backup harbor
      talekeep clone https://example.org/tales/harbor.git
      talekeep clone /media/usb restored
    """
    target = path or Path(operation.default_target(source, app.folder))
    if dry_run:
        answer_status(app, "clone", operation.look(source, base=app.folder))
        return
    result = operation.clone(
        source, app.path(target), base=app.folder, name=name, progress=app.output.progress
    )
    app.output.answer("clone", result, [result.sentence()])
    for note in result.notes:
        app.output.say(note)
    app.output.say(f"next: cd {target} && talekeep status")
