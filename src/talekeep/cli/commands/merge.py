"""The command `merge`."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.text.changes import finding_lines
from talekeep.cli.text.changes import say_repair
from talekeep.cli.text.conflict_text import conflict_lines
from talekeep.core.errors import Usage
from talekeep.ops.merge import conflicts
from talekeep.ops.merge import merge as operation
from talekeep.ops.quality import repair

if TYPE_CHECKING:
    from collections.abc import Sequence

    from talekeep.ops.merge.left_sidecars import Left
    from talekeep.ops.merge.merge import Merged

_SHOWN = 10


@command("merge", writes=True, commits=True, stages=False)
@click.argument("name", required=False)
@click.option("--preview", is_flag=True, help="Say what the merge would do and change nothing.")
@click.option("--abort", is_flag=True, help="Give up a merge that stopped; everything as before it.")
def merge(app: App, name: str | None, preview: bool, abort: bool, dry_run: bool) -> int:
    """Merge the branch NAME into this one, by entry.

    Edits to different entries, messages and tags are merged. Where both sides changed the same place
    differently, the merge stops: the conflict is kept inside the entry, which has our version for now. It
    exits 1 then; `talekeep conflicts` lists the conflicts.

    \b
    Examples:
      talekeep merge darker-ending
      talekeep merge darker-ending --preview
    """
    if abort and (name is not None or preview):
        raise Usage("--abort takes nothing else", "talekeep merge --abort")
    if abort:
        operation.abort(app.dataset)
        app.output.answer("merge", operation.Merged({}, [], [], None), ["Merge given up"])
        return 0
    if name is None:
        raise Usage("merge needs the name of a branch", "talekeep branch lists them")
    looking = preview or dry_run
    # Somebody waits for the outcome, and often has conflicts to settle: the next command packs.
    app.packs = False
    result = operation.merge(app.dataset, name, preview=looking)
    app.output.answer("merge", result, _merge_lines(app, name, result, looking), ok=result.done)
    if not result.done and not looking:
        app.output.say(_next_steps(app, result))
    elif not looking:
        say_repair(app, result.findings)
    return int(not result.done)


def _merge_lines(app: App, name: str, result: "Merged", looking: bool) -> Iterator[str]:
    if result.up_to_date:
        yield f"Already up to date: {name} holds nothing that is not here"
        return
    counts = ", ".join(f"{n} {what}" for what, n in result.merged.items())
    text = (
        f"Would merge {name}" if looking else f"Merged {name}" if result.done else f"Merging {name} stopped"
    )
    yield f"{text}: {counts}" + (f"  [{result.commit[:7]}]" if result.commit else "")
    for copy in result.mended:
        yield f"  {copy.entry} stood in {copy.part} too, the same: one copy is kept"
    yield from _left_lines(result.left)
    yield from conflict_lines(app, result.conflicts)
    yield from finding_lines(app, result.findings, "warning" if result.done else "bad")


def _left_lines(left: "Sequence[Left]") -> Iterator[str]:
    for row in left[:_SHOWN]:
        reviews = row.sidecar.get("reviews")
        names = [f"the review of {name}" for name in reviews] if isinstance(reviews, dict) else []
        names += [f"its {key}" for key in row.sidecar if key != "reviews" or not names]
        back = f"talekeep restore {row.entry} --rev {row.commit[:7]}"
        yield f"  {row.entry} was removed, and {', '.join(names)} went with it; to have both back: {back}"
    if len(left) > _SHOWN:
        yield f"  and {len(left) - _SHOWN} more: --json lists them"


def _next_steps(app: App, result: "Merged") -> str:
    if not result.conflicts:
        mend = repair.command_for(result.findings)
        step = f"{mend} --no-commit && talekeep commit" if mend else "mend these, then talekeep commit"
        return f"next: {step}; or talekeep merge --abort"
    first = next((row for row in result.conflicts if row.entry), result.conflicts[0])
    way_out = conflicts.way_out(app.dataset, first)
    return f"next: {way_out}; then talekeep commit; or talekeep merge --abort"
