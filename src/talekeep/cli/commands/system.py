"""The command `system`."""

from pathlib import Path

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.app import no_commit_option
from talekeep.cli.app import where_option
from talekeep.cli.options.shared_options import entries_argument
from talekeep.cli.text.changes import answer_edited
from talekeep.cli.text.changes import answer_line
from talekeep.core.errors import Usage
from talekeep.ops.entries import system_prompt


@command("system", writes=True, commits=True)
@entries_argument
@where_option
@click.option("--text", metavar="TEXT", help="The system prompt.")
@click.option(
    "--file", type=click.Path(path_type=Path, allow_dash=True), help="Take it from FILE (- for stdin)."
)
@click.option("--from", "source", metavar="ENTRY", help="Take that of another entry.")
@no_commit_option
def system(
    app: App,
    entries: tuple[str, ...],
    where: str | None,
    text: str | None,
    file: Path | None,
    source: str | None,
    no_commit: bool,
    dry_run: bool,
) -> None:
    """Give entries a system prompt: it replaces the one they have, or becomes their first message.

    \b
    Examples:
      talekeep system 0193c7 --text "You keep the lighthouse at Harrow Point."
      talekeep system --where tag:harbor --file prompt.txt --dry-run
    """
    prompt = _prompt(app, text, file, source)
    result = system_prompt.set_system(
        app.dataset, prompt, entries, where=where, dry_run=dry_run, commit=not no_commit
    )
    verbs = "set the system prompt of", "Set the system prompt of"
    sentence = answer_line(dry_run, no_commit, *verbs, len(result.changed))
    answer_edited(app, "system", result, sentence, dry_run=dry_run)


def _prompt(app: App, text: str | None, file: Path | None, source: str | None) -> str:
    from talekeep.cli.terminal import editor

    if sum(given is not None for given in (text, file, source)) != 1:
        raise Usage("system needs one prompt", "--text TEXT, --file FILE or --from ENTRY")
    if source is not None:
        return system_prompt.system_of(app.dataset, source)
    return editor.read(app, file).rstrip("\n") if file is not None else str(text)
