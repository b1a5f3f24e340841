"""The command `fetch`."""

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.text.answer_lines import answer_status
from talekeep.ops.remotes import push
from talekeep.ops.remotes import state


@command("fetch", writes=True)
@click.argument("name", required=False)
def fetch(app: App, name: str | None, dry_run: bool) -> None:
    """Fetch what other machines saved to the mirror NAME, or what the git repository NAME has.

    The branches are then called NAME/MACHINE/BRANCH, or NAME/BRANCH; your own branches and files do not
    change.

    \b
    Examples:
      talekeep fetch
      talekeep fetch backup && talekeep merge backup/desktop-c40d55e1/main
      talekeep fetch origin && talekeep merge origin/main
    """
    if dry_run:
        answer_status(app, "fetch", state.look(app.dataset, name))
        return
    result = push.fetch(app.dataset, name, progress=app.output.progress)
    lines = [f"{taken.writer}: push {taken.number}, made {taken.made}" for taken in result.writers]
    lines += [f"  {moved.ref.removeprefix('refs/remotes/')} → {moved.after[:7]}" for moved in result.moved]
    app.output.answer("fetch", result, lines or ["nothing new"])
    for note in result.notes:
        app.output.say(note)
