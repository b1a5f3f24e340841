"""The command `duplicate`."""

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.app import no_commit_option
from talekeep.cli.app import where_option
from talekeep.cli.options.shared_options import entries_argument
from talekeep.cli.text.changes import answer_edited
from talekeep.cli.text.changes import answer_line
from talekeep.ops.entries import split_join


@command("duplicate", writes=True, commits=True)
@entries_argument
@where_option
@no_commit_option
def duplicate(app: App, entries: tuple[str, ...], where: str | None, no_commit: bool, dry_run: bool) -> None:
    """Copy entries. Each copy is placed behind its original and differs in its id only.

    \b
    Examples:
      talekeep duplicate 0193c7
      talekeep duplicate --where tag:template --dry-run
    """
    result = split_join.duplicate(app.dataset, entries, where=where, dry_run=dry_run, commit=not no_commit)
    sentence = answer_line(dry_run, no_commit, "duplicate", "Duplicated", len(result.made))
    answer_edited(app, "duplicate", result, sentence, dry_run=dry_run)
