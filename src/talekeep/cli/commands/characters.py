"""`character`: who speaks."""

from typing import TYPE_CHECKING

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.app import rev_option
from talekeep.cli.changes import answer_edited
from talekeep.cli.commands import speakers

if TYPE_CHECKING:
    from talekeep.ops.characters import Row

_SHOWN = 20


@click.group("character")
def character() -> None:
    """Who speaks: the library of characters, and their names on messages.

    A message names its speaker by slug, so the name goes where the message goes.

    \b
    Examples:
      talekeep character list --used
      talekeep character assign 0193c7 2=mara 3=wren --create
    """


def _line(row: "Row") -> str:
    from talekeep.ops import plural

    bits = [f"{row.slug}  {row.name}", f"{plural(row.messages, 'message')} in {plural(row.entries, 'entry')}"]
    bits += [] if row.active else ["set aside"]
    bits += [] if row.known else ["not in the library"]
    return "  ".join(bits)


@command("list")
@click.option("--used", is_flag=True, help="Only who speaks somewhere.")
@click.option("--inactive", is_flag=True, help="Only who was set aside.")
@rev_option
def list_(app: App, used: bool, inactive: bool, rev: str | None) -> None:
    """List the characters and how much each speaks, speakers who are not in the library included.

    \b
    Examples:
      talekeep character list
      talekeep character list --used --rev HEAD~3
    """
    from talekeep.ops import characters

    done = characters.listed(app.dataset, used=used, inactive=inactive, revision=rev)
    app.output.answer("character", done, [_line(row) for row in done.characters] or ["none"])


@command("show")
@click.argument("name")
@rev_option
def show(app: App, name: str, rev: str | None) -> None:
    """Show the character NAME: description, messages by role, the system prompts that name it.

    \b
    Examples:
      talekeep character show mara
      talekeep character show mara --json
    """
    from talekeep.ops import characters

    done = characters.show(app.dataset, name, revision=rev)
    row = done.character
    lines = [_line(row), *([row.description] if row.description else [])]
    lines += ["  has a character card"] if row.card else []
    lines += [f"  {count} as {role}" for role, count in done.roles.items()]
    lines += [f"  named in the system prompt of {entry}" for entry in done.prompts[:_SHOWN]]
    hidden = len(done.prompts) - _SHOWN
    app.output.answer("character", done, [*lines, *([f"  … and of {hidden} more"] if hidden > 0 else [])])


@command("add", writes=True)
@click.argument("name")
@click.option("--description", default="", metavar="TEXT", help="Who this is.")
@click.option("--slug", "given", metavar="SLUG", help="How messages name it; made of the name without.")
def add(app: App, name: str, description: str, given: str | None, dry_run: bool) -> None:
    """Add the character NAME to the library.

    \b
    Examples:
      talekeep character add Mara --description "keeps the light at Harrow Point"
      talekeep character add "Old Tom" --slug tom
    """
    from talekeep.ops import recasting

    done = recasting.add(app.dataset, name, description=description, given=given, dry_run=dry_run)
    answer_edited(app, "character", done, f"Add the character {name}", dry_run=dry_run)


@command("edit", writes=True)
@click.argument("slug")
@click.option("--name", metavar="NAME", help="How people read it.")
@click.option("--description", metavar="TEXT", help="Who this is.")
def edit(app: App, slug: str, name: str | None, description: str | None, dry_run: bool) -> None:
    """Change how the character SLUG is called and described; no message changes.

    \b
    Examples:
      talekeep character edit mara --name "Mara Voss"
      talekeep character edit mara --description "wry; keeps the light" --dry-run
    """
    from talekeep.ops import recasting

    done = recasting.edit(app.dataset, slug, display=name, description=description, dry_run=dry_run)
    answer_edited(app, "character", done, f"Describe the character {slug}", dry_run=dry_run)


@command("rename", writes=True)
@click.argument("old")
@click.argument("new")
@click.option("--merge", is_flag=True, help="NEW may be there already: then the two become one.")
def rename(app: App, old: str, new: str, merge: bool, dry_run: bool) -> None:
    """Give the character OLD the slug NEW, in the library and on every message, as one commit.

    \b
    Examples:
      talekeep character rename mara mara_voss
      talekeep character rename marra mara --merge --dry-run
    """
    from talekeep.ops import plural
    from talekeep.ops import recasting

    done = recasting.rename(app.dataset, old, new, merge=merge, dry_run=dry_run)
    sentence = f"Rename {old} to {new} in {plural(len(done.changed), 'entry')}"
    answer_edited(app, "character", done, sentence, dry_run=dry_run)


@command("activate", writes=True)
@click.argument("names", nargs=-1, required=True)
def activate(app: App, names: tuple[str, ...], dry_run: bool) -> None:
    """Offer the characters NAMES again.

    \b
    Examples:
      talekeep character activate mara
      talekeep character activate mara wren --dry-run
    """
    from talekeep.ops import recasting

    done = recasting.set_active(app.dataset, names, True, dry_run=dry_run)
    answer_edited(app, "character", done, f"Activate {', '.join(names)}", dry_run=dry_run)


@command("deactivate", writes=True)
@click.argument("names", nargs=-1, required=True)
def deactivate(app: App, names: tuple[str, ...], dry_run: bool) -> None:
    """Set the characters NAMES aside; every message keeps its speaker.

    Names the system prompts that still speak of them.

    \b
    Examples:
      talekeep character deactivate mara
      talekeep character deactivate mara wren --dry-run
    """
    from talekeep.ops import recasting

    done = recasting.set_active(app.dataset, names, False, dry_run=dry_run)
    answer_edited(app, "character", done, f"Set {', '.join(names)} aside", dry_run=dry_run)


@command("remove", writes=True)
@click.argument("name")
def remove(app: App, name: str, dry_run: bool) -> None:
    """Take the character NAME out of the library, if nobody speaks as it.

    \b
    Examples:
      talekeep character remove wren
      talekeep character remove wren --dry-run
    """
    from talekeep.ops import recasting

    done = recasting.remove(app.dataset, name, dry_run=dry_run)
    answer_edited(app, "character", done, f"Remove the character {name}", dry_run=dry_run)


_COMMANDS = (
    *(list_, show, add, edit, rename, activate, deactivate, remove),
    *(speakers.assign, speakers.detect, speakers.import_),
)
for _command in _COMMANDS:
    character.add_command(_command)
