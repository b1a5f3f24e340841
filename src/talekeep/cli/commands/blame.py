"""The command `blame`."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.text.answer_lines import author_name
from talekeep.core.text import columns
from talekeep.ops.history import blame as operation

if TYPE_CHECKING:
    from talekeep.ops.history.blame import Blamed
    from talekeep.ops.history.blame import KeyBlame
    from talekeep.ops.history.blame import MessageBlame
    from talekeep.ops.history.blame import TagsBlame


@command("blame")
@click.argument("entry")
@click.option("--rev", metavar="REV", help="The entry as it was there: a commit, branch or snapshot.")
def blame(app: App, entry: str, rev: str | None) -> None:
    """Show which commit last changed each message of ENTRY, its tags and its other keys.

    A message keeps its commit when other messages are added or removed, or when the entry moves. Uncommitted
    text has no commit.

    \b
    Examples:
      talekeep blame 0193c7
      talekeep blame 0193c7 --rev first-draft --json
    """
    result = operation.blame(app.dataset, entry, revision=rev)
    app.output.answer("blame", result, _blame_lines(app, result))
    rows = (*result.messages, *result.keys, *([result.tags] if result.tags else ()))
    if any(row.boundary for row in rows):
        app.output.say("^ or earlier: this clone is shallow (git fetch --unshallow)")


def _blame_lines(app: App, result: "Blamed") -> Iterator[str]:
    yield app.output.style(f"entry {result.entry}", "strong")
    authors = [row.author for row in result.messages] + [row.author for row in result.keys]
    width = max([columns.width(author_name(author)) for author in authors], default=0)
    for row in result.messages:
        name = f" · {row.name}" if row.name else ""
        opening = app.output.isolated(row.opening)
        yield f"{_origin(app, row, width)}  {row.index + 1:>3} {row.role or '?'}{name}: {opening}"
    if result.tags is not None:
        yield f"{_origin(app, result.tags, width)}  tags: {', '.join(result.tags.tags)}"
    yield from (f"{_origin(app, row, width)}  {row.key}" for row in result.keys)


def _origin(app: App, row: "MessageBlame | TagsBlame | KeyBlame", width: int) -> str:
    if row.commit is None:
        return app.output.style(f"{'not committed':<{39 + width}}", "dim")
    # As git marks what may be older than a shallow clone can tell.
    head = app.output.style(f"^{row.commit[:6]}" if row.boundary else row.commit[:7], "hint")
    who = columns.padded(author_name(row.author), width)
    return f"{head}  {(row.time or '')[:10]}  {who}  {row.operation or '-':<16}"
