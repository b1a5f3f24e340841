"""The command `source list`."""

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.app import rev_option
from talekeep.ops.library import sources


@command("list")
@rev_option
def list_(app: App, rev: str | None) -> None:
    """List the sources with their rights.

    \b
    Examples:
      talekeep source list
      talekeep source list --json
    """
    result = sources.list_sources(app.dataset, revision=rev)
    lines = (
        f"{each.slug}  {each.file}, {each.records} records"
        f"{f', by {each.author}' if each.author else ''}, {each.licence or 'licence not known'}"
        for each in result.sources
    )
    app.output.answer("source", result, lines if result.sources else ["no sources"])
