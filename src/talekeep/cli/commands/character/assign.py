"""The command `character assign`."""

from typing import TYPE_CHECKING

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.app import where_option
from talekeep.cli.text.changes import answer_edited
from talekeep.core.errors import Usage
from talekeep.ops import plural
from talekeep.ops.library import assign_speakers

if TYPE_CHECKING:
    from talekeep.ops.workspace.changeset import Edited


@command("assign", writes=True, commits=True)
@click.argument("words", nargs=-1, metavar="[ENTRY…] [N=NAME…]")
@where_option
@click.option("--map", "maps", multiple=True, metavar="MAP", help="LABEL=[ROLE]:NAME (can be repeated).")
@click.option("--create", is_flag=True, help="Put characters who are missing into the library.")
@click.option("--strip-prefix", is_flag=True, help="Take `Name:` in front of the text away, where it fits.")
def assign(
    app: App,
    words: tuple[str, ...],
    where: str | None,
    maps: tuple[str, ...],
    create: bool,
    strip_prefix: bool,
    dry_run: bool,
) -> None:
    """Say who speaks: in message N of ENTRY, or by a map from labels.

    Messages count from 1, as `show` prints them; `2=` removes the name. A map applies to messages whose role
    or name is LABEL, or whose text begins with `LABEL:`. It sets the name and, where ROLE is given, the role.
    The text does not change.

    \b
    Examples:
      talekeep character assign 0193c7 2=mara 3=wren
      talekeep character assign --where source:group.jsonl --map "Mara=assistant:mara" --map "Wren=:wren"
      talekeep character assign --where "" --map "Old Tom=:tom" --create --strip-prefix
    """
    if maps:
        result = _assign_by_map(app, words, where, maps, create, strip_prefix, dry_run)
    else:
        result = _assign(app, words, where, create, strip_prefix, dry_run)
    sentence = f"Say who speaks in {plural(len(result.changed), 'entry')}"
    answer_edited(app, "character", result, sentence, dry_run=dry_run)


def _assign(
    app: App, words: tuple[str, ...], where: str | None, create: bool, strip: bool, dry_run: bool
) -> "Edited":
    if strip:
        raise Usage("--strip-prefix needs a --map that says which names", "--map 'Mara=:mara'")
    speakers = assign_speakers.pairs(word for word in words if "=" in word)
    if not speakers:
        raise Usage("say who speaks", "2=mara for message 2, or --map 'Mara=assistant:mara'")
    entries = [word for word in words if "=" not in word]
    return assign_speakers.assign(app.dataset, speakers, entries, where=where, create=create, dry_run=dry_run)


def _assign_by_map(
    app: App,
    words: tuple[str, ...],
    where: str | None,
    maps: tuple[str, ...],
    create: bool,
    strip: bool,
    dry_run: bool,
) -> "Edited":
    from talekeep.core.entry_edit import speakers

    numbered = next((word for word in words if "=" in word), None)
    if numbered is not None:
        raise Usage(f"{numbered} and --map cannot go together")
    wanted = speakers.casting(maps)
    return assign_speakers.assign_by_map(
        app.dataset, wanted, words, where=where, create=create, strip=strip, dry_run=dry_run
    )
