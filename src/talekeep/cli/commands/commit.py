"""The command `commit`."""

from typing import TYPE_CHECKING

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.text.changes import finding_lines
from talekeep.cli.text.changes import say_repair
from talekeep.core.errors import Usage
from talekeep.ops.history import commit as operation

if TYPE_CHECKING:
    from talekeep.ops.history.commit import Committed


@command("commit", writes=True)
@click.option("-m", "--message", help="The subject; what happened in numbers without it.")
@click.option("-a", "--all", is_flag=True, hidden=True, expose_value=False, help="As it is anyway.")
@click.argument("words", nargs=-1, required=False, metavar="")
def commit(app: App, message: str | None, words: tuple[str, ...], dry_run: bool) -> None:
    """Commit every change in the dataset's files.

    Tracked files and new ones in entries/, sidecars/ and library/. Changed parts are validated first (an
    error stops the commit and nothing happens) and made canonical.

    \b
    Examples:
      talekeep commit -m "Rewrite the harbor scene"
      talekeep commit --dry-run
    """
    if words:
        raise Usage("commit takes no names: it commits every change", f'talekeep commit -m "{words[0]}"')
    result = operation.commit(app.dataset, message, dry_run=dry_run)
    app.output.answer("commit", result, [_commit_line(result, dry_run), *finding_lines(app, result.findings)])
    if not dry_run:
        say_repair(app, result.findings)


def _commit_line(result: "Committed", dry_run: bool) -> str:
    at = f"  [{(result.commit or '')[:7]}]"
    if not result.files and result.merged:
        counts = f"the merge of {result.merged[:7]}, which changes no entry here"
        return f"Would commit {counts}" if dry_run else f"Committed {counts}{at}"
    if not result.files:
        return "Nothing to commit"
    files = "1 file" if len(result.files) == 1 else f"{len(result.files)} files"
    counts = f"+{result.added} ~{result.changed} -{result.removed} entries in {files}"
    return f"Would commit {counts}" if dry_run else f"Committed {counts}{at}"
