"""The command `resolve`."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.text.conflict_text import conflict_lines
from talekeep.core import handles
from talekeep.core.errors import NotFound
from talekeep.core.errors import Usage
from talekeep.ops.merge import conflicts
from talekeep.ops.merge import resolve as operation
from talekeep.ops.merge import unmerged_files
from talekeep.ops.workspace.git_step import commit_command

if TYPE_CHECKING:
    from talekeep.core.finding import Path as JsonPath
    from talekeep.ops.merge.resolve import Resolved


@command("resolve", writes=True)
@click.argument("entry", required=False)
@click.argument("path", required=False)
@click.option("--ours", "side", flag_value="ours", help="Keep this branch's version.")
@click.option("--theirs", "side", flag_value="theirs", help="Keep the other branch's version.")
@click.option("--both", "side", flag_value="both", help="Keep both: ours, then theirs.")
@click.option("--base", "side", flag_value="base", help="Go back to what both started from.")
@click.option(
    "--value", "value_file", type=click.Path(path_type=Path), metavar="FILE", help="Take what FILE holds."
)
@click.option("--edit", is_flag=True, help="Write the value in $EDITOR, beginning with ours.")
@click.option("--where", metavar="QUERY", help="Every open conflict of the entries that match.")
@click.option("--all", "everything", is_flag=True, help="Every open conflict.")
@click.option("--restart", is_flag=True, help="Merge unmerged files again from what git kept of both sides.")
def resolve(
    app: App,
    entry: str | None,
    path: str | None,
    side: str | None,
    value_file: Path | None,
    edit: bool,
    where: str | None,
    everything: bool,
    restart: bool,
    dry_run: bool,
) -> int:
    """Settle open conflicts of ENTRY, at PATH or everywhere in it.

    ENTRY may be a file that is not merged by entry, such as README.md: as it lies now, or as one side has it.

    When the last conflict of a file is gone the file is staged; `talekeep commit` then makes the merge. On a
    terminal, without any argument, walks through all of them. Exits 1 while conflicts are left.

    \b
    Examples:
      talekeep resolve 0193c7 --ours
      talekeep resolve 0193c7 messages.2 --both
      talekeep resolve --where tag:draft --theirs
    """
    _require_used(restart, entry, where, everything, side or value_file or edit)
    if restart:
        result = unmerged_files.restart(app.dataset, entry, dry_run=dry_run)
    elif entry is not None and unmerged_files.is_unmerged(app.dataset, entry):
        result = unmerged_files.settle_file(app.dataset, entry, side, dry_run=dry_run)
    elif entry is None and where is None and not everything:
        if not sys.stdin.isatty() or app.output.as_json or side or value_file or edit:
            raise Usage("resolve needs an entry, --where or --all", "talekeep conflicts lists them")
        from talekeep.cli.terminal import resolve_prompt

        result = resolve_prompt.walk(app, lambda row: conflict_lines(app, [row]), dry_run=dry_run)
    else:
        place = operation.parse_path(path) if path else None
        _require_one_choice(side, value_file, edit)
        if side is None:
            result = _with_value(app, entry, place, value_file, dry_run=dry_run)
        else:
            choice = operation.choose_side(side)
            result = operation.resolve(
                app.dataset, choice, entry=entry, path=place, where=where, dry_run=dry_run
            )
    app.output.answer("resolve", result, _resolved_lines(app, result, dry_run), ok=not result.conflicts)
    return int(bool(result.conflicts))


def _resolved_lines(app: App, result: "Resolved", dry_run: bool) -> Iterator[str]:
    yield f"{'Would settle' if dry_run else 'Settled'} {len(result.resolved)}, left {len(result.conflicts)}"
    yield from (f"  staged {name}" for name in result.staged)
    if not result.conflicts and not dry_run:
        yield f"next: {commit_command(app.dataset)}"


def _require_used(
    restart: bool, entry: str | None, where: str | None, everything: bool, choice: object
) -> None:
    """Options that would do nothing are errors."""
    if restart and (choice or where is not None or everything):
        raise Usage("--restart merges again and settles nothing", "give the choice in a command of its own")
    if (entry is not None, where is not None, everything).count(True) > 1:
        raise Usage("resolve takes ENTRY, --where or --all", "give one of them")


def _require_one_choice(side: str | None, value_file: Path | None, edit: bool) -> None:
    if sum((side is not None, value_file is not None, edit)) != 1:
        raise Usage("resolve needs one choice", "--ours, --theirs, --both, --base, --edit or --value FILE")


def _with_value(
    app: App, entry: str | None, path: "JsonPath | None", value_file: Path | None, *, dry_run: bool
) -> "Resolved":
    """Settle one place with what a file holds, or what is written in the editor."""
    from talekeep.cli.terminal import editor
    from talekeep.cli.terminal import resolve_prompt

    rows = list(conflicts.conflicts(app.dataset))
    ids = handles.alike((str(row.entry) for row in rows), entry or "")
    rows = [row for row in rows if row.entry in ids]
    rows = [c for c in rows if path in (None, c.path)]
    if entry is None or (path is None and [row.path for row in rows] != [()]):
        raise Usage("a value is for one place", "talekeep resolve ENTRY PATH --value FILE")
    if not rows:
        raise NotFound("no open conflict there", "talekeep conflicts")
    if value_file is None:
        return resolve_prompt.written(app, rows[0], dry_run=dry_run)
    value = resolve_prompt.value(editor.read(app, value_file), rows[0])
    choice = operation.choose_value(value)
    result = operation.resolve(app.dataset, choice, entry=entry, path=rows[0].path, dry_run=dry_run)
    if not dry_run:
        editor.settle(app, value_file)
    return result
