"""`remote unlock`, `remote recipients`, and how `remote add --encrypt` shows a key and has it proven."""

import sys

import click

from talekeep.cli.app import App
from talekeep.core.errors import Usage

_LOST = "Whoever has this key can read the mirror. A lost key is a lost backup: nobody can make another one."


def proven_key(app: App, file: str | None) -> str:
    """The recovery key, after it came back from where the user keeps it.

    Args:
        file: a key file to read, or to write and read back; `-` is standard input; None asks a person.

    Raises:
        Usage: nobody is there to be asked, or something else was typed.
    """
    from talekeep.ops.remotes import encryption

    if file == "-":
        return encryption.parse_key(sys.stdin.read())
    if file is not None:
        place = app.at_home(file)
        if place.exists():
            return encryption.read_key(place)
        key = encryption.write_key(place, encryption.new_key())
        app.output.say(f"the recovery key is in {place}; put it where you keep passwords. {_LOST}")
        return key
    return _shown_and_typed()


def _shown_and_typed() -> str:
    from talekeep.ops.remotes import encryption

    if not sys.stdin.isatty():
        raise Usage("nobody is there to type the recovery key back", "add --recovery-file FILE")
    key = encryption.new_key()
    click.echo(f"The recovery key of this mirror:\n\n  {key}\n\n{_LOST}", err=True)
    click.echo("Write it down or put it into a password manager now.", err=True)
    encryption.require_same(key, click.prompt("Type or paste it back", err=True))
    return key


def proven_passphrase() -> str:
    """A new passphrase, shown once, and typed back where somebody is there."""
    from talekeep.ops.remotes import encryption

    passphrase = encryption.new_passphrase()
    click.echo(f"The passphrase that opens the copy of the key in the folder:\n\n  {passphrase}\n", err=True)
    if sys.stdin.isatty() and click.prompt("Type it back", err=True).strip() != passphrase:
        raise Usage("that is not the passphrase that was shown; no mirror was made", "try again")
    return passphrase
