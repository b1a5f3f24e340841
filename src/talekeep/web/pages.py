"""Templates: every value is escaped, and what cannot be seen is written out."""

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from datetime import datetime
from pathlib import Path
from urllib.parse import urlencode

from jinja2 import Environment
from jinja2 import FileSystemLoader
from jinja2 import StrictUndefined

from talekeep.core.entry import Entry
from talekeep.core.entry import Message
from talekeep.core.entry import messages_in
from talekeep.core.entry import text_of
from talekeep.core.finding import Finding
from talekeep.library.characters import COLOURS
from talekeep.ops import plural
from talekeep.ops.library import characters
from talekeep.ops.workspace.html import shown
from talekeep.ops.workspace.html import written_out
from talekeep.store.dataset import Dataset as Store
from talekeep.web.places import PLACES
from talekeep.web.visit import Page

HERE = Path(__file__).parent
# Between asterisks: what somebody does, in the manner of chats.
_ACTION = re.compile(r"((?<![\w*])\*(?![\s*])[^*\n]+\*(?![\w*]))")


@functools.cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "shown": shown,
        "counted": plural,
        "spoken": spoken,
        "ago": ago,
        "person": person,
        "coded": coded,
        "written": written_out,
    }
    environment.globals |= {"pieces": pieces, "address": address, "places": PLACES}
    return environment


def render(page: Page, frame: Mapping[str, str]) -> str:
    """The HTML of a page; `frame` is what every page shows of the dataset."""
    values = {"query": "", "place": "", "width": "", **frame, **page.values}
    return _environment().get_template(page.template).render(values)


def ago(time: str) -> str:
    """A time in ISO 8601 as people say it: `12 min ago`."""
    try:
        then = datetime.fromisoformat(time)
    except ValueError:
        return time
    seconds = max(0, int((datetime.now(UTC) - then.astimezone(UTC)).total_seconds()))
    for size, word in ((86_400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            return f"{(count := seconds // size)} {word}{'s' * (count != 1)} ago"
    return "just now"


def person(author: str) -> str:
    """The name of an author, without the address."""
    return author.partition(" <")[0] or author


def coded(text: str) -> list[tuple[bool, str]]:
    """A text of help in pieces, each with whether it stands between backticks."""
    return [(number % 2 == 1, part) for number, part in enumerate(text.split("`")) if part]


def spoken(name: str) -> str:
    """A name of ours as people write it: `needs_edit` → `needs edit`."""
    return name.replace("_", " ")


def address(path: str, **values: object) -> str:
    """A path with those of the values that say something behind `?`."""
    query = urlencode({name: str(value) for name, value in values.items() if value not in ("", None, 0)})
    return f"{path}?{query}" if query else path


def pieces(text: str) -> list[tuple[bool, str]]:
    """A text in pieces, each with whether it is an action; together they are the text."""
    parts = _ACTION.split(text)
    return [(number % 2 == 1, part) for number, part in enumerate(parts) if part]


@dataclass(frozen=True, slots=True)
class Cast:
    """How people read the characters, and the number of the colour of each, by slug."""

    names: Mapping[str, str]
    hues: Mapping[str, int]

    def name(self, slug: str) -> str:
        return self.names.get(slug, slug)

    def hue(self, slug: str) -> int:
        """The colour of a speaker; of one who is in no library, one that depends on the name alone."""
        return self.hues.get(slug, sum(slug.encode()) % len(COLOURS))


def cast_of(store: Store) -> Cast:
    """Who may speak in a dataset: colours are as the library says, else in turn through the sorted
    library."""
    known = characters.known_now(store)
    names = {slug: shown for slug, each in known.items() if (shown := " ".join(each.name.split()))}
    hues = {
        slug: COLOURS.index(each.color) if each.color in COLOURS else number % len(COLOURS)
        for number, (slug, each) in enumerate(sorted(known.items()))
    }
    return Cast(names, hues)


def manuscript(entry: Entry, findings: list[Finding], cast: Cast) -> list[dict[str, object]]:
    """The messages of an entry as they are read: who speaks in which colour, the text, the findings in it."""
    rows: list[dict[str, object]] = []
    for number, message in enumerate(messages_in(entry)):
        if isinstance(message, dict):
            own = [finding for finding in findings if message_of(finding) == number]
            rows.append(_row(number, message, own, cast))
    return rows


def _row(number: int, message: Message, findings: list[Finding], cast: Cast) -> dict[str, object]:
    role, name = str(message.get("role", "?")), message.get("name")
    speaker = name if isinstance(name, str) else role
    return {
        "number": number,
        "role": role,
        "name": cast.name(name) if isinstance(name, str) else "",
        "hue": cast.hue(speaker),
        "slug": speaker,
        "text": text_of(message),
        "plain": isinstance(message.get("content"), str),
        "findings": findings,
    }


def message_of(finding: Finding) -> int | None:
    """The index of the message that a finding is about; None where it is about the entry."""
    path = finding.path
    return path[1] if len(path) > 1 and path[0] == "messages" and isinstance(path[1], int) else None
