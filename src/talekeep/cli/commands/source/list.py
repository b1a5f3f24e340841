"""The command `source list`."""

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.app import rev_option
from talekeep.cli.text.library_rows import first_rows
from talekeep.cli.text.library_rows import limit_option
from talekeep.ops.library import sources


@command("list")
@limit_option
@rev_option
def list_(app: App, limit: int, rev: str | None) -> None:
    """List the sources with their rights.

    \b
    Examples:
      talekeep source list
      talekeep source list --limit 0
    """
    result = sources.list_sources(app.dataset, revision=rev)
    lines = (
        f"{each.slug}  {each.file}, {each.records} records"
        f"{f', by {each.author}' if each.author else ''}, {each.licence or 'licence not known'}"
        for each in first_rows(app, result.sources, limit)
    )
    app.output.answer("source", result, lines if result.sources else ["no sources"])
