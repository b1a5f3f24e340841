"""`init`, `setup`, `status`."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from talekeep.cli.app import App
from talekeep.cli.app import command

if TYPE_CHECKING:
    from talekeep.ops.project import Status


@command("init", writes=True)
@click.argument("path", type=click.Path(path_type=Path), default=Path())
@click.option("--name", help="The dataset's name; the folder's name without it.")
@click.option("--force", is_flag=True, help="Use a folder that is not empty, or lies in a git repository.")
def init(app: App, path: Path, name: str | None, force: bool, dry_run: bool) -> None:
    """Make a new dataset in PATH.

    Creates the folder as a git repository with talekeep.toml, a dataset card and the files git needs, commits
    them, and installs the hooks and the diff driver.

    \b
    Examples:
      talekeep init harbor
      talekeep init harbor --name "Harbor nights"
    """
    from talekeep.ops import project

    done = project.init(app.path(path), name=name, force=force, dry_run=dry_run)
    verb = "Would make" if dry_run else "Made"
    app.output.answer("init", done, [f"{verb} the dataset {done.name} in {done.path}"])
    for warning in done.warnings:
        app.output.say(f"warning: {warning}")
    app.output.say(f"next: cd {path} && talekeep import FILE")


@command("setup", writes=True)
@click.option("--check", is_flag=True, help="Change nothing; exit 1 with a line for each fault.")
@click.option("--remove", is_flag=True, help="Take hooks and drivers out; what they replaced comes back.")
def setup(app: App, check: bool, remove: bool, dry_run: bool) -> int:
    """Install hooks and drivers in this clone.

    They live in .git and do not travel with a clone. An older hook is kept and still runs. What a mirror
    lacks that git cloned, or an older version made, is set too.

    \b
    Examples:
      talekeep setup
      talekeep setup --check
    """
    from talekeep.ops import project

    done = project.setup(app.dataset, check=check or dry_run, remove=remove and not dry_run)
    ok = not done.faults or not (check or dry_run)
    lines = done.faults if check or dry_run else [_setup_line(remove)]
    app.output.answer("setup", done, lines or ["Hooks and drivers are in place"], ok=ok)
    return int(check and bool(done.faults))


def _setup_line(removed: bool) -> str:
    return "Removed hooks and drivers" if removed else "Installed hooks and drivers"


@command("status")
def status(app: App) -> None:
    """Show where the dataset stands.

    Branch, entries, uncommitted changes by entry, validation, mirrors, hooks, and the next command.

    \b
    Examples:
      talekeep status
      talekeep status --json
    """
    from talekeep.ops import project

    found = project.status(app.dataset)
    app.output.answer("status", found, _status_lines(app, found))


def _status_lines(app: App, found: "Status") -> Iterator[str]:
    style = app.output.style
    at = f" at {found.commit[:7]}" if found.commit else ", nothing committed yet"
    yield f"{style(found.dataset, 'strong')} on {found.branch or 'no branch'}{at}"
    yield f"  entries     {found.entries}"
    yield f"  changes     {_changes_line(found)}"
    if found.under_way:
        yield f"  under way   {found.under_way}"
    if found.conflicts:
        yield f"  conflicts   {style(f'{found.open} left in ' + ', '.join(found.conflicts), 'bad')}"
    yield f"  validated   {style('yes', 'good') if found.validated else style('no', 'warning')}"
    for mirror in found.mirrors:
        yield f"  mirror      {mirror.name}: {mirror.summary}"
    if not found.mirrors:
        yield "  mirror      none"
    yield f"  hooks       {style('; '.join(found.setup), 'warning') if found.setup else style('ok', 'good')}"
    for warning in found.warnings:
        yield f"  place       {style(warning, 'warning')}"
    if found.next:
        yield f"next: {style(found.next, 'hint')}"


def _changes_line(found: "Status") -> str:
    changes = found.changes
    said = [
        f"{count} {word}"
        for count, word in (
            (changes.added, "added"),
            (changes.changed, "changed"),
            (changes.removed, "removed"),
            (changes.unreadable, "unreadable"),
        )
        if count
    ]
    if changes.other:
        said.append(f"{len(changes.other)} other {'file' if len(changes.other) == 1 else 'files'}")
    return ", ".join(said) or "none"
