"""Templates: every value is escaped, and what cannot be seen is written out."""

import functools
import re
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
from talekeep.ops import plural
from talekeep.ops.workspace.html import shown
from talekeep.ops.workspace.html import written_out
from talekeep.web.visit import Page

HERE = Path(__file__).parent
# Between asterisks: what somebody does, in the manner of chats.
_ACTION = re.compile(r"((?<![\w*])\*(?![\s*])[^*\n]+\*(?![\w*]))")
_HUES = 12


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
        "written": written_out,
    }
    environment.globals |= {"pieces": pieces, "address": address}
    return environment


def render(page: Page, name: str, branch: str | None) -> str:
    """The HTML of a page; `name` and `branch` are of the dataset."""
    values = {"dataset_name": name, "branch": branch or "no branch", "query": "", **page.values}
    return _environment().get_template(page.template).render(values)


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


def manuscript(entry: Entry, findings: list[Finding], names: dict[str, str]) -> list[dict[str, object]]:
    """The messages of an entry as they are read: who speaks in which colour, the text, the findings in it.

    Args:
        names: how people read the characters, by slug.
    """
    speakers: dict[str, int] = {}
    rows: list[dict[str, object]] = []
    for number, message in enumerate(messages_in(entry)):
        if isinstance(message, dict):
            own = [finding for finding in findings if message_of(finding) == number]
            rows.append(_row(number, message, own, names, speakers))
    return rows


def _row(
    number: int, message: Message, findings: list[Finding], names: dict[str, str], speakers: dict[str, int]
) -> dict[str, object]:
    role, name = str(message.get("role", "?")), message.get("name")
    speaker = name if isinstance(name, str) else role
    hue = speakers.setdefault(speaker, len(speakers) % _HUES)
    return {
        "number": number,
        "role": role,
        "name": names.get(name, name) if isinstance(name, str) else "",
        "hue": hue,
        "text": text_of(message),
        "plain": isinstance(message.get("content"), str),
        "findings": findings,
    }


def message_of(finding: Finding) -> int | None:
    """The index of the message that a finding is about; None where it is about the entry."""
    path = finding.path
    return path[1] if len(path) > 1 and path[0] == "messages" and isinstance(path[1], int) else None
