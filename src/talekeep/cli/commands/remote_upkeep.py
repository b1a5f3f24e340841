"""`remote check`, `remote prune`, `remote forget-machine`."""

import click

from talekeep.cli.app import App
from talekeep.cli.app import command

carry_out_option = click.option(
    "--carry-out", is_flag=True, help="Do it; without this it is only said what would go."
)


@command("check")
@click.argument("name", required=False)
@click.option("--restore", is_flag=True, help="Rebuild it in a scratch folder, follow every object.")
@click.option("--all", "everything", is_flag=True, help="Every generation there is, not only the newest.")
def check(app: App, name: str | None, restore: bool, everything: bool) -> int:
    """Read what the mirror NAME holds and say if it is whole.

    The newest push of each machine is compared with its checksums. What was not looked at is listed too.
    Exits with 1 when something is damaged or missing.

    \b
    Examples:
      talekeep remote check
      talekeep remote check backup --restore --all
    """
    from talekeep.ops import mirror_upkeep

    found = mirror_upkeep.check(app.dataset, name, restore=restore, everything=everything)
    style = app.output.style
    good = found.state == "good"
    lines = [style(_STATES[found.state], "good" if good else "bad")]
    lines += [f"  checked      {line}" for line in found.checked]
    lines += [f"  damaged      {line}" for line in found.problems]
    lines += [style(f"  not checked  {line}", "dim") for line in found.unchecked]
    app.output.answer("remote-check", found, lines, ok=good)
    return int(not good)


_STATES = {
    "good": "good: the newest push of each machine is whole",
    "older": "a newest push is damaged or not all there; an older one is whole",
    "partly": "the newest pushes are whole; something older is damaged",
    "none": "nothing here can be restored as it was pushed",
}


@command("prune", writes=True)
@click.argument("name", required=False)
@click.option(
    "--keep", type=click.IntRange(min=2), default=3, show_default=True, help="Generations that stay."
)
@click.option(
    "--days",
    type=click.IntRange(min=0),
    default=30,
    show_default=True,
    help="What was in use so many days before the newest push stays too.",
)
@carry_out_option
def prune(app: App, name: str | None, keep: int, days: int, carry_out: bool, dry_run: bool) -> None:
    """Clear old pushes of this machine out of the mirror NAME.

    A generation is one full bundle and the increments after it. Says what would go; with --carry-out it
    first restores what stays in a scratch folder, then deletes. Other machines' files are never touched.

    \b
    Examples:
      talekeep remote prune
      talekeep remote prune backup --keep 2 --days 0 --carry-out
    """
    from talekeep.ops import mirror_upkeep
    from talekeep.remotes.base import human

    carry_out = carry_out and not dry_run
    done = mirror_upkeep.prune(app.dataset, name, keep=keep, days=days, carry_out=carry_out)
    stays = f"{len(done.kept)} of {done.writer} from push {done.kept[0]} on"
    if not done.removed:
        app.output.answer("remote-prune", done, [f"Nothing to clear away; generations that stay: {stays}"])
        return
    verb = "Deleted" if done.done else "Would delete"
    lines = [f"{verb} {len(done.removed)} files ({human(done.bytes)}); generations that stay: {stays}"]
    lines += [] if done.done else [f"  {file}" for file in done.removed]
    app.output.answer("remote-prune", done, lines)
    app.output.say(_after(done.done))


def _after(done: bool) -> str:
    if done:
        return "the sync program's company may keep deleted files for weeks"
    return "nothing was deleted; to do it, add --carry-out"


@command("forget-machine", writes=True)
@click.argument("machine")
@click.argument("name", required=False)
@carry_out_option
def forget_machine(app: App, machine: str, name: str | None, carry_out: bool, dry_run: bool) -> None:
    """Remove the folder of a MACHINE that will not save again from the mirror NAME.

    Only where other machines' pushes hold all that it ever saved; otherwise nothing is done and the first
    push they lack is named. MACHINE is the name of its folder, as in desktop-c40d55e1.

    \b
    Examples:
      talekeep remote forget-machine desktop-c40d55e1
      talekeep remote forget-machine desktop-c40d55e1 backup --carry-out
    """
    from talekeep.ops import mirror_upkeep

    carry_out = carry_out and not dry_run
    done = mirror_upkeep.forget_machine(app.dataset, machine, name, carry_out=carry_out)
    verb = "Removed" if done.done else "Would remove"
    held = ", ".join(done.kept_by)
    lines = [f"{verb} {len(done.removed)} files of {machine}; {held} holds all it had saved"]
    app.output.answer("remote-forget-machine", done, lines)
    for note in done.notes:
        app.output.say(note)
    app.output.say(_after(done.done))
