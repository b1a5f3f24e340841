"""An entry as a scene on a terminal: each speaker in a colour of their own, what is done in italics, findings
below the message they are about. Without colours nothing is lost: it is plain lines from top to bottom."""

import re
from collections.abc import Iterator
from collections.abc import Sequence
from typing import TYPE_CHECKING

from talekeep.cli.app import App
from talekeep.core.entry import messages_of
from talekeep.core.entry import tags_of
from talekeep.core.entry import text_of

if TYPE_CHECKING:
    from talekeep.cli.output import Meaning
    from talekeep.core.entry import Entry
    from talekeep.core.entry import Message
    from talekeep.core.finding import Finding

# Between asterisks or underscores: what somebody does, in the manner of chats.
_ACTION = re.compile(r"(?<![\w*])\*(?![\s*])[^*\n]+\*(?![\w*])")
_COLOURS: "tuple[Meaning, ...]" = ("speaker-1", "speaker-2", "speaker-3", "speaker-4", "speaker-5")
_LEVELS: "dict[str, Meaning]" = {"error": "bad", "warning": "warning", "info": "dim"}


def scene_lines(app: App, entry: "Entry", findings: "Sequence[Finding]") -> Iterator[str]:
    """The whole entry: tags, messages, and each finding where it belongs."""
    tags = tags_of(entry)
    yield app.output.style(f"tags: {', '.join(tags) or 'none'}", "dim")
    colours = _colours(entry)
    for number, message in enumerate(messages_of(entry)):
        yield ""
        yield _head(app, message, colours)
        yield from (_coloured(app, line) for line in text_of(message).split("\n"))
        yield from _finding_lines(app, findings, number)
    others = [f for f in findings if _message_of(f) is None]
    if others:
        yield ""
        yield from (_finding_line(app, finding) for finding in others)


def script_lines(app: App, script: str) -> list[str]:
    """A script line by line, coloured like a scene; without colours every line is as it was.

    "## user · wren" is wren's heading: the first speaker has the first colour, the next another.
    """
    colours: dict[str, Meaning] = {}
    return [_script_line(app, line, colours) for line in script.rstrip("\n").split("\n")]


def _script_line(app: App, line: str, colours: "dict[str, Meaning]") -> str:
    if not line.startswith("## "):
        return _coloured(app, line)
    speaker = line.removeprefix("## ").rpartition(" · ")[2]
    if speaker == "system":
        return app.output.style(line, "dim")
    colour = colours.setdefault(speaker, _COLOURS[len(colours) % len(_COLOURS)])
    return app.output.style(line, colour)


def _colours(entry: "Entry") -> "dict[str, Meaning]":
    """A colour for each speaker, by the order they come in."""
    names = dict.fromkeys(_speaker(m) for m in messages_of(entry) if m.get("role") != "system")
    return {name: _COLOURS[number % len(_COLOURS)] for number, name in enumerate(names)}


def _speaker(message: "Message") -> str:
    name = message.get("name")
    return name if isinstance(name, str) else str(message.get("role", "?"))


def _head(app: App, message: "Message", colours: "dict[str, Meaning]") -> str:
    name = message.get("name")
    role = str(message.get("role", "?"))
    text = f"{app.called(name)} ({role})" if isinstance(name, str) else role
    return app.output.style(text, colours.get(_speaker(message), "dim"))


def _coloured(app: App, line: str) -> str:
    return _ACTION.sub(lambda match: app.output.style(match[0], "action"), line)


def _message_of(finding: "Finding") -> int | None:
    path = finding.path
    return path[1] if len(path) > 1 and path[0] == "messages" and isinstance(path[1], int) else None


def _finding_lines(app: App, findings: "Sequence[Finding]", number: int) -> Iterator[str]:
    yield from (_finding_line(app, finding) for finding in findings if _message_of(finding) == number)


def _finding_line(app: App, finding: "Finding") -> str:
    text = f"  {finding.severity} {finding.code} {finding.name}: {finding.message}"
    return app.output.style(text, _LEVELS[finding.severity])
