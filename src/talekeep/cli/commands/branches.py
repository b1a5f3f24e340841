"""`branch`, `switch`, `merge`."""

from typing import TYPE_CHECKING

import click

from talekeep.cli.app import App
from talekeep.cli.app import command

if TYPE_CHECKING:
    from talekeep.ops.merging import Branches


@command("branch", writes=True)
@click.argument("name", required=False)
@click.option("--from", "start", default="HEAD", show_default=True, metavar="REV", help="Where it starts.")
def branch(app: App, name: str | None, start: str, dry_run: bool) -> None:
    """Make the branch NAME; without it list branches.

    \b
    Examples:
      talekeep branch
      talekeep branch darker-ending
    """
    from talekeep.ops import merging

    if name is None:
        found = merging.branches(app.dataset)
    else:
        found = merging.create_branch(app.dataset, name, start=start, dry_run=dry_run)
        app.output.say(
            f"{'would make' if dry_run else 'made'} the branch {name}; next: talekeep switch {name}"
        )
    app.output.answer("branch", found, _lines(found))


def _lines(found: "Branches") -> list[str]:
    return [
        f"{'*' if name == found.current else ' '} {name}  {commit[:7]}"
        for name, commit in found.branches.items()
    ]


@command("switch", writes=True)
@click.argument("name")
def switch(app: App, name: str, dry_run: bool) -> None:
    """Put the folder on the branch NAME.

    Refused while there are uncommitted changes.

    \b
    Examples:
      talekeep switch darker-ending
      talekeep switch main
    """
    from talekeep.ops import merging

    found = merging.switch(app.dataset, name, dry_run=dry_run)
    line = f"Would switch to {name}" if dry_run else f"On {found.current}"
    app.output.answer("switch", found, [line])


@command("merge", writes=True)
@click.argument("name")
@click.option("--preview", is_flag=True, help="Say what the merge would do and change nothing.")
def merge(app: App, name: str, preview: bool, dry_run: bool) -> int:
    """Merge the branch NAME into this one, by entry.

    Edits to different entries, messages and tags come together; a merge in which both sides changed the same
    thing differently changes nothing and names the places.

    \b
    Examples:
      talekeep merge darker-ending
      talekeep merge darker-ending --preview
    """
    from talekeep.ops import merging

    done = merging.merge(app.dataset, name, preview=preview or dry_run)
    counts = ", ".join(f"{n} {what}" for what, n in done.merged.items())
    verb = "Would merge" if preview or dry_run else "Merged"
    lines = [f"{verb} {name}: {counts}" + (f"  [{done.commit[:7]}]" if done.commit else "")]
    lines += [app.output.style(f"conflict {place}", "bad") for place in done.conflicts]
    app.output.answer("merge", done, lines, ok=not done.conflicts)
    return int(bool(done.conflicts))
