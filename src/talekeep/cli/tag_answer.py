"""`tag`: tags of entries, and lists of tags."""

from typing import TYPE_CHECKING

from talekeep.cli.app import App
from talekeep.cli.changes import answer_edited

if TYPE_CHECKING:
    from talekeep.ops.workspace.changeset import Edited


def split(names: str) -> list[str]:
    """The names in `a,b`."""
    return [name for name in names.split(",") if name.strip()]


def answer_tagged(app: App, result: "Edited", said: str, dry_run: bool) -> None:
    from talekeep.ops import plural

    answer_edited(app, "tag", result, f"{said} {plural(len(result.changed), 'entry')}", dry_run=dry_run)
