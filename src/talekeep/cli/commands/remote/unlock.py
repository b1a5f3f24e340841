"""The command `remote unlock`."""

import sys
from pathlib import Path

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.ops.remotes import clone


@command("unlock", writes=True)
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--key-file", metavar="FILE", help="Read the key from FILE; - is standard input.")
@click.option("--passphrase", is_flag=True, help="Open the locked copy of the key in the folder instead.")
def unlock(app: App, folder: Path, key_file: str | None, passphrase: bool, dry_run: bool) -> None:
    """Store the key of the encrypted mirror FOLDER on this machine.

    After that the mirror can be cloned, fetched, checked and added here. The key is asked for, or read from
    --key-file, and stored in a file that only your user can read.

    \b
    Examples:
      talekeep remote unlock ~/Dropbox/Backups/harbor-backup
      talekeep remote unlock ~/Dropbox/Backups --key-file recovery-key.txt
    """
    from talekeep.ops.remotes import encryption

    place = app.at_home(folder).resolve()
    if dry_run:
        result = clone.look(str(place))
        app.output.answer(
            "remote-unlock", encryption.Unlocked(result.folder), [f"Would unlock {result.folder}"]
        )
        return
    secret = _secret(app, key_file, "Passphrase" if passphrase else "Recovery key")
    if passphrase:
        unlocked = encryption.unlock(place, passphrase=secret)
    else:
        unlocked = encryption.unlock(place, key=encryption.parse_key(secret))
    app.output.answer(
        "remote-unlock", unlocked, [f"Unlocked {unlocked.folder}; the key is in {unlocked.key_file}"]
    )
    app.output.say(f"next: talekeep clone {unlocked.folder}")


def _secret(app: App, file: str | None, what: str) -> str:
    if file == "-" or (file is None and not sys.stdin.isatty()):
        return sys.stdin.read()
    if file is not None:
        return app.at_home(file).read_text(encoding="utf-8", errors="replace")
    return str(click.prompt(what, hide_input=True, err=True))
