"""`add` and `edit`: entries written by hand, in a script or in the user's editor."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.app import no_commit_option
from talekeep.cli.changes import answer_edited
from talekeep.cli.changes import said
from talekeep.core.entry import is_uuid
from talekeep.core.errors import BadRecord
from talekeep.core.errors import Usage

if TYPE_CHECKING:
    from talekeep.core.entry import Entry
    from talekeep.ops.drafting import Edited

_PATH = click.Path(path_type=Path, allow_dash=True)
_REMARK = "write below the headers; messages left empty are left out, an unchanged text adds nothing"


@command("add", writes=True)
@click.argument("file", required=False, type=_PATH)
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
    default=1,
    show_default=True,
    help="Exchanges planned in the template.",
)
@click.option("--tag", "tags", multiple=True, metavar="TAG", help="Tag the entry (can be repeated).")
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
    exchanges: int,
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
    from talekeep.core import script
    from talekeep.ops import editing

    if prompt is not None:
        system = _prompt(app, prompt, system)

    def save(entries: "list[Entry]") -> "Edited":
        # What a template begins with may be changed in the editor; what a file holds is completed.
        given = (system, tags) if file is not None else (None, ())
        return editing.add(
            app.dataset, entries, system=given[0], tags=given[1], dry_run=dry_run, commit=not no_commit
        )

    plan = _plan(system, characters, exchanges, tags) if file is None else None
    text = _script_in(app, file) if file is not None else script.render(plan or {})
    if file is None if edit is None else edit:
        done = _written(app, text, plan, save, dry_run)
    else:
        done = _taken(app, file, lambda: save(_parsed(text)), dry_run)
    answer_edited(app, "add", done, said(dry_run, no_commit, "add", "Added", len(done.made)), dry_run=dry_run)


def _prompt(app: App, name: str, system: str | None) -> str:
    from talekeep.ops import prompts

    if system is not None:
        raise Usage("give --system or --prompt, not both")
    return prompts.offered(app.dataset.now(), name)


def _plan(system: str | None, characters: str, exchanges: int, tags: tuple[str, ...]) -> "Entry":
    from talekeep.core.editing import planned
    from talekeep.ops import editing

    names = editing.slugs((name for name in characters.split(",") if name.strip()), "name")
    return planned(system or "", names, exchanges, editing.slugs(tags, "tag"))


def _written(
    app: App, text: str, plan: "Entry | None", save: "Callable[[list[Entry]], Edited]", dry_run: bool
) -> "Edited":
    """What `save` made of the text the user wrote in the editor."""
    from talekeep.cli import editor
    from talekeep.core.align import same
    from talekeep.core.editing import without_blanks

    def take(written: str) -> "Edited":
        entries = _parsed(written)
        if plan is not None and same(entries, [plan]):
            raise editor.Unchanged("aborted: nothing was written into the template")
        return save([without_blanks(entry)[0] for entry in entries] if plan else entries)

    editor.remind(app, "add", "talekeep add")
    writing = editor.Writing(app, "add", text, remark=_REMARK if plan else "", resume="talekeep add")
    return writing.tried(take, dry_run=dry_run)


def _script_in(app: App, file: Path) -> str:
    from talekeep.cli import editor

    if file.suffix in (".json", ".jsonl"):
        raise Usage(f"{file} holds records, not a script", f"talekeep import {file}")
    text = editor.read(app, file)
    if text.lstrip().startswith(("{", "[")):
        raise Usage("this is JSON, not a script", "talekeep import FILE")
    if not text.strip():
        raise Usage("the text is empty", "talekeep show ENTRY shows what a script looks like")
    return text


def _parsed(text: str) -> "list[Entry]":
    from talekeep.core.scripts import parse_all

    return parse_all(text)


def _taken(app: App, file: Path | None, save: "Callable[[], Edited]", dry_run: bool) -> "Edited":
    """What `save` makes of a file; a kept text is taken away once it is saved."""
    from talekeep.cli import editor

    try:
        done = save()
    except BadRecord as error:
        raise Usage(f"{file}: {error}" if file else str(error)) from None
    if file is not None and not dry_run:
        editor.settle(app, file)
    return done


@command("edit", writes=True)
@click.argument("entry")
@click.option("--file", type=_PATH, metavar="SCRIPT", help="Take the new text from SCRIPT (- for stdin).")
@no_commit_option
def edit(app: App, entry: str, file: Path | None, no_commit: bool, dry_run: bool) -> None:
    """Edit ENTRY as a script in your editor, as one commit.

    A script that cannot be read comes back with the line marked. Save an empty text to give up. Whatever you
    wrote and could not save is kept in a file, and its path is printed. If the entry changed while you wrote,
    both changes are merged.

    \b
    Examples:
      talekeep edit 0193c7
      talekeep edit 0193c7 --file better.md --dry-run
    """
    from talekeep.cli import editor
    from talekeep.core import script
    from talekeep.ops import editing

    base = editing.begin(app.dataset, entry)

    def take(text: str) -> "Edited":
        return editing.save(app.dataset, base, script.parse(text), dry_run=dry_run, commit=not no_commit)

    if file is not None:
        text = _script_in(app, file)
        done = _taken(app, file, lambda: take(text), dry_run)
    else:
        resume = f"talekeep edit {base['id']} --file"
        stem = base["id"] if is_uuid(base["id"]) else "entry"
        editor.remind(app, stem, resume)
        writing = editor.Writing(app, stem, script.render(base), resume=resume)
        done = writing.tried(take, dry_run=dry_run)
    answer_edited(
        app, "edit", done, said(dry_run, no_commit, "edit", "Edited", len(done.changed)), dry_run=dry_run
    )
