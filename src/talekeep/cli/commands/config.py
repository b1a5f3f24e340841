"""The command `config`."""

from typing import TYPE_CHECKING

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.core.errors import Usage
from talekeep.ops.project import config as operation

if TYPE_CHECKING:
    from talekeep.ops.project.config import Setting


@command("config", writes=True)
@click.argument("words", nargs=-1, metavar="[KEY [= VALUE]]")
@click.option("--unset", is_flag=True, help="Take KEY out, so that the default holds.")
def config(app: App, words: tuple[str, ...], unset: bool, dry_run: bool) -> None:
    """Show or change settings.

    Without a KEY all settings are listed, each with its file. A setting in .git/config belongs to this clone
    and is never pushed: mirror.auto = on-commit saves every commit to the mirror folders, identity = neutral
    keeps the name and address that git knows out of commits; repack.auto = off and mirror.prune = off keep
    Talekeep from packing .git and from clearing old pushes away by itself. A setting in talekeep.toml
    belongs to the dataset; changing it makes a commit.

    \b
    Examples:
      talekeep config
      talekeep config mirror.auto = on-commit
      talekeep config identity neutral
      talekeep config validation.profile rolethread
      talekeep config export.format --unset
    """
    key, value = _parsed(words)
    if key is None:
        rows = operation.settings(app.dataset)
        app.output.answer("config", operation.Settings(rows), [_line(row) for row in rows])
    elif value is None and not unset:
        row = operation.get(app.dataset, key)
        app.output.answer("config", operation.Settings([row]), [row.value or row.default])
    else:
        if unset and value is not None:
            raise Usage("--unset takes no value", f"talekeep config {key} --unset")
        changed = operation.change(app.dataset, key, value, dry_run=dry_run)
        line = _line(changed.settings[0])
        app.output.answer("config", changed, [f"Would be: {line}" if dry_run else line])


def _parsed(words: tuple[str, ...]) -> tuple[str | None, str | None]:
    """`KEY`, `KEY VALUE`, `KEY = VALUE` and `KEY=VALUE` mean what they look like."""
    if not words:
        return None, None
    key, equals, rest = words[0].partition("=")
    value = [*([rest] if rest else []), *words[1:]]
    if value[:1] == ["="]:
        value = value[1:]
    if len(value) > 1 or ((equals or "=" in words[1:]) and not value):
        raise Usage("one KEY and one VALUE", "talekeep config KEY = VALUE")
    return key, value[0] if value else None


def _line(row: "Setting") -> str:
    text = row.value if row.value is not None else f"{row.default} (default)"
    return f"{row.key} = {text}  [{row.where}]"
