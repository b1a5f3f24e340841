"""The command `remote add`."""

import sys
from typing import TYPE_CHECKING

import click

from talekeep.cli import mirror_keys
from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.core.errors import Usage
from talekeep.ops.remotes import machine_label
from talekeep.ops.remotes import remotes
from talekeep.ops.workspace import paths

if TYPE_CHECKING:
    from talekeep.ops.remotes.remotes import Listed


@command("add", writes=True)
@click.argument("name")
@click.argument("place")
@click.option("--label", help="What this machine is called in a mirror; asked once on a terminal.")
@click.option("--encrypt", is_flag=True, help="Encrypt all that is pushed; needs the recovery key to read.")
@click.option("--recovery-file", metavar="FILE", help="Where the recovery key goes, or is; - reads it.")
@click.option("--recipient", "recipients", multiple=True, metavar="KEY", help="Another key that can read.")
@click.option("--passphrase", is_flag=True, help="Put a copy of the key there, locked by a passphrase.")
@click.option("--bare", is_flag=True, help="A plain bare repository instead, for this machine alone.")
@click.option("--i-know", is_flag=True, help="With --bare: even though a sync program looks after FOLDER.")
def add(
    app: App,
    name: str,
    place: str,
    label: str | None,
    encrypt: bool,
    recovery_file: str | None,
    recipients: tuple[str, ...],
    passphrase: bool,
    bare: bool,
    i_know: bool,
    dry_run: bool,
) -> None:
    """Add the remote NAME at PLACE: a folder for a mirror, or a git repository.

    The folder is usually one that a sync client uploads. A sub-folder for this dataset is made in it, or the
    one that is there is used. A git repository is given by path or address (ssh, https). Nothing is pushed
    yet. With --encrypt the recovery key is shown and must be typed back, or is written to --recovery-file;
    pushing needs no secret. --bare is for a disk or a server without a sync client.

    \b
    Examples:
      talekeep remote add backup ~/Dropbox/Backups
      talekeep remote add stick /media/usb --label laptop
      talekeep remote add origin git@example.org:tales/harbor.git
      talekeep remote add backup ~/Dropbox/Backups --encrypt --recovery-file ~/harbor-key.txt
    """
    if bare and (encrypt or recovery_file or recipients or passphrase):
        raise Usage("a bare repository cannot be encrypted", "leave --bare or --encrypt out")
    asked = label is None and not dry_run and _is_to_ask(app, name, place, bare=bare)
    label = _ask() if asked else label or machine_label.known() or machine_label.UNNAMED
    if bare:
        folder = app.at_home(place)
        result = remotes.add(
            app.dataset, name, folder, kind="bare", label=label, i_know=i_know, dry_run=dry_run
        )
        if i_know:
            app.output.say("never let a second machine push into it; check it often: talekeep remote check")
    elif encrypt:
        result = _add_encrypted(app, name, place, label, recovery_file, recipients, passphrase, dry_run)
    elif recovery_file or recipients or passphrase:
        raise Usage("that option is for encrypted mirrors", "add --encrypt")
    else:
        result = remotes.add(app.dataset, name, place, base=app.folder, label=label, dry_run=dry_run)
    if asked:
        machine_label.remember(label)
    verb = "Would mirror" if dry_run else "Mirror"
    if result.folder is None:
        verb = "Would add remote" if dry_run else "Remote"
    app.output.answer("remote", remotes.Remotes([result]), [f"{verb} {name}: {result.place}"])
    for warning in paths.warnings(app.dataset.path):
        app.output.say(f"warning: {warning}")
    app.output.say(f"{_readers(app, result, encrypt)}; next: talekeep push {name}")


def _is_to_ask(app: App, name: str, place: str, *, bare: bool) -> bool:
    """Whether a mirror needs a name for this machine, nobody gave one yet, and somebody is there to ask."""
    if app.output.as_json or not (sys.stdin.isatty() and sys.stderr.isatty()) or machine_label.known():
        return False
    return bare or remotes.add(app.dataset, name, place, base=app.folder, dry_run=True).folder is not None


def _ask() -> str:
    question = "What is this machine called in mirrors? Whoever reads the folder sees it"
    return str(click.prompt(question, default=machine_label.suggested(), err=True)).strip()


def _readers(app: App, result: "Listed", encrypt: bool) -> str:
    if encrypt or app.dataset.settings.get("remote", "recipients", result.name):
        return "it is encrypted; only the recovery key opens it"
    what = "that repository" if result.folder is None else "that folder"
    return f"whoever can read {what} can read every entry"


def _add_encrypted(
    app: App,
    name: str,
    place: str,
    label: str,
    recovery_file: str | None,
    recipients: tuple[str, ...],
    passphrase: bool,
    dry_run: bool,
) -> "Listed":
    from talekeep.ops.remotes import encryption as operation

    planned = remotes.add(app.dataset, name, place, base=app.folder, label=label, dry_run=True)
    if planned.folder is None:
        raise Usage("a git repository cannot be encrypted", "name a folder, or leave --encrypt out")
    if dry_run:
        return planned
    key = mirror_keys.proven_key(app, recovery_file)
    words = mirror_keys.proven_passphrase() if passphrase else None
    folder = app.at_home(place)
    return operation.add(
        app.dataset, name, folder, key=key, recipients=recipients, passphrase=words, label=label
    )
