"""The command `schema`."""

import click
import orjson

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.ops.project import schema as operation


@command("schema")
@click.argument("name", required=False)
def schema(app: App, name: str | None) -> None:
    """Print the JSON Schema NAME; without NAME list the names.

    There is one for the --json answer of each command, one for each file that people write (talekeep-toml,
    library-tags, …), and one for errors. Keys may be added to a schema; none is removed or renamed.

    \b
    Examples:
      talekeep schema
      talekeep schema status > status.schema.json
      talekeep schema library-tags
    """
    if name is None:
        names = operation.names()
        app.output.answer("schema", operation.Schemas(names), names)
        return
    result = operation.read(name)
    text = orjson.dumps(result.document, option=orjson.OPT_INDENT_2).decode()
    app.output.answer("schema", result, [text])
