"""The command `duplicates`."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.app import no_commit_option
from talekeep.cli.app import rev_option
from talekeep.cli.app import where_option
from talekeep.cli.options import input_file
from talekeep.cli.text.changes import answer_line
from talekeep.cli.text.changes import edited_lines
from talekeep.cli.text.entry_rows import handles_of
from talekeep.cli.text.entry_rows import row_line
from talekeep.core.errors import Usage
from talekeep.ops import plural

if TYPE_CHECKING:
    from talekeep.ops.quality.duplicates import Cluster
    from talekeep.ops.quality.duplicates import Duplicates

_SHOWN = 10


@command("duplicates", writes=True, commits=True)
@click.option(
    "--exact",
    type=click.Choice(["entry", "conversation", "opening"]),
    help="Equal entries: with system prompts, without them, or the first exchange alone.",
)
@click.option("--near", is_flag=True, help="Nearly equal conversations.")
@click.option(
    "--threshold",
    type=click.FloatRange(0.5, 1),
    default=0.85,
    show_default=True,
    help="How large a share of runs of five words near ones have in common.",
)
@click.option(
    "--branches",
    type=click.IntRange(min=1),
    metavar="N",
    help="Conversations that share their first N messages or more.",
)
@click.option(
    "--tag",
    is_flag=False,
    flag_value="duplicate",
    metavar="[NAME]",
    help="Tag all but the first of each group, as duplicate without a NAME.",
)
@click.option(
    "--against", metavar="FILE|REV", help="Entries that also stand in this file, folder, dataset or commit."
)
@where_option
@rev_option
@click.option(
    "--limit", type=click.IntRange(min=0), default=25, show_default=True, help="Groups to show; 0 for all."
)
@no_commit_option
def duplicates(
    app: App,
    exact: str | None,
    near: bool,
    threshold: float,
    branches: int | None,
    tag: str | None,
    against: str | None,
    where: str | None,
    rev: str | None,
    limit: int,
    no_commit: bool,
    dry_run: bool,
) -> int:
    """Show entries that are alike, in groups. Nothing is removed.

    Without --exact, --near or --branches it looks for equal conversations and for near-duplicates. Case,
    Unicode form and white space do not count. --tag marks all but the first of a group; 'talekeep remove
    --where tag:duplicate' removes them. With --against it exits 1 if an entry stands in the other set too.

    \b
    Examples:
      talekeep duplicates
      talekeep duplicates --near --threshold 0.7 --where 'exchanges>=4'
      talekeep duplicates --exact opening --tag needs_review --dry-run
      talekeep duplicates --branches 4 --json
      talekeep duplicates --against benchmark.jsonl
    """
    if against is not None:
        if exact or near or branches or tag:
            raise Usage(
                "--against compares with another set alone", f"talekeep duplicates --against {against}"
            )
        return _against(app, against, threshold, where, rev)
    from talekeep.ops.quality import duplicates

    plain = exact is None and not near and branches is None
    wanted = duplicates.Wanted("conversation" if plain else exact, near or plain, threshold, branches)
    result = duplicates.duplicates(
        app.dataset,
        wanted,
        where=where,
        revision=rev,
        limit=limit or None,
        tag=tag,
        dry_run=dry_run,
        commit=not no_commit,
        progress=app.output.progress,
    )
    app.output.answer("duplicates", result, _lines(app, result, no_commit, dry_run))
    for note in result.tagged.notes if result.tagged else ():
        app.output.say(note)
    if result.total > len(result.clusters):
        app.output.say(f"… and {plural(result.total - len(result.clusters), 'group')} more: --limit 0")
    return 0


def _against(app: App, other: str, threshold: float, where: str | None, rev: str | None) -> int:
    from talekeep.ops.exchange.training import against

    with input_file.readable(app, [Path(other)]) as (place,):
        result = against.against(
            app.dataset,
            other,
            place,
            threshold=threshold,
            where=where,
            revision=rev,
            progress=app.output.progress,
        )
    lines = [f"{m.likeness:.2f}  {m.entry}  {m.other}" for m in result.matches]
    refused = f", {result.refused} records cannot be read" if result.refused else ""
    total = f"{plural(len(result.matches), 'entry')} also in {other} ({result.compared} compared{refused})"
    app.output.answer("duplicates-against", result, [*lines, total], ok=not result.matches)
    return int(bool(result.matches))


def _lines(app: App, result: "Duplicates", staged: bool, dry_run: bool) -> Iterator[str]:
    shown = [row.id for cluster in result.clusters for row in cluster.entries[:_SHOWN]]
    handles = handles_of(app, shown)
    numbers = {entry: number for number, entry in enumerate(shown, 1)}
    for cluster in result.clusters:
        yield app.output.style(_title(cluster), "strong")
        for row in cluster.entries[:_SHOWN]:
            place = app.output.style(f"{row.part}:{row.line}", "dim")
            yield f"  {row_line(app, row, handles[row.id], numbers[row.id])}  {place}"
        if len(cluster.entries) > _SHOWN:
            yield f"  … and {len(cluster.entries) - _SHOWN} more"
    groups = plural(result.total, "group")
    yield f"{groups}, {plural(result.entries, 'entry')}, {plural(result.extra, 'duplicate')}"
    if result.tagged is not None:
        count = len(result.tagged.changed)
        sentence = answer_line(dry_run, staged, "tag", "Tagged", count)
        yield from edited_lines(app, result.tagged, sentence, dry_run=dry_run)


def _title(cluster: "Cluster") -> str:
    size = plural(len(cluster.entries), "entry")
    if cluster.shared is not None:
        return f"branch, {size} share {plural(cluster.shared, 'message')}"
    if cluster.kind != "near" or cluster.likeness is None:
        return f"same {cluster.kind}, {size}"
    low, high = (f"{share:.2f}" for share in (cluster.likeness.lowest, cluster.likeness.highest))
    return f"near {low if low == high else f'{low}–{high}'}, {size}"
