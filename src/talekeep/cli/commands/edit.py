"""The command `edit`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.app import no_commit_option
from talekeep.cli.changes import answer_edited
from talekeep.cli.changes import said
from talekeep.cli.script_file import SCRIPT_PATH
from talekeep.cli.script_file import read_script
from talekeep.cli.script_file import save_script
from talekeep.core.entry import is_uuid
from talekeep.core.script import script
from talekeep.ops.entries import add_edit

if TYPE_CHECKING:
    from talekeep.ops.workspace.changeset import Edited


@command("edit", writes=True, commits=True)
@click.argument("entry")
@click.option(
    "--file", type=SCRIPT_PATH, metavar="SCRIPT", help="Take the new text from SCRIPT (- for stdin)."
)
@no_commit_option
def edit(app: App, entry: str, file: Path | None, no_commit: bool, dry_run: bool) -> None:
    """Edit ENTRY as a script in your editor, as one commit.

    A script that cannot be read is opened again with the line marked. Save an empty text to cancel. Text that
    could not be saved is kept in a file, and its path is printed. If the entry changed meanwhile, both
    changes are merged.

    \b
    Examples:
      talekeep edit 0193c7
      talekeep edit 0193c7 --file better.md --dry-run
    """
    from talekeep.cli import editor

    base = add_edit.begin(app.dataset, entry, commit=not no_commit)

    def take(text: str) -> "Edited":
        return add_edit.save(app.dataset, base, script.parse(text), dry_run=dry_run, commit=not no_commit)

    if file is not None:
        text = read_script(app, file)
        result = save_script(app, file, lambda: take(text), dry_run)
    else:
        resume = f"talekeep edit {base['id']} --file"
        stem = base["id"] if is_uuid(base["id"]) else "entry"
        editor.remind(app, stem, resume)
        writing = editor.Writing(app, stem, script.render(base), resume=resume)
        result = writing.tried(take, dry_run=dry_run)
    answer_edited(
        app, "edit", result, said(dry_run, no_commit, "edit", "Edited", len(result.changed)), dry_run=dry_run
    )
