"""`remote`, `push`, `fetch`, `clone`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.commands import encryption
from talekeep.cli.commands import remote_upkeep
from talekeep.cli.commands.allowing import allow
from talekeep.core.errors import Usage

if TYPE_CHECKING:
    from talekeep.ops.mirrors import Listed
    from talekeep.remotes.base import Status


@click.group("remote")
def remote() -> None:
    """Places for copies of this dataset, folders and git repositories: add, list, remove.

    \b
    Examples:
      talekeep remote add backup ~/Dropbox/Backups
      talekeep remote list
    """


@command("add", writes=True)
@click.argument("name")
@click.argument("place")
@click.option("--label", default="this", show_default=True, help="What this machine is called in a mirror.")
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
    label: str,
    encrypt: bool,
    recovery_file: str | None,
    recipients: tuple[str, ...],
    passphrase: bool,
    bare: bool,
    i_know: bool,
    dry_run: bool,
) -> None:
    """Call PLACE by NAME: a folder for a mirror, or a git repository.

    A folder is usually one that a sync client uploads. A sub-folder for this dataset is made in it (or the
    one that is there is joined). A git repository is named by path or address (ssh, https). Nothing is pushed
    yet. With --encrypt the recovery key is shown and has to be typed back, or is written to --recovery-file;
    pushing needs no secret. --bare is for a disk or a server without a sync program.

    \b
    Examples:
      talekeep remote add backup ~/Dropbox/Backups
      talekeep remote add stick /media/usb --label laptop
      talekeep remote add origin git@example.org:tales/harbor.git
      talekeep remote add backup ~/Dropbox/Backups --encrypt --recovery-file ~/harbor-key.txt
    """
    from talekeep.ops import mirrors
    from talekeep.ops import places

    if bare and (encrypt or recovery_file or recipients or passphrase):
        raise Usage("a bare repository cannot be encrypted", "leave --bare or --encrypt out")
    if bare:
        from talekeep.ops import bare_mirrors

        done = bare_mirrors.add(
            app.dataset, name, app.at_home(place), label=label, i_know=i_know, dry_run=dry_run
        )
        if i_know:
            app.output.say("never let a second machine push into it; check it often: talekeep remote check")
    elif encrypt:
        done = _add_encrypted(app, name, place, label, recovery_file, recipients, passphrase, dry_run)
    elif recovery_file or recipients or passphrase:
        raise Usage("that option is for encrypted mirrors", "add --encrypt")
    else:
        done = mirrors.add(app.dataset, name, place, base=app.folder, label=label, dry_run=dry_run)
    verb = "Would mirror" if dry_run else "Mirror"
    if done.folder is None:
        verb = "Would add remote" if dry_run else "Remote"
    app.output.answer("remote", {"remotes": [done]}, [f"{verb} {name}: {done.place}"])
    for warning in places.warnings(app.dataset.path):
        app.output.say(f"warning: {warning}")
    app.output.say(f"{_readers(app, done, encrypt)}; next: talekeep push {name}")


def _readers(app: App, done: "Listed", encrypt: bool) -> str:
    if encrypt or app.dataset.repo.settings.get("remote", "recipients", done.name):
        return "it is encrypted; only the recovery key opens it"
    what = "that repository" if done.folder is None else "that folder"
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
    from talekeep.ops import mirrors
    from talekeep.ops import sealing

    planned = mirrors.add(app.dataset, name, place, base=app.folder, label=label, dry_run=True)
    if planned.folder is None:
        raise Usage("a git repository cannot be encrypted", "name a folder, or leave --encrypt out")
    if dry_run:
        return planned
    key = encryption.proven_key(app, recovery_file)
    words = encryption.proven_passphrase() if passphrase else None
    folder = app.at_home(place)
    return sealing.add(
        app.dataset, name, folder, key=key, recipients=recipients, passphrase=words, label=label
    )


@command("list")
def list_(app: App) -> None:
    """List remotes: mirrors and git repositories.

    \b
    Examples:
      talekeep remote list
      talekeep remote list --json
    """
    from talekeep.ops import mirrors

    rows = mirrors.listed(app.dataset)
    lines = [f"{row.name}  {row.kind}  {row.place}" for row in rows]
    app.output.answer("remote", {"remotes": rows}, lines or ["none"])


@command("remove", writes=True)
@click.argument("name")
def remove(app: App, name: str, dry_run: bool) -> None:
    """Forget the remote NAME; what is there stays as it is.

    \b
    Examples:
      talekeep remote remove stick
      talekeep remote remove stick --dry-run
    """
    from talekeep.ops import mirrors

    done = mirrors.remove(app.dataset, name, dry_run=dry_run)
    verb = "Would forget" if dry_run else "Forgot"
    app.output.answer("remote", {"remotes": [done]}, [f"{verb} {name}; {done.place} is as it was"])


for _command in (add, allow, list_, remove):
    remote.add_command(_command)
for _command in (remote_upkeep.check, remote_upkeep.prune, remote_upkeep.forget_machine):
    remote.add_command(_command)
for _command in (encryption.unlock, encryption.recipients):
    remote.add_command(_command)


def _answer_look(app: App, name: str, found: "Status") -> None:
    lines = [f"{w.writer}: push {w.number or 'none whole yet'}" for w in found.writers]
    lines += [f"{ref} → {commit[:7]}" for ref, commit in found.refs.items()]
    app.output.answer(name, found, [f"Would read {found.folder}", *lines])


@command("push", writes=True)
@click.argument("name", required=False)
@click.option("--full", is_flag=True, help="Write a mirror anew, not only what is new.")
def push(app: App, name: str | None, full: bool, dry_run: bool) -> None:
    """Save every branch and tag to the mirror NAME, or push this branch to the git repository NAME.

    Validates the last commit first if that has not been done. What was saved before is never changed. A git
    repository gets the branch you are on with its tags, and never by force.

    \b
    Examples:
      talekeep push
      talekeep push backup --json
    """
    from talekeep.ops import mirrors

    if dry_run:
        state = mirrors.state(app.dataset, name)
        app.output.answer("push", state, [f"Would push to {state.name}: {state.summary}"])
        return
    done = mirrors.push(app.dataset, name, full=full, progress=app.output.progress)
    app.output.answer("push", done, [done.sentence()])
    for note in done.notes:
        app.output.say(note)


@command("fetch", writes=True)
@click.argument("name", required=False)
def fetch(app: App, name: str | None, dry_run: bool) -> None:
    """Bring in what other machines saved to the mirror NAME, or what is in the git repository NAME.

    It arrives as remotes/NAME/MACHINE/BRANCH, or remotes/NAME/BRANCH; your branches and files stay as they
    are.

    \b
    Examples:
      talekeep fetch
      talekeep fetch backup && talekeep merge backup/desktop-c40d55e1/main
      talekeep fetch origin && talekeep merge origin/main
    """
    from talekeep.ops import mirrors

    if dry_run:
        _answer_look(app, "fetch", mirrors.look(app.dataset, name))
        return
    done = mirrors.fetch(app.dataset, name, progress=app.output.progress)
    lines = [f"{taken.writer}: push {taken.number}, made {taken.made}" for taken in done.writers]
    lines += [f"  {moved.ref.removeprefix('refs/remotes/')} → {moved.after[:7]}" for moved in done.moved]
    app.output.answer("fetch", done, lines or ["nothing new"])
    for note in done.notes:
        app.output.say(note)


@command("clone", writes=True)
@click.argument("source")
@click.argument("path", type=click.Path(path_type=Path), required=False)
@click.option("--name", help="What SOURCE is called in the clone: backup for a mirror, origin otherwise.")
def clone(app: App, source: str, path: Path | None, name: str | None, dry_run: bool) -> None:
    """Make the dataset anew in PATH from SOURCE, a mirror folder or a git repository (path or address).

    Everything is checked before the folder appears: it is whole in the end, or not there. Hooks and drivers
    are made live last; none of SOURCE's own come along.

    \b
    Examples:
      talekeep clone ~/Dropbox/Backups/harbor-backup harbor
      talekeep clone https://example.org/tales/harbor.git
      talekeep clone /media/usb restored
    """
    from talekeep.ops import cloning

    target = path or Path(cloning.default_target(source, app.folder))
    if dry_run:
        _answer_look(app, "clone", cloning.look(source, base=app.folder))
        return
    done = cloning.clone(source, app.path(target), base=app.folder, name=name, progress=app.output.progress)
    app.output.answer("clone", done, [done.sentence()])
    for note in done.notes:
        app.output.say(note)
    app.output.say(f"next: cd {target} && talekeep status")
