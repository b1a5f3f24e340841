"""The command `character detect`."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.app import rev_option
from talekeep.cli.app import where_option
from talekeep.ops import plural
from talekeep.ops.library import detect_speakers

if TYPE_CHECKING:
    from talekeep.ops.library.detect_speakers import Detected
    from talekeep.ops.library.detect_speakers import Voice


@command("detect")
@where_option
@rev_option
@click.option("--least", default=2, show_default=True, help="How often `Name:` must open a text to count.")
def detect(app: App, where: str | None, rev: str | None, least: int) -> None:
    """Look for speakers: unknown roles, names, and `Name:` before texts. Changes nothing.

    Prints the command that would assign them. Where two or three speakers take turns, it suggests roles.

    \b
    Examples:
      talekeep character detect --where source:group.jsonl
      talekeep character detect --json
    """
    result = detect_speakers.detect(app.dataset, where=where, revision=rev, least=least)
    app.output.answer("character", result, list(_detected(app, result)) or ["nobody"])
    if result.command:
        app.output.say(f"next: {result.command}")


def _detected(app: App, result: "Detected") -> Iterator[str]:
    yield from (_voice(app, voice) for voice in result.voices)
    if result.crowded:
        yield f"in {plural(result.crowded, 'entry')} one role is spoken by several"


def _voice(app: App, voice: "Voice") -> str:
    roles = ", ".join(f"{role} {count}" for role, count in voice.roles.items())
    where = f"{plural(voice.messages, 'message')} in {plural(voice.entries, 'entry')} ({roles})"
    text = f"{app.output.isolated(voice.label)}  as {voice.kind}  {where}"
    known = "" if voice.known else "  not in the library"
    return text + known + (f"  → {voice.suggested}" if voice.suggested else "")
