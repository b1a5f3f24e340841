"""`prompt`: the library of system prompts."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.app import rev_option
from talekeep.cli.app import where_option
from talekeep.cli.changes import answer_edited
from talekeep.core.errors import Usage

if TYPE_CHECKING:
    from talekeep.ops.drafting import Edited

_PREVIEW = 70


@click.group("prompt")
def prompt() -> None:
    """System prompts to start from: list, add, apply and the rest.

    An entry gets a copy of a prompt, never a link: changing the library changes no entry.

    \b
    Examples:
      talekeep prompt add "Harbor night" --from 0193c7
      talekeep prompt apply harbor_night --where untagged
    """


@command("list")
@click.option("--usage", is_flag=True, help="Count the entries whose system prompt is this very text.")
@click.option("--archived", is_flag=True, help="Those set aside as well.")
@rev_option
def list_(app: App, usage: bool, archived: bool, rev: str | None) -> None:
    """List the prompts, with the beginning of each text.

    \b
    Examples:
      talekeep prompt list
      talekeep prompt list --usage --archived
    """
    from talekeep.ops import prompts

    done = prompts.listed(app.dataset, usage=usage, archived=archived, revision=rev)
    lines = []
    for row in done.prompts:
        text = " ".join(row.content.split())
        shown = text if len(text) <= _PREVIEW else text[: _PREVIEW - 1] + "…"
        count = "" if row.entries is None else f"{row.entries:>5}  "
        lines.append(f"{count}{row.slug}  {shown}" + ("" if row.active else "  (archived)"))
    app.output.answer("prompt", done, lines or ["none"])


@command("show")
@click.argument("name")
@rev_option
def show(app: App, name: str, rev: str | None) -> None:
    """Print the prompt NAME.

    \b
    Examples:
      talekeep prompt show harbor_night
      talekeep prompt show harbor_night --rev HEAD~3
    """
    from talekeep.ops import plural
    from talekeep.ops import prompts

    row = prompts.show(app.dataset, name, revision=rev)
    app.output.answer("prompt", {"prompts": [row]}, [row.content])
    aside = "" if row.active else ", archived"
    app.output.say(f"{row.name}{aside}: the system prompt of {plural(row.entries or 0, 'entry')}")


@command("add", writes=True)
@click.argument("name")
@click.option("--text", metavar="TEXT", help="The prompt.")
@click.option("--file", type=click.Path(path_type=Path), metavar="FILE", help="A file that holds it, UTF-8.")
@click.option("--from", "entry", metavar="ENTRY", help="The system prompt of this entry.")
@click.option("--description", default="", metavar="TEXT", help="What it is for.")
def add(
    app: App,
    name: str,
    text: str | None,
    file: Path | None,
    entry: str | None,
    description: str,
    dry_run: bool,
) -> None:
    """Add the prompt NAME to the library.

    \b
    Examples:
      talekeep prompt add "Harbor night" --from 0193c7
      talekeep prompt add keeper --text "You keep the lighthouse." --description "short"
    """
    from talekeep.ops import prompts

    content = _text(app, text, file)
    done = prompts.add(app.dataset, name, text=content, entry=entry, description=description, dry_run=dry_run)
    answer_edited(app, "prompt", done, f"Add the prompt {name}", dry_run=dry_run)


def _text(app: App, text: str | None, file: Path | None) -> str | None:
    from talekeep.ops import prompts

    if text is not None and file is not None:
        raise Usage("give --text or --file, not both")
    if file is None:
        return text
    from talekeep.cli import editor

    kept = editor.is_kept(app, file)
    return editor.read(app, file).removesuffix("\n") if kept else prompts.text_of_file(app.path(file))


@command("edit", writes=True)
@click.argument("name")
@click.option("--text", metavar="TEXT", help="The new text.")
@click.option("--file", type=click.Path(path_type=Path), metavar="FILE", help="A file that holds it, UTF-8.")
@click.option("--name", "display", metavar="NAME", help="Another name; the slug follows it.")
@click.option("--description", metavar="TEXT", help="What it is for.")
def edit(
    app: App,
    name: str,
    text: str | None,
    file: Path | None,
    display: str | None,
    description: str | None,
    dry_run: bool,
) -> None:
    """Change the prompt NAME, in your editor if you give nothing else. Entries that got a copy keep theirs.

    \b
    Examples:
      talekeep prompt edit keeper
      talekeep prompt edit keeper --file keeper.txt
      talekeep prompt edit keeper --name "Night keeper" --dry-run
    """
    from talekeep.ops import prompts

    def save(content: str | None) -> "Edited":
        return prompts.edit(
            app.dataset, name, text=content, display=display, description=description, dry_run=dry_run
        )

    nothing = text is None and file is None and display is None and description is None
    done = _written(app, name, save, dry_run) if nothing else save(_text(app, text, file))
    if file is not None and not dry_run:
        from talekeep.cli import editor

        editor.settle(app, file)
    answer_edited(app, "prompt", done, f"Change the prompt {name}", dry_run=dry_run)


def _written(app: App, name: str, save: "Callable[[str], Edited]", dry_run: bool) -> "Edited":
    """What `save` made of the text the user wrote in the editor."""
    from talekeep.cli import editor
    from talekeep.ops import prompts

    row = prompts.show(app.dataset, name)
    resume = f"talekeep prompt edit {row.slug} --file"
    editor.remind(app, f"prompt-{row.slug}", resume)
    text = row.content if row.content.endswith("\n") else row.content + "\n"
    writing = editor.Writing(app, f"prompt-{row.slug}", text, resume=resume)

    def take(written: str) -> "Edited":
        return save(row.content if written == text else written.removesuffix("\n"))

    return writing.tried(take, dry_run=dry_run)


@command("remove", writes=True)
@click.argument("names", nargs=-1, required=True)
def remove(app: App, names: tuple[str, ...], dry_run: bool) -> None:
    """Take the prompts NAMES out of the library. Entries that got a copy keep theirs.

    \b
    Examples:
      talekeep prompt remove keeper
      talekeep prompt remove keeper harbor_night --dry-run
    """
    from talekeep.ops import prompts

    done = prompts.remove(app.dataset, names, dry_run=dry_run)
    answer_edited(app, "prompt", done, f"Remove {', '.join(names)}", dry_run=dry_run)


@command("archive", writes=True)
@click.argument("names", nargs=-1, required=True)
def archive(app: App, names: tuple[str, ...], dry_run: bool) -> None:
    """Keep the prompts NAMES, but offer them no more.

    \b
    Examples:
      talekeep prompt archive keeper
      talekeep prompt archive keeper harbor_night --dry-run
    """
    from talekeep.ops import prompts

    done = prompts.set_active(app.dataset, names, False, dry_run=dry_run)
    answer_edited(app, "prompt", done, f"Archive {', '.join(names)}", dry_run=dry_run)


@command("restore", writes=True)
@click.argument("names", nargs=-1, required=True)
def restore(app: App, names: tuple[str, ...], dry_run: bool) -> None:
    """Offer the archived prompts NAMES again.

    \b
    Examples:
      talekeep prompt restore keeper
      talekeep prompt restore keeper harbor_night --dry-run
    """
    from talekeep.ops import prompts

    done = prompts.set_active(app.dataset, names, True, dry_run=dry_run)
    answer_edited(app, "prompt", done, f"Restore {', '.join(names)}", dry_run=dry_run)


@command("apply", writes=True)
@click.argument("name")
@click.argument("entries", nargs=-1)
@where_option
def apply(app: App, name: str, entries: tuple[str, ...], where: str | None, dry_run: bool) -> None:
    """Copy the prompt NAME into ENTRIES, as their system prompt.

    It takes the place of the system prompt an entry has; the other messages stay as they are.

    \b
    Examples:
      talekeep prompt apply keeper 0193c7 0193d2
      talekeep prompt apply keeper --where "tag:harbor" --dry-run
    """
    from talekeep.ops import plural
    from talekeep.ops import prompts

    done = prompts.apply(app.dataset, name, entries, where=where, dry_run=dry_run)
    sentence = f"Set the system prompt of {plural(len(done.changed), 'entry')} to {name}"
    answer_edited(app, "prompt", done, sentence, dry_run=dry_run)


for _command in (list_, show, add, edit, remove, archive, restore, apply):
    prompt.add_command(_command)
