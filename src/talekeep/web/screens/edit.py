"""Editing an entry: a text area a message. The form carries the entry as it was, so that a change made
meanwhile is merged, and where that is not possible what was typed stays on the page."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from talekeep.core import codec
from talekeep.core.entry import ROLES
from talekeep.core.entry import Entry
from talekeep.core.entry import messages_in
from talekeep.core.entry import tags_of
from talekeep.core.entry import text_of
from talekeep.core.errors import Problem
from talekeep.core.errors import Refused
from talekeep.core.errors import Usage
from talekeep.core.finding import Finding
from talekeep.ops.entries import list_show
from talekeep.ops.library import characters
from talekeep.ops.workspace.rule_runner import Checker
from talekeep.ops.workspace.validation import Invalid
from talekeep.web.pages import message_of
from talekeep.web.visit import Answer
from talekeep.web.visit import GoTo
from talekeep.web.visit import Page
from talekeep.web.visit import Screen
from talekeep.web.visit import Visit

_ACT = re.compile(r"(add|remove|up|down):(\d{1,6})")


@dataclass(frozen=True, slots=True)
class Fields:
    """One message in the form: which message of the entry as it was it is (None for a new one), and what is
    typed. `plain` is False for content that is no text, which is shown and kept."""

    origin: int | None
    role: str
    name: str
    content: str
    plain: bool = True


def form(visit: Visit) -> Answer:
    """The entry in fields."""
    entry = list_show.show(visit.store, visit.path["entry"]).entry
    return _page(visit, entry, _fields_of(entry), ", ".join(tags_of(entry)))


def save(visit: Visit) -> Answer:
    """Save what was typed; or only add, remove or move a message in the form."""
    base, fields, tags = _base(visit), _typed(visit), visit.field("tags")
    if act := _ACT.fullmatch(visit.field("act")):
        return _page(visit, base, _changed(fields, act[1], int(act[2])), tags)
    try:
        visit.dataset.save(_entry(base, fields, tags), base=base)
    except (Invalid, Refused, Usage) as problem:
        status = 422 if isinstance(problem, Invalid) else 409 if isinstance(problem, Refused) else 400
        return _page(visit, base, fields, tags, problem, status)
    return GoTo(f"/e/{base['id']}")


def check(visit: Visit) -> Answer:
    """What the rules find in what is typed."""
    entry = _entry(_base(visit), _typed(visit), visit.field("tags"))
    values = {"title": "Findings", "findings": _findings(visit, entry), "at": message_of}
    return Page("findings.html", values)


def _findings(visit: Visit, entry: Entry) -> list[Finding]:
    return Checker(visit.store.config, visit.store.now()).all(entry)


def _base(visit: Visit) -> Entry:
    return visit.entry_in("base", "an entry", "open the entry again")


def _fields_of(entry: Entry) -> list[Fields]:
    result = []
    for number, message in enumerate(messages_in(entry)):
        known = message if isinstance(message, dict) else {}
        name = known.get("name")
        plain = isinstance(known.get("content", ""), str) and isinstance(message, dict)
        text = str(known.get("content", "")) if plain else text_of(known)
        named = name if isinstance(name, str) else ""
        result.append(Fields(number, str(known.get("role", "")), named, text, plain))
    return result


def _typed(visit: Visit) -> list[Fields]:
    columns = [visit.form.get(name, []) for name in ("origin", "role", "name", "content", "plain")]
    return [
        Fields(int(origin) if origin.isdecimal() else None, role, name, _lines(text), plain == "1")
        for origin, role, name, text, plain in zip(*columns, strict=False)
    ]


def _lines(text: str) -> str:
    """Browsers send line ends as the standard of forms has them."""
    return text.replace("\r\n", "\n")


def _entry(base: Entry, fields: Sequence[Fields], tags: str) -> Entry:
    """What the fields make of the entry as it was; keys that no field shows stay."""
    typed = [tag.strip() for tag in tags.split(",") if tag.strip()]
    changed = {} if typed == tags_of(base) else {"tags": typed}
    return {**base, "messages": [_message(messages_in(base), one) for one in fields], **changed}


def _message(before: Sequence[Any], one: Fields) -> Any:
    known = before[one.origin] if one.origin is not None and one.origin < len(before) else {}
    if not isinstance(known, dict):
        return known
    name = {"name": one.name.strip()} if one.name.strip() else {}
    message = {key: value for key, value in known.items() if key != "name"} | {"role": one.role} | name
    if one.plain:
        content = known.get("content")
        untouched = isinstance(content, str) and _lines(content) == one.content
        message["content"] = content if untouched else one.content
    return message


def _changed(fields: Sequence[Fields], act: str, at: int) -> list[Fields]:
    """The fields with a message put in at a place, or the one there taken out or moved."""
    result = list(fields)
    if act == "add":
        last = result[at - 1].role if 0 < at <= len(result) else ""
        result.insert(at, Fields(None, "assistant" if last == "user" else "user", "", ""))
    elif at < len(result):
        taken = result.pop(at)
        if act != "remove":
            result.insert(max(0, at + (1 if act == "down" else -1)), taken)
    return result


def _page(
    visit: Visit,
    base: Entry,
    fields: Sequence[Fields],
    tags: str,
    problem: Problem | None = None,
    status: int = 200,
) -> Page:
    values = {
        "title": "Edit",
        "id": base["id"],
        "base": codec.dump(base).decode(),
        "fields": fields,
        "tags": tags,
        "roles": ROLES,
        "names": sorted(characters.names_now(visit.store)),
        "findings": _findings(visit, _entry(base, fields, tags)),
        "at": message_of,
        "problem": problem,
    }
    return Page("edit.html", values, status)


SCREENS = (
    Screen("/e/{entry}/edit", get=form, post=save),
    Screen("/check", post=check),
)
