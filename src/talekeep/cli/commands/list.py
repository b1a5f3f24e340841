"""The command `list`."""

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
from talekeep.core.errors import Usage
from talekeep.ops.entries import list_show


@command("list")
@click.argument("query", nargs=-1, metavar="[QUERY]...")
@where_option
@rev_option
@limit_option
@offset_option
@count_option
@click.option("--tag", "tags", multiple=True, hidden=True)
def list_(
    app: App,
    query: tuple[str, ...],
    where: str | None,
    rev: str | None,
    limit: int,
    offset: int,
    count: bool,
    tags: tuple[str, ...],
) -> None:
    """List entries: id, number of exchanges, first words, characters and tags.

    \b
    Examples:
      talekeep list
      talekeep list --where 'tag:draft -tag:approved exchanges>=4'
      talekeep list tag:night,storm --count

    A QUERY may stand without --where.
    """
    if query and where is not None:
        raise Usage("there are two queries", f"talekeep list --where '{where} {' '.join(query)}'")
    terms = [*([where] if where else []), *query, *(f"tag:{tag}" for tag in tags)]
    where = " ".join(terms) if terms else where
    result = list_show.list_entries(
        app.dataset, where=where, revision=rev, limit=0 if count else limit or None, offset=offset
    )
    rows = result.entries
    handles = handles_of(app, [row.id for row in rows]) if not count else {}
    lines = (row_line(app, row, handles[row.id], number) for number, row in enumerate(rows, 1))
    answer_page(app, "list", result, lines, offset, count=count)
