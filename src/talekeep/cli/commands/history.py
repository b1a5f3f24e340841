"""`commit` and `diff`."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.changes import change_lines
from talekeep.cli.changes import counted
from talekeep.cli.changes import finding_lines
from talekeep.cli.changes import say_repair

if TYPE_CHECKING:
    from talekeep.ops.history import Committed
    from talekeep.ops.history import Compared


@command("commit", writes=True)
@click.option("-m", "--message", help="The subject; what happened in numbers without it.")
def commit(app: App, message: str | None, dry_run: bool) -> None:
    """Commit every change in the dataset's files.

    Tracked files and new ones in entries/, sidecars/ and library/. Changed parts are validated first (an
    error stops the commit and nothing happens) and made canonical.

    \b
    Examples:
      talekeep commit -m "Rewrite the harbor scene"
      talekeep commit --dry-run
    """
    from talekeep.ops import history

    done = history.commit(app.dataset, message, dry_run=dry_run)
    app.output.answer("commit", done, [_commit_line(done, dry_run), *finding_lines(app, done.findings)])
    if not dry_run:
        say_repair(app, done.findings)


def _commit_line(done: "Committed", dry_run: bool) -> str:
    if not done.files:
        return "Nothing to commit"
    files = "1 file" if len(done.files) == 1 else f"{len(done.files)} files"
    counts = f"+{done.added} ~{done.changed} -{done.removed} entries in {files}"
    return f"Would commit {counts}" if dry_run else f"Committed {counts}  [{(done.commit or '')[:7]}]"


@command("diff")
@click.argument("before", required=False)
@click.argument("after", required=False)
@click.option("--stat", is_flag=True, help="One line an entry.")
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
    entry: str | None,
    page: Path | None,
    force: bool,
) -> None:
    """Compare by entry: HEAD with the folder, BEFORE with the folder, or BEFORE with AFTER.

    Words that went are in [-…-], words that came in {+…+}; unchanged messages are folded. The page of --html
    is one file that loads nothing and runs nothing, and prints well.

    \b
    Examples:
      talekeep diff
      talekeep diff HEAD~3 HEAD --stat
      talekeep diff first-draft --html ../changes.html
    """
    from talekeep.ops import history

    found = history.diff(app.dataset, before, after)
    if entry is not None:
        found = history.of_entry(found, entry)
    if page is None:
        app.output.answer("diff", found, _diff_lines(app, found, stat))
        return
    _write_page(app, found, page, (before or "HEAD", after or "the folder"), force)
    answer = {"changes": found.changes, "files": found.files, "unreadable": found.unreadable}
    app.output.answer("diff", answer | {"html": page}, [f"Wrote {page}: {_counts(found)}"])


def _write_page(app: App, found: "Compared", page: Path, sides: tuple[str, str], force: bool) -> None:
    from talekeep.ops import characters
    from talekeep.ops import diff_html
    from talekeep.ops import reports

    names, called = characters.names_now(app.dataset), app.dataset.config.name
    text = diff_html.page(found, dataset=called, before=sides[0], after=sides[1], names=names)
    reports.write_page(app.dataset, app.path(page), text, force=force)


def _diff_lines(app: App, found: "Compared", stat: bool) -> Iterator[str]:
    yield from change_lines(app, found.changes, stat=stat)
    yield from (f"changed file {name}" for name in found.files)
    yield from (app.output.style(f"unreadable line {place}", "bad") for place in found.unreadable)
    yield _counts(found)


def _counts(found: "Compared") -> str:
    return counted(found.changes) or (
        "no entry differs" if found.files or found.unreadable else "no difference"
    )
