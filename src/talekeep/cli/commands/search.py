"""The command `search`."""

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.app import rev_option
from talekeep.cli.app import where_option
from talekeep.cli.text.entry_rows import answer_page
from talekeep.cli.text.entry_rows import count_option
from talekeep.cli.text.entry_rows import handles_of
from talekeep.cli.text.entry_rows import limit_option
from talekeep.cli.text.entry_rows import offset_option
from talekeep.cli.text.entry_rows import row_line
from talekeep.core.text.columns import reach_on
from talekeep.core.text.graphemes import cut_before
from talekeep.ops.entries import search as operation

if TYPE_CHECKING:
    from talekeep.ops.entries.search import Found
    from talekeep.ops.entries.search import Hit
    from talekeep.ops.entries.search import Match

_SHOWN = 3


@command("search")
@click.argument("text", nargs=-1)
@click.option("--in", "roles", metavar="ROLES", help="Look in these messages only: system,user,assistant.")
@click.option(
    "--match",
    type=click.Choice(["contains", "all-words", "exact-phrase"]),
    default="contains",
    show_default=True,
    help="The text as part of a message; each word whole, in any message; the words whole and in order.",
)
@click.option("-i", "--ignore-case", is_flag=True, hidden=True, expose_value=False, help="As it is anyway.")
@click.option("--loose", is_flag=True, help="Accents do not count: cafe finds café.")
@click.option("--tag", "tags", multiple=True, metavar="TAG", help="Only entries with this tag (repeatable).")
@click.option(
    "--tags-mode",
    type=click.Choice(["any", "all", "exact"]),
    default="any",
    show_default=True,
    help="With any of the tags, all of them, or exactly them.",
)
@click.option("--untagged", is_flag=True, help="Only entries without tags; with --tag, these too.")
@where_option
@rev_option
@limit_option
@offset_option
@count_option
def search(
    app: App,
    text: tuple[str, ...],
    roles: str | None,
    match: str,
    loose: bool,
    tags: tuple[str, ...],
    tags_mode: str,
    untagged: bool,
    where: str | None,
    rev: str | None,
    limit: int,
    offset: int,
    count: bool,
) -> None:
    """Find text in messages and show where it stands.

    Case, width and white space do not matter; a match never spans two messages. All roles are searched; --in
    selects some. Without TEXT, every entry that passes the filters is listed.

    \b
    Examples:
      talekeep search locked door
      talekeep search 'locked door' --match exact-phrase --in user,assistant
      talekeep search lamp --tag night --tag storm --tags-mode all --where 'exchanges>=4'
    """
    result = operation.search(
        app.dataset,
        " ".join(text),
        roles=roles.split(",") if roles is not None else (),
        match=match,
        loose=loose,
        tags=tags,
        tags_mode=tags_mode,
        untagged=untagged,
        where=where,
        revision=rev,
        limit=0 if count else limit or None,
        offset=offset,
    )
    answer_page(app, "search", result, _lines(app, result), offset, count=count)


def _lines(app: App, result: "Found") -> Iterator[str]:
    handles = handles_of(app, [hit.id for hit in result.entries])
    for number, hit in enumerate(result.entries, 1):
        yield row_line(app, hit, handles[hit.id], number)
        yield from (_match_line(app, match) for match in islice(_apart(hit), _SHOWN))
        left = sum(1 for _ in islice(_apart(hit), _SHOWN, None))
        if left:
            yield f"    … and {left} more"


def _apart(hit: "Hit") -> Iterator["Match"]:
    """The matches that are not in the excerpt of one before."""
    at = 0
    while at < len(hit.matches):
        yield hit.matches[at]
        at += len(hit.matches[at].marks)


def _match_line(app: App, match: "Match") -> str:
    who = f"{match.role} · {app.called(match.name)}" if match.name else match.role
    text, at = "", 0
    for start, end in match.marks:
        # A sign of style inside of a character would tear it apart.
        first, last = max(at, cut_before(match.excerpt, start)), reach_on(match.excerpt, end, 0)
        text += match.excerpt[at:first] + app.output.style(match.excerpt[first:last], "strong")
        at = max(at, last)
    shown = app.output.isolated(text + match.excerpt[at:])
    return f"    {app.output.style(who or '?', 'dim')}: {shown}"
