"""`talekeep` alone: where you are, and the commands that fit."""

from collections.abc import Iterator
from collections.abc import Sequence

from talekeep.cli.app import App
from talekeep.core.errors import NotFound

_OUTSIDE = (
    ("talekeep init NAME", "start a dataset in a new folder"),
    ("talekeep clone SOURCE", "get one from a mirror folder or a git repository"),
    ("talekeep demo", "see the main steps on sample conversations"),
)
_ALWAYS = (
    ("talekeep import FILE", "bring in more conversations"),
    ("talekeep list", "see the entries"),
    ("talekeep export FILE", "write a file for training"),
    ("talekeep insights", "measure the dataset"),
)
_SHOWN = 3


def guide(app: App) -> None:
    """Print the status with the three commands that fit now; outside a dataset, the ways to get one."""
    try:
        dataset = app.dataset
    except NotFound:
        lines = _outside(app)
    else:
        from talekeep.cli.commands.status import status_lines
        from talekeep.ops.project import status

        result = status.status(dataset)
        steps = [(step.command, step.why) for step in result.steps]
        named = {command.split()[1] for command, _ in steps}
        steps += [row for row in _ALWAYS if row[0].split()[1] not in named and result.entries]
        lines = iter([*status_lines(app, result, with_next=False), "", *_rows(app, steps[:_SHOWN])])
    for line in lines:
        app.output.line(line)
    app.close()


def _outside(app: App) -> Iterator[str]:
    folder = app.folder.resolve()
    if (folder / "talekeep.toml").is_file():
        yield f"{folder} is a copy of a dataset without its history (.git is missing)."
        yield "Get it whole from where it came from:"
        yield from _rows(app, _OUTSIDE[1:2])
        return
    yield "There is no dataset here. To get one:"
    yield from _rows(app, _OUTSIDE)


def _rows(app: App, rows: Sequence[tuple[str, str]]) -> Iterator[str]:
    width = max(len(command) for command, _ in rows) if rows else 0
    for command, why in rows:
        yield f"  {app.output.style(command.ljust(width), 'hint')}  {why}"
    yield ""
    yield "talekeep help: all commands and topics"
