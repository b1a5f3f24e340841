"""`remote`, `push`, `fetch`, `clone`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.commands import remote_upkeep

if TYPE_CHECKING:
    from talekeep.remotes.base import Status


@click.group("remote")
def remote() -> None:
    """Places for copies of this dataset: add, list, remove.

    \b
    Examples:
      talekeep remote add backup ~/Dropbox/Backups
      talekeep remote list
    """


@command("add", writes=True)
@click.argument("name")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--label", default="this", show_default=True, help="What this machine is called there.")
def add(app: App, name: str, folder: Path, label: str, dry_run: bool) -> None:
    """Make FOLDER a mirror called NAME.

    FOLDER is usually one that a sync client uploads. A sub-folder for this dataset is made in it (or the one
    that is there is joined); nothing is pushed yet.

    \b
    Examples:
      talekeep remote add backup ~/Dropbox/Backups
      talekeep remote add stick /media/usb --label laptop
    """
    from talekeep.ops import mirrors
    from talekeep.ops import places

    done = mirrors.add(app.dataset, name, app.path(folder.expanduser()), label=label, dry_run=dry_run)
    verb = "Would mirror" if dry_run else "Mirror"
    app.output.answer("remote", {"remotes": [done]}, [f"{verb} {name}: {done.folder}"])
    for warning in places.warnings(app.dataset.path):
        app.output.say(f"warning: {warning}")
    app.output.say(f"whoever can read that folder can read every entry; next: talekeep push {name}")


@command("list")
def list_(app: App) -> None:
    """List mirrors.

    \b
    Examples:
      talekeep remote list
      talekeep remote list --json
    """
    from talekeep.ops import mirrors

    rows = mirrors.listed(app.dataset)
    app.output.answer(
        "remote", {"remotes": rows}, [f"{r.name}  {r.kind}  {r.folder}" for r in rows] or ["none"]
    )


@command("remove", writes=True)
@click.argument("name")
def remove(app: App, name: str, dry_run: bool) -> None:
    """Forget the mirror NAME; its files stay where they are.

    \b
    Examples:
      talekeep remote remove stick
      talekeep remote remove stick --dry-run
    """
    from talekeep.ops import mirrors

    done = mirrors.remove(app.dataset, name, dry_run=dry_run)
    verb = "Would forget" if dry_run else "Forgot"
    app.output.answer("remote", {"remotes": [done]}, [f"{verb} {name}; {done.folder} is as it was"])


for _command in (add, list_, remove):
    remote.add_command(_command)
for _command in (remote_upkeep.check, remote_upkeep.prune, remote_upkeep.forget_machine):
    remote.add_command(_command)


def _answer_look(app: App, name: str, found: "Status") -> None:
    lines = [f"{w.writer}: push {w.number or 'none whole yet'}" for w in found.writers]
    app.output.answer(name, found, [f"Would read {found.folder}", *lines])


@command("push", writes=True)
@click.argument("name", required=False)
@click.option("--full", is_flag=True, help="Write everything anew, not only what is new.")
def push(app: App, name: str | None, full: bool, dry_run: bool) -> None:
    """Save every branch and tag to the mirror NAME.

    Validates the last commit first if that has not been done. What was saved before is never changed.

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
    done = mirrors.push(app.dataset, name, full=full)
    app.output.answer("push", done, [done.sentence()])
    for note in done.notes:
        app.output.say(note)


@command("fetch", writes=True)
@click.argument("name", required=False)
def fetch(app: App, name: str | None, dry_run: bool) -> None:
    """Bring in what other machines saved to the mirror NAME.

    It arrives as remotes/NAME/MACHINE/BRANCH; your branches and files stay as they are.

    \b
    Examples:
      talekeep fetch
      talekeep fetch backup && talekeep merge backup/desktop-c40d55e1/main
    """
    from talekeep.ops import mirrors

    if dry_run:
        _answer_look(app, "fetch", mirrors.look(app.dataset, name))
        return
    done = mirrors.fetch(app.dataset, name)
    lines = [f"{taken.writer}: push {taken.number}, made {taken.made}" for taken in done.writers]
    lines += [f"  {moved.ref.removeprefix('refs/remotes/')} → {moved.after[:7]}" for moved in done.moved]
    app.output.answer("fetch", done, lines or ["nothing there"])
    for note in done.notes:
        app.output.say(note)


@command("clone", writes=True)
@click.argument("source", type=click.Path(path_type=Path))
@click.argument("path", type=click.Path(path_type=Path), required=False)
@click.option("--name", default="backup", show_default=True, help="What the mirror is called in the clone.")
def clone(app: App, source: Path, path: Path | None, name: str, dry_run: bool) -> None:
    """Make the dataset anew in PATH from the mirror folder SOURCE.

    Everything is checked before the folder appears: it is whole in the end, or not there.

    \b
    Examples:
      talekeep clone ~/Dropbox/Backups/harbor-backup harbor
      talekeep clone /media/usb restored
    """
    from talekeep.ops import mirrors

    place = app.path(source.expanduser())
    target = app.path(path) if path else app.path(place.resolve().name.removesuffix("-backup"))
    if dry_run:
        _answer_look(app, "clone", mirrors.look_at(place.resolve()))
        return
    done = mirrors.clone(place.resolve(), target.resolve(), name=name)
    app.output.answer(
        "clone", done, [f"Restored push {done.taken.number} of {done.taken.writer} to {done.path}"]
    )
    for note in done.notes:
        app.output.say(note)
    app.output.say(f"next: cd {path or target.name} && talekeep status")
