"""The command `conflicts`."""

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.text.conflict_text import conflict_lines
from talekeep.ops.merge import conflicts as ops
from talekeep.ops.merge.across_files import better_merge
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
        branch = better_merge(app.dataset, result)
        if branch is not None:
            again = f"talekeep merge --abort && talekeep merge {branch}"
            app.output.say(
                f"git merges file by file; entries that were joined or moved are followed by: {again}"
            )
        app.output.say(f"next: {ops.way_out(app.dataset, result[0])}; then {commit_command(app.dataset)}")
    return int(bool(result))
