"""`merge`, `conflicts`, `resolve`."""

import sys
from collections.abc import Iterable
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.changes import finding_lines
from talekeep.cli.changes import say_repair
from talekeep.core.errors import NotFound
from talekeep.core.errors import Usage

if TYPE_CHECKING:
    from talekeep.ops.conflicts import Open
    from talekeep.ops.conflicts import Resolved
    from talekeep.ops.merging import Merged

_SHOWN = 20
_WIDTH = 90
_BEFORE = 30
_PATH = click.Path(path_type=Path)


@command("merge", writes=True)
@click.argument("name", required=False)
@click.option("--preview", is_flag=True, help="Say what the merge would do and change nothing.")
@click.option("--abort", is_flag=True, help="Give up a merge that stopped; everything as before it.")
def merge(app: App, name: str | None, preview: bool, abort: bool, dry_run: bool) -> int:
    """Merge the branch NAME into this one, by entry.

    Edits to different entries, messages and tags come together. Where both sides changed the same thing
    differently the merge stops: the conflict is kept inside the entry, which holds our version meanwhile.
    Exits 1 then; `talekeep conflicts` lists them.

    \b
    Examples:
      talekeep merge darker-ending
      talekeep merge darker-ending --preview
    """
    from talekeep.ops import merging

    if abort:
        merging.abort(app.dataset)
        app.output.answer("merge", {"merged": {}, "conflicts": [], "commit": None}, ["Merge given up"])
        return 0
    if name is None:
        raise Usage("merge needs the name of a branch", "talekeep branch lists them")
    looking = preview or dry_run
    done = merging.merge(app.dataset, name, preview=looking)
    app.output.answer("merge", done, _merge_lines(app, name, done, looking), ok=done.done)
    if not done.done and not looking:
        app.output.say(_next_steps(done))
    elif not looking:
        say_repair(app, done.findings)
    return int(not done.done)


def _merge_lines(app: App, name: str, done: "Merged", looking: bool) -> Iterator[str]:
    counts = ", ".join(f"{n} {what}" for what, n in done.merged.items())
    said = f"Would merge {name}" if looking else f"Merged {name}" if done.done else f"Merging {name} stopped"
    yield f"{said}: {counts}" + (f"  [{done.commit[:7]}]" if done.commit else "")
    for copy in done.mended:
        yield f"  {copy.entry} stood in {copy.part} too, the same: one copy is kept"
    yield from _conflict_lines(app, done.conflicts)
    yield from finding_lines(app, done.findings, "warning" if done.done else "bad")


def _next_steps(done: "Merged") -> str:
    from talekeep.ops import repairing

    if not done.conflicts:
        mend = repairing.command_for(done.findings)
        step = f"{mend} --no-commit && talekeep commit" if mend else "mend these, then talekeep commit"
        return f"next: {step}; or talekeep merge --abort"
    first = next((c for c in done.conflicts if c.entry), None)
    one = (
        f"talekeep resolve {first.entry[:18]} --ours (or --theirs, --both)"
        if first and first.entry
        else "mend the files"
    )
    return f"next: {one}; then talekeep commit; or talekeep merge --abort"


def _conflict_lines(app: App, conflicts: "Iterable[Open]") -> Iterator[str]:
    rows = list(conflicts)
    for row in rows[:_SHOWN]:
        if row.entry is None:
            yield app.output.style(f"conflict in {row.file}: {row.reason}", "bad")
            continue
        yield app.output.style(f"conflict in {row.entry} {'.'.join(map(str, row.path)) or '(whole)'}", "bad")
        sides = {side: _flat(getattr(row, side)) for side in ("base", "ours", "theirs")}
        # Long texts mostly agree at first: shown from just before they part.
        start = max(0, _agreeing(*sides.values()) - _BEFORE)
        yield from (f"  {side:<7}{_window(text, start)}" for side, text in sides.items())
    if len(rows) > _SHOWN:
        yield f"… and {len(rows) - _SHOWN} more, see --json"


def _agreeing(*texts: str) -> int:
    """How many characters all texts begin with."""
    alike = (len(set(signs)) == 1 for signs in zip(*texts, strict=False))
    return sum(takewhile(bool, alike))


def _flat(value: Any) -> str:
    text = value if isinstance(value, str) else "(absent)" if value is None else repr(value)
    return " ".join(text.split())


def _window(text: str, start: int) -> str:
    shown = text if not start else f"…{text[start:]}"
    return shown if len(shown) <= _WIDTH else f"{shown[: _WIDTH - 1]}…"


@command("conflicts")
def conflicts(app: App) -> int:
    """List open conflicts: entry, place, and the three sides. Exits 1 while there are any.

    \b
    Examples:
      talekeep conflicts
      talekeep conflicts --json
    """
    from talekeep.ops import conflicts as ops

    found = ops.conflicts(app.dataset)
    lines = list(_conflict_lines(app, found)) or ["No open conflict"]
    app.output.answer("conflicts", {"conflicts": found}, lines, ok=not found)
    return int(bool(found))


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
    from talekeep.ops import conflicts as ops
    from talekeep.ops import unmerged

    if restart:
        done = unmerged.restart(app.dataset, entry, dry_run=dry_run)
    elif entry is not None and unmerged.is_unmerged(app.dataset, entry):
        done = unmerged.settle_file(app.dataset, entry, side, dry_run=dry_run)
    elif entry is None and where is None and not everything:
        if not sys.stdin.isatty() or app.output.as_json or side or value_file or edit:
            raise Usage("resolve needs an entry, --where or --all", "talekeep conflicts lists them")
        from talekeep.cli.commands import walking

        done = walking.walk(app, lambda row: _conflict_lines(app, [row]), dry_run=dry_run)
    else:
        place = ops.parse_path(path) if path else None
        _require_one_choice(side, value_file, edit)
        if side is None:
            done = _with_value(app, entry, place, value_file, dry_run=dry_run)
        else:
            choice = ops.choose_side(side)
            done = ops.resolve(app.dataset, choice, entry=entry, path=place, where=where, dry_run=dry_run)
    app.output.answer("resolve", done, _resolved_lines(done, dry_run), ok=not done.conflicts)
    return int(bool(done.conflicts))


def _resolved_lines(done: "Resolved", dry_run: bool) -> Iterator[str]:
    yield f"{'Would settle' if dry_run else 'Settled'} {len(done.resolved)}, left {len(done.conflicts)}"
    yield from (f"  staged {name}" for name in done.staged)
    if not done.conflicts and not dry_run:
        yield "next: talekeep commit"


def _require_one_choice(side: str | None, value_file: Path | None, edit: bool) -> None:
    if sum((side is not None, value_file is not None, edit)) != 1:
        raise Usage("resolve needs one choice", "--ours, --theirs, --both, --base, --edit or --value FILE")


def _with_value(
    app: App, entry: str | None, path: Any, value_file: Path | None, *, dry_run: bool
) -> "Resolved":
    """Settle one place with what a file holds, or what is written in the editor."""
    from talekeep.cli import editor
    from talekeep.cli.commands import walking
    from talekeep.ops import conflicts as ops

    rows = [c for c in ops.conflicts(app.dataset) if entry and str(c.entry).startswith(entry)]
    rows = [c for c in rows if path in (None, c.path)]
    if entry is None or (path is None and [row.path for row in rows] != [()]):
        raise Usage("a value is for one place", "talekeep resolve ENTRY PATH --value FILE")
    if not rows:
        raise NotFound("no open conflict there", "talekeep conflicts")
    if value_file is None:
        return walking.written(app, rows[0], dry_run=dry_run)
    value = walking.value(editor.read(app, value_file), rows[0])
    choice = ops.choose_value(value)
    done = ops.resolve(app.dataset, choice, entry=entry, path=rows[0].path, dry_run=dry_run)
    if not dry_run:
        editor.settle(app, value_file)
    return done
