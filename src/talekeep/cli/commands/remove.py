"""The command `remove`."""

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.app import no_commit_option
from talekeep.cli.app import where_option
from talekeep.cli.options.shared_options import entries_argument
from talekeep.cli.text.changes import answer_edited
from talekeep.cli.text.changes import answer_line
from talekeep.ops.entries import split_join


@command("remove", writes=True, commits=True)
@entries_argument
@where_option
@no_commit_option
def remove(app: App, entries: tuple[str, ...], where: str | None, no_commit: bool, dry_run: bool) -> None:
    """Remove entries and their sidecars. They stay in the history.

    \b
    Examples:
      talekeep remove 0193c7 0193c9
      talekeep remove --where 'tag:rejected exchanges<2' --dry-run
    """
    result = split_join.remove(app.dataset, entries, where=where, dry_run=dry_run, commit=not no_commit)
    sentence = answer_line(dry_run, no_commit, "remove", "Removed", len(result.retired))
    answer_edited(app, "remove", result, sentence, dry_run=dry_run)
    if result.commit:
        app.output.say("talekeep undo brings them back")
