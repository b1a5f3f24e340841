"""The command `push`."""

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.ops.remotes import push as operation
from talekeep.ops.remotes import state as mirror_state


@command("push", writes=True)
@click.argument("name", required=False)
@click.option("--full", is_flag=True, help="Write a mirror anew, not only what is new.")
def push(app: App, name: str | None, full: bool, dry_run: bool) -> None:
    """Save every branch and tag to the mirror NAME, or push this branch to the git repository NAME.

    Validates the last commit first, unless it was validated already. Earlier pushes to a mirror are never
    changed. A git repository gets the current branch with its tags, never by force.

    \b
    Examples:
      talekeep push
      talekeep push backup --json
    """
    if dry_run:
        state = mirror_state.state(app.dataset, name)
        app.output.answer("push", state, [f"Would push to {state.name}: {state.summary}"])
        return
    result = operation.push(app.dataset, name, full=full, progress=app.output.progress)
    app.output.answer("push", result, [result.sentence()])
    for note in result.notes:
        app.output.say(note)
