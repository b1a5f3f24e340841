"""The command `edit`."""

from pathlib import Path

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.app import no_commit_option
from talekeep.cli.options.script_file import SCRIPT_PATH
from talekeep.cli.terminal.edited_entry import edit_entry
from talekeep.cli.text.changes import answer_edited
from talekeep.cli.text.changes import answer_line


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
    result = edit_entry(app, entry, file, dry_run=dry_run, commit=not no_commit)
    answer_edited(
        app,
        "edit",
        result,
        answer_line(dry_run, no_commit, "edit", "Edited", len(result.changed)),
        dry_run=dry_run,
    )
