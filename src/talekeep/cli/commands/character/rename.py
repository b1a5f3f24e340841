"""The command `character rename`."""

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.text.changes import answer_edited
from talekeep.ops import plural
from talekeep.ops.library import edit_characters


@command("rename", writes=True, commits=True)
@click.argument("old")
@click.argument("new")
@click.option("--merge", is_flag=True, help="NEW may be there already: then the two become one.")
def rename(app: App, old: str, new: str, merge: bool, dry_run: bool) -> None:
    """Change the slug of a character from OLD to NEW, in the library and on every message, in one commit.

    \b
    Examples:
      talekeep character rename mara mara_voss
      talekeep character rename marra mara --merge --dry-run
    """
    result = edit_characters.rename(app.dataset, old, new, merge=merge, dry_run=dry_run)
    sentence = f"Rename {old} to {new} in {plural(len(result.changed), 'entry')}"
    answer_edited(app, "character", result, sentence, dry_run=dry_run)
