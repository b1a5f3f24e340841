"""The command `add`."""

from collections.abc import Callable
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.app import no_commit_option
from talekeep.cli.options.script_file import SCRIPT_PATH
from talekeep.cli.options.script_file import parsed_script
from talekeep.cli.options.script_file import read_script
from talekeep.cli.options.script_file import save_script
from talekeep.cli.text.changes import answer_edited
from talekeep.cli.text.changes import answer_line
from talekeep.core.entry_edit.rewrite import planned as planned_entry
from talekeep.core.entry_edit.rewrite import without_blanks
from talekeep.core.errors import Usage
from talekeep.core.merge.align import same
from talekeep.core.script import script
from talekeep.ops.entries import add_edit
from talekeep.ops.library import prompts

if TYPE_CHECKING:
    from talekeep.core.entry import Entry
    from talekeep.ops.workspace.changeset import Edited

_REMARK = "write below the headers; messages left empty are left out, an unchanged text adds nothing"


@command("add", writes=True, commits=True)
@click.argument("file", required=False, type=SCRIPT_PATH)
@click.option("--system", metavar="TEXT", help="The system prompt.")
@click.option("--prompt", metavar="NAME", help="The system prompt, from the library.")
@click.option(
    "--characters",
    metavar="NAME[,NAME]",
    default="",
    help="Who speaks in the template: the first as the user, the others in turns with the replies.",
)
@click.option(
    "--exchanges",
    type=click.IntRange(min=0),
    help="Exchanges planned in the template; 1 without it.",
)
@click.option(
    "--tag", "tags", multiple=True, metavar="TAG", help="Tag the entry; several with commas or repeated."
)
@click.option(
    "--edit/--no-edit", default=None, help="Open the editor, or not; without FILE it opens, with one not."
)
@no_commit_option
def add(
    app: App,
    file: Path | None,
    system: str | None,
    prompt: str | None,
    characters: str,
    exchanges: int | None,
    tags: tuple[str, ...],
    edit: bool | None,
    no_commit: bool,
    dry_run: bool,
) -> None:
    """Add an entry written as a script: from FILE, from stdin (-), or in your editor.

    A script is what `talekeep show` prints. Without an `id:` line the entry gets a new id. Several scripts
    may stand in one text, each under a line of 72 `=`. The entry goes to the end of the dataset.

    \b
    Examples:
      talekeep add --system "You keep the light." --characters wren,mara --exchanges 3
      talekeep add --prompt harbor_night
      talekeep add scene.md --tag slow_burn
      talekeep show 0193c7 | sed 1d | talekeep add -
    """
    if file is not None and (characters or exchanges is not None):
        raise Usage(
            "--characters and --exchanges plan a template, and FILE is none", "leave out FILE, or them"
        )
    tags = tuple(name for given in tags for name in given.split(",") if name.strip())
    if prompt is not None:
        system = _prompt(app, prompt, system)

    def save(entries: list["Entry"]) -> "Edited":
        # What a template begins with may be changed in the editor; what a file holds is completed.
        given = (system, tags) if file is not None else (None, ())
        return add_edit.add(
            app.dataset, entries, system=given[0], tags=given[1], dry_run=dry_run, commit=not no_commit
        )

    planned = 1 if exchanges is None else exchanges
    plan = _plan(system, characters, planned, tags) if file is None else None
    text = read_script(app, file) if file is not None else script.render(plan or {})
    if file is None if edit is None else edit:
        result = _written(app, text, plan, save, dry_run)
    else:
        result = save_script(app, file, lambda: save(parsed_script(text)), dry_run)
    if plan is not None:
        result = replace(result, notes=(*result.notes, *_unfilled(result, planned)))
    answer_edited(
        app, "add", result, answer_line(dry_run, no_commit, "add", "Added", len(result.made)), dry_run=dry_run
    )


def _unfilled(result: "Edited", planned: int) -> Iterator[str]:
    """What is left of a plan: fewer exchanges than the template had."""
    for change in result.changes:
        roles = [message.get("role") for message in (change.after or {}).get("messages", [])]
        written = sum(pair == ("user", "assistant") for pair in pairwise(roles))
        if written < planned:
            yield f"{written} of {planned} planned exchanges written"


def _prompt(app: App, name: str, system: str | None) -> str:
    if system is not None:
        raise Usage("give --system or --prompt, not both")
    return prompts.offered(app.dataset.now(), name)


def _plan(system: str | None, characters: str, exchanges: int, tags: tuple[str, ...]) -> "Entry":
    names = add_edit.slugs((name for name in characters.split(",") if name.strip()), "name")
    return planned_entry(system or "", names, exchanges, add_edit.slugs(tags, "tag"))


def _written(
    app: App, text: str, plan: "Entry | None", save: Callable[[list["Entry"]], "Edited"], dry_run: bool
) -> "Edited":
    """What `save` made of the text the user wrote in the editor."""
    from talekeep.cli.terminal import editor

    def take(written: str) -> "Edited":
        entries = parsed_script(written)
        if plan is not None and same(entries, [plan]):
            raise editor.Unchanged("aborted: nothing was written into the template")
        return save([without_blanks(entry)[0] for entry in entries] if plan else entries)

    editor.remind(app, "add", "talekeep add")
    writing = editor.Writing(app, "add", text, remark=_REMARK if plan else "", resume="talekeep add")
    return writing.tried(take, dry_run=dry_run)
