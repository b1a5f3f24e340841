"""The command `repair`."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.app import where_option
from talekeep.cli.text.changes import change_lines
from talekeep.cli.text.changes import counted
from talekeep.ops.quality import repair as operation

if TYPE_CHECKING:
    from talekeep.ops.quality.repair import Repaired


@command("repair", writes=True, commits=True)
@click.option(
    "--select", multiple=True, metavar="RULE", help="Only these rules: S107, S1, a name (can be repeated)."
)
@click.option("--ignore", multiple=True, metavar="RULE", help="Not these rules (can be repeated).")
@where_option
@click.option("--no-commit", is_flag=True, help="Mend the files as they lie, and stage them.")
def repair(
    app: App,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    where: str | None,
    no_commit: bool,
    dry_run: bool,
) -> None:
    """Repair findings of validation that need no change of wording: one commit for each rule.

    Repairs the spelling of roles and tags, white space around texts, and missing or duplicate ids. The rest
    is yours to decide; talekeep rule CODE explains it. Each commit can be undone; a second run changes
    nothing.

    \b
    Examples:
      talekeep repair --dry-run
      talekeep repair --select S107 --select T209
      talekeep repair --no-commit
    """
    result = operation.repair(
        app.dataset,
        select=select,
        ignore=ignore,
        where=where,
        dry_run=dry_run,
        commit=not no_commit,
        progress=app.output.progress,
    )
    app.output.answer("repair", result, _repair_lines(app, result, dry_run))


def _repair_lines(app: App, result: "Repaired", dry_run: bool) -> Iterator[str]:
    for one in result.repairs:
        kinds = counted(one.changes) or f"{len(one.files)} files"
        commit = f"  [{one.commit[:7]}]" if one.commit else ""
        yield f"{'Would mend' if dry_run else 'Mended'} {one.code} {one.name}: {kinds}{commit}"
        if dry_run:
            yield from change_lines(app, one.changes)
    if not result.repairs:
        yield "Nothing to mend"
