"""The form of an entry: a text area a message. It carries the entry as it was when the form was made, so that
a change made meanwhile is merged when it is saved."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace
from typing import Any

from talekeep.core.entry import Entry
from talekeep.core.entry import messages_in
from talekeep.core.entry import tags_of
from talekeep.core.entry import text_of
from talekeep.web.visit import Visit

ACT = re.compile(r"(add|remove|up|down|cut):(\d{1,6})")
_PARAGRAPH = re.compile(r"\n[ \t]*\n")


@dataclass(frozen=True, slots=True)
class Fields:
    """One message in the form: which message of the entry as it was it is (None for a new one), and what is
    typed. `plain` is False for content that is no text, which is shown and kept."""

    origin: int | None
    role: str
    name: str
    content: str
    plain: bool = True


def fields_of(entry: Entry) -> list[Fields]:
    """The messages of an entry in fields."""
    result = []
    for number, message in enumerate(messages_in(entry)):
        known = message if isinstance(message, dict) else {}
        name = known.get("name")
        plain = isinstance(known.get("content", ""), str) and isinstance(message, dict)
        text = str(known.get("content", "")) if plain else text_of(known)
        named = name if isinstance(name, str) else ""
        result.append(Fields(number, str(known.get("role", "")), named, text, plain))
    return result


def typed(visit: Visit) -> list[Fields]:
    """What the form says."""
    columns = [visit.form.get(name, []) for name in ("origin", "role", "name", "content", "plain")]
    return [
        Fields(int(origin) if origin.isdecimal() else None, role, name, lines(text), plain == "1")
        for origin, role, name, text, plain in zip(*columns, strict=False)
    ]


def lines(text: str) -> str:
    """Browsers send line ends as the standard of forms has them."""
    return text.replace("\r\n", "\n")


def entry_in(base: Entry, fields: Sequence[Fields], tags: str) -> Entry:
    """What the fields make of the entry as it was; keys that no field shows stay."""
    wanted = [tag.strip() for tag in tags.split(",") if tag.strip()]
    changed = {} if wanted == tags_of(base) else {"tags": wanted}
    return {**base, "messages": [_message(messages_in(base), one) for one in fields], **changed}


def _message(before: Sequence[Any], one: Fields) -> Any:
    known = before[one.origin] if one.origin is not None and one.origin < len(before) else {}
    if not isinstance(known, dict):
        return known
    name = {"name": one.name.strip()} if one.name.strip() else {}
    message = {key: value for key, value in known.items() if key != "name"} | {"role": one.role} | name
    if one.plain:
        content = known.get("content")
        untouched = isinstance(content, str) and lines(content) == one.content
        message["content"] = content if untouched else one.content
    return message


def changed(fields: Sequence[Fields], act: str, at: int, cursor: int | None = None) -> list[Fields]:
    """The fields with a message put in at a place, or the one there taken out, moved, or cut in two.

    Args:
        cursor: where in its text a message is cut; without it behind its first paragraph.
    """
    result = list(fields)
    if act == "add":
        last = result[at - 1].role if 0 < at <= len(result) else ""
        result.insert(at, Fields(None, "assistant" if last == "user" else "user", "", ""))
    elif at < len(result):
        taken = result.pop(at)
        if act == "cut":
            result[at:at] = _halves(taken, cursor)
        elif act != "remove":
            result.insert(max(0, at + (1 if act == "down" else -1)), taken)
    return result


def _halves(one: Fields, cursor: int | None) -> list[Fields]:
    if not one.plain:
        return [one]
    text, paragraph = one.content, _PARAGRAPH.search(one.content)
    end = paragraph.start() if paragraph else len(text)
    at = cursor if cursor is not None and 0 < cursor < len(text) else end
    second = Fields(None, one.role, one.name, text[at:].strip("\n"))
    return [replace(one, content=text[:at].rstrip("\n")), second]
