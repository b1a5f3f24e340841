"""`character assign`, `detect` and `import`: who speaks in what came from elsewhere."""

from collections.abc import Iterator
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
    from talekeep.ops.detecting import Detected
    from talekeep.ops.detecting import Voice
    from talekeep.ops.drafting import Edited


@command("assign", writes=True)
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

    Messages count from 1, as `show` prints them; `2=` takes the name away. A map fits a message whose role or
    name is LABEL, or whose text begins with `LABEL:`. It sets the name and, where ROLE is given, the role. No
    other word of any message changes.

    \b
    Examples:
      talekeep character assign 0193c7 2=mara 3=wren
      talekeep character assign --where source:group.jsonl --map "Mara=assistant:mara" --map "Wren=:wren"
      talekeep character assign --where "" --map "Old Tom=:tom" --create --strip-prefix
    """
    from talekeep.ops import plural

    if maps:
        done = _assign_by_map(app, words, where, maps, create, strip_prefix, dry_run)
    else:
        done = _assign(app, words, where, create, strip_prefix, dry_run)
    sentence = f"Say who speaks in {plural(len(done.changed), 'entry')}"
    answer_edited(app, "character", done, sentence, dry_run=dry_run)


def _assign(
    app: App, words: tuple[str, ...], where: str | None, create: bool, strip: bool, dry_run: bool
) -> "Edited":
    from talekeep.ops import assigning

    if strip:
        raise Usage("--strip-prefix needs a --map that says which names", "--map 'Mara=:mara'")
    speakers = assigning.pairs(word for word in words if "=" in word)
    if not speakers:
        raise Usage("say who speaks", "2=mara for message 2, or --map 'Mara=assistant:mara'")
    entries = [word for word in words if "=" not in word]
    return assigning.assign(app.dataset, speakers, entries, where=where, create=create, dry_run=dry_run)


def _assign_by_map(
    app: App,
    words: tuple[str, ...],
    where: str | None,
    maps: tuple[str, ...],
    create: bool,
    strip: bool,
    dry_run: bool,
) -> "Edited":
    from talekeep.core import speakers
    from talekeep.ops import assigning

    numbered = next((word for word in words if "=" in word), None)
    if numbered is not None:
        raise Usage(f"{numbered} and --map cannot go together")
    wanted = speakers.casting(maps)
    return assigning.assign_by_map(
        app.dataset, wanted, words, where=where, create=create, strip=strip, dry_run=dry_run
    )


@command("detect")
@where_option
@rev_option
@click.option("--least", default=2, show_default=True, help="How often `Name:` must open a text to count.")
def detect(app: App, where: str | None, rev: str | None, least: int) -> None:
    """Look for speakers: roles that are none, names, and `Name:` in front of texts. Changes nothing.

    Prints the command that would assign them. A pattern of two or three who take turns suggests roles.

    \b
    Examples:
      talekeep character detect --where source:group.jsonl
      talekeep character detect --json
    """
    from talekeep.ops import detecting

    done = detecting.detect(app.dataset, where=where, revision=rev, least=least)
    app.output.answer("character", done, list(_detected(done)) or ["nobody"])
    if done.command:
        app.output.say(f"next: {done.command}")


def _detected(done: "Detected") -> Iterator[str]:
    from talekeep.ops import plural

    yield from map(_voice, done.voices)
    if done.crowded:
        yield f"in {plural(done.crowded, 'entry')} one role is spoken by several"


def _voice(voice: "Voice") -> str:
    from talekeep.ops import plural

    roles = ", ".join(f"{role} {count}" for role, count in voice.roles.items())
    where = f"{plural(voice.messages, 'message')} in {plural(voice.entries, 'entry')} ({roles})"
    said = f"{voice.label}  as {voice.kind}  {where}"
    known = "" if voice.known else "  not in the library"
    return said + known + (f"  → {voice.suggested}" if voice.suggested else "")


@command("import", writes=True)
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--replace", is_flag=True, help="A character who is there gets the new card.")
def import_(app: App, files: tuple[Path, ...], replace: bool, dry_run: bool) -> None:
    """Take the characters of card FILES (JSON or PNG) into the library, each card whole.

    If one of them cannot be taken, none is.

    \b
    Examples:
      talekeep character import mara.png
      talekeep character import cards/*.json --replace
    """
    from talekeep.ops import cards
    from talekeep.ops import plural

    done = cards.import_cards(
        app.dataset, [app.path(file) for file in files], replace=replace, dry_run=dry_run
    )
    answer_edited(app, "character", done, f"Import {plural(len(files), 'character card')}", dry_run=dry_run)
