"""`remote unlock`, `remote recipients`, and how `remote add --encrypt` shows a key and has it proven."""

import sys
from pathlib import Path

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.core.errors import Usage

_LOST = "Whoever has this key can read the mirror. A lost key is a lost backup: nobody can make another one."


def proven_key(app: App, file: str | None) -> str:
    """The recovery key, after it came back from where the user keeps it.

    Args:
        file: a key file to read, or to write and read back; `-` is standard input; None asks a person.

    Raises:
        Usage: nobody is there to be asked, or something else was typed.
    """
    from talekeep.ops import sealing

    if file == "-":
        return sealing.parse_key(sys.stdin.read())
    if file is not None:
        place = app.at_home(file)
        if place.exists():
            return sealing.read_key(place)
        key = sealing.write_key(place, sealing.new_key())
        app.output.say(f"the recovery key is in {place}; put it where you keep passwords. {_LOST}")
        return key
    return _shown_and_typed()


def _shown_and_typed() -> str:
    from talekeep.ops import sealing

    if not sys.stdin.isatty():
        raise Usage("nobody is there to type the recovery key back", "add --recovery-file FILE")
    key = sealing.new_key()
    click.echo(f"The recovery key of this mirror:\n\n  {key}\n\n{_LOST}", err=True)
    click.echo("Write it down or put it into a password manager now.", err=True)
    sealing.require_same(key, click.prompt("Type or paste it back", err=True))
    return key


def proven_passphrase() -> str:
    """A new passphrase, shown once, and typed back where somebody is there."""
    from talekeep.ops import sealing

    passphrase = sealing.new_passphrase()
    click.echo(f"The passphrase that opens the copy of the key in the folder:\n\n  {passphrase}\n", err=True)
    if sys.stdin.isatty() and click.prompt("Type it back", err=True).strip() != passphrase:
        raise Usage("that is not the passphrase that was shown; no mirror was made", "try again")
    return passphrase


@command("unlock", writes=True)
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--key-file", metavar="FILE", help="Read the key from FILE; - is standard input.")
@click.option("--passphrase", is_flag=True, help="Open the locked copy of the key in the folder instead.")
def unlock(app: App, folder: Path, key_file: str | None, passphrase: bool, dry_run: bool) -> None:
    """Keep the key of the encrypted mirror FOLDER on this machine.

    After that it can be cloned, fetched, checked and added here. The key goes into a file of your own
    user that nobody else can read; it is asked for, or read from --key-file.

    \b
    Examples:
      talekeep remote unlock ~/Dropbox/Backups/harbor-backup
      talekeep remote unlock ~/Dropbox/Backups --key-file recovery-key.txt
    """
    from talekeep.ops import cloning
    from talekeep.ops import sealing

    place = app.at_home(folder).resolve()
    if dry_run:
        found = cloning.look(str(place))
        app.output.answer("remote-unlock", {"folder": found.folder}, [f"Would unlock {found.folder}"])
        return
    secret = _secret(app, key_file, "Passphrase" if passphrase else "Recovery key")
    if passphrase:
        done = sealing.unlock(place, passphrase=secret)
    else:
        done = sealing.unlock(place, key=sealing.parse_key(secret))
    app.output.answer("remote-unlock", done, [f"Unlocked {done.folder}; the key is in {done.key_file}"])
    app.output.say(f"next: talekeep clone {done.folder}")


def _secret(app: App, file: str | None, what: str) -> str:
    if file == "-" or (file is None and not sys.stdin.isatty()):
        return sys.stdin.read()
    if file is not None:
        return app.at_home(file).read_text(encoding="utf-8", errors="replace")
    return str(click.prompt(what, hide_input=True, err=True))


@command("recipients", writes=True)
@click.argument("name", required=False)
@click.option(
    "--add", "added", multiple=True, metavar="KEY", help="A public key, as age-keygen -y prints it."
)
@click.option("--drop", "dropped", multiple=True, metavar="KEY", help="No longer encrypt for this key.")
def recipients(
    app: App, name: str | None, added: tuple[str, ...], dropped: tuple[str, ...], dry_run: bool
) -> None:
    """Show or change for whom pushes to the encrypted mirror NAME are encrypted.

    After a change the next push writes everything anew. What was pushed before stays readable to those it
    was written for, until it is cleared away (talekeep remote prune).

    \b
    Examples:
      talekeep remote recipients
      talekeep remote recipients backup --add age1s5qjzrwxh4crvr2x7l3fdzjq26zkav8g4yj7d3pxc05lw8v8yfqqlxzxrm
    """
    from talekeep.ops import sealing

    done = sealing.recipients(app.dataset, name, add=added, drop=dropped, dry_run=dry_run)
    app.output.answer("remote-recipients", done, list(done.recipients))
    if done.changed:
        app.output.say("would change" if dry_run else f"next: talekeep push {done.name}")
