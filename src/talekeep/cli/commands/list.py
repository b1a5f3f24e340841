"""The command `list`."""

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.app import rev_option
from talekeep.cli.app import where_option
from talekeep.cli.entry_rows import answer_page
from talekeep.cli.entry_rows import count_option
from talekeep.cli.entry_rows import id_width
from talekeep.cli.entry_rows import limit_option
from talekeep.cli.entry_rows import offset_option
from talekeep.cli.entry_rows import row_line
from talekeep.ops.entries import list_show


@command("list")
@where_option
@rev_option
@limit_option
@offset_option
@count_option
def list_(app: App, where: str | None, rev: str | None, limit: int, offset: int, count: bool) -> None:
    """List entries: id, number of exchanges, first words, characters and tags.

    \b
    Examples:
      talekeep list
      talekeep list --where 'tag:draft -tag:approved exchanges>=4'
      talekeep list --where 'tag:night,storm or untagged' --count
    """
    result = list_show.list_entries(
        app.dataset, where=where, revision=rev, limit=0 if count else limit or None, offset=offset
    )
    rows = result.entries
    width = id_width([row.id for row in rows])
    answer_page(app, "list", result, (row_line(app, row, width) for row in rows), offset, count=count)
