"""The command `conflicts`."""

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.text.conflict_text import conflict_lines
from talekeep.ops.merge import conflicts as ops
from talekeep.ops.workspace.git_step import commit_command


@command("conflicts")
def conflicts(app: App) -> int:
    """List open conflicts: entry, path, base, ours and theirs. Exits 1 while there are any.

    \b
    Examples:
      talekeep conflicts
      talekeep conflicts --json
    """
    result = ops.conflicts(app.dataset)
    lines = list(conflict_lines(app, result)) or ["No open conflict"]
    app.output.answer("conflicts", ops.Conflicts(result), lines, ok=not result)
    if result:
        app.output.say(f"next: {ops.way_out(app.dataset, result[0])}; then {commit_command(app.dataset)}")
    return int(bool(result))
