"""The command `diff`."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.options import output_file
from talekeep.cli.text.changes import change_lines
from talekeep.cli.text.changes import counted
from talekeep.ops.history import diff as operation
from talekeep.ops.library import characters

if TYPE_CHECKING:
    from talekeep.ops.history.diff import Compared


@command("diff")
@click.argument("before", required=False)
@click.argument("after", required=False)
@click.option("--stat", is_flag=True, help="One line an entry.")
@click.option("--name-only", is_flag=True, help="Only the ids of entries and the names of other files.")
@click.option("--unchanged", is_flag=True, help="Show unchanged messages and long texts whole.")
@click.option("--entry", metavar="ENTRY", help="Only this entry: an id or a unique beginning of one.")
@click.option(
    "--html",
    "page",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write both sides as one page for a browser.",
)
@click.option("--force", is_flag=True, help="Replace FILE if it exists.")
def diff(
    app: App,
    before: str | None,
    after: str | None,
    stat: bool,
    name_only: bool,
    unchanged: bool,
    entry: str | None,
    page: Path | None,
    force: bool,
) -> None:
    """Compare by entry: HEAD with the folder, BEFORE with the folder, or BEFORE with AFTER.

    model:NAME is what a model was trained on (see `trained`).

    Removed words are in [-…-], added words in {+…+}; unchanged messages are folded without --unchanged.
    --html writes one page without scripts that loads nothing and prints well.

    \b
    Examples:
      talekeep diff
      talekeep diff HEAD~3 HEAD --stat
      talekeep diff --entry @1 --unchanged
      talekeep diff model:night-1 model:night-2 --stat
      talekeep diff first-draft --html ../changes.html
    """
    result = operation.diff(app.dataset, before, after)
    if entry is not None:
        result = operation.of_entry(result, entry)
    if name_only and page is None:
        app.output.answer("diff", result, [*(change.id for change in result.changes), *result.files])
        return
    if page is None:
        app.output.answer("diff", result, _diff_lines(app, result, stat, unchanged))
        return
    _write_page(app, result, page, (before or "HEAD", after or "the folder"), force)
    written = replace(result, html=str(page))
    output_file.answer_written_page(app, "diff", page, written, [f"Wrote {page}: {_counts(result)}"])


def _write_page(app: App, result: "Compared", page: Path, sides: tuple[str, str], force: bool) -> None:
    from talekeep.ops.history import diff_html

    names, called = characters.names_now(app.dataset), app.dataset.config.name
    text = diff_html.page(result, dataset=called, before=sides[0], after=sides[1], names=names)
    output_file.write_page(app, page, text, force=force)


def _diff_lines(app: App, result: "Compared", stat: bool, unchanged: bool) -> Iterator[str]:
    yield from change_lines(app, result.changes, stat=stat, whole=unchanged)
    yield from (f"changed file {name}" for name in result.files)
    yield from (app.output.style(f"unreadable line {place}", "bad") for place in result.unreadable)
    yield _counts(result)


def _counts(result: "Compared") -> str:
    return counted(result.changes) or (
        "no entry differs" if result.files or result.unreadable else "no difference"
    )
