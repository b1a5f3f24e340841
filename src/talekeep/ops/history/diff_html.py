"""Differences as one page of HTML, by the template `diff.html`: no scripts, no links, nothing loaded."""

import json
from collections import Counter
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from types import MappingProxyType
from typing import Any
from typing import TypeAlias

from talekeep.core.entry import Entry
from talekeep.core.entry import messages_in
from talekeep.core.entry import tags_of
from talekeep.core.entry import text_of
from talekeep.core.merge.diff import Change
from talekeep.core.merge.diff import FieldChange
from talekeep.core.merge.diff import MessageChange
from talekeep.core.merge.diff import folded
from talekeep.core.text import word_diff
from talekeep.core.text.word_diff import Op
from talekeep.ops import plural
from talekeep.ops.history.diff import Compared
from talekeep.ops.workspace.html import render

_NO_NAMES: Mapping[str, str] = MappingProxyType({})

# What of a text stands on one side only ("-", "+"), and what on both ("=").
_Pieces: TypeAlias = list[tuple[Op, str]]


@dataclass(frozen=True, slots=True)
class _Field:
    """A key and its values as JSON; None on the side where it does not stand."""

    path: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class _Speaker:
    role: str
    name: str | None


@dataclass(frozen=True, slots=True)
class _Message:
    """A message that differs.

    Attributes:
        kind: what happened to it; "" for a message of an entry that stands on one side only.
        number: its place, from 1: `2`, or `2 → 3`.
        left, right: its text before and after; None where there is none.
        folded: not 0: it stands for so many messages that did not change.
    """

    kind: str = ""
    number: str = ""
    speaker: _Speaker | None = None
    left: _Pieces | None = None
    right: _Pieces | None = None
    fields: list[_Field] = field(default_factory=list)
    folded: int = 0


@dataclass(frozen=True, slots=True)
class _Entry:
    """`tags` are marked like text: "+" added, "-" removed, "=" as they are."""

    kind: str
    id: str
    tags: list[tuple[Op, str]]
    fields: list[_Field]
    messages: list[_Message]


def page(
    compared: Compared, *, dataset: str, before: str, after: str, names: Mapping[str, str] = _NO_NAMES
) -> str:
    """The whole page.

    Args:
        dataset: its name; before, after: what was compared, as a reader would call it.
        names: how people read the characters that messages name by slug.
    """
    return render(
        "diff.html",
        dataset=dataset,
        before=before,
        after=after,
        summary=_summary(compared.changes),
        files=compared.files,
        unreadable=compared.unreadable,
        entries=[_entry(change, names) for change in compared.changes],
    )


def _summary(changes: Iterable[Change]) -> str:
    """`2 entries changed, 1 message edited`."""
    changes = list(changes)
    kinds = Counter(change.kind for change in changes)
    messages = Counter(m.kind for c in changes for m in c.messages if m.kind != "unchanged")
    counts = [f"{plural(count, 'entry')} {kind}" for kind, count in kinds.items()]
    return ", ".join([*counts, *(f"{plural(count, 'message')} {kind}" for kind, count in messages.items())])


def _entry(change: Change, names: Mapping[str, str]) -> _Entry:
    tags: _Pieces = [("+", tag) for tag in change.tags_added]
    tags += [("-", tag) for tag in change.tags_removed]
    fields = [_field(one.path, one.kind, one.before, one.after) for one in change.fields]
    messages = list(_messages(change, names))
    if change.kind in ("added", "removed"):
        entry = (change.after if change.kind == "added" else change.before) or {}
        tags += [("=", tag) for tag in tags_of(entry)]
        fields += _keys(entry, change.kind, ("id", "messages", "tags"))
        messages = [*_one_sided(entry, change.kind, names), *messages]
    return _Entry(change.kind, change.id or "no id", tags, fields, messages)


def _one_sided(entry: Entry, kind: str, names: Mapping[str, str]) -> Iterator[_Message]:
    """All messages of an entry that stands on one side only."""
    for number, message in enumerate(messages_in(entry), 1):
        known = message if isinstance(message, dict) else {"content": message}
        is_text = isinstance(known.get("content", ""), str)
        fields = _keys(known, kind, ("role", "name", "content") if is_text else ("role", "name"))
        text: _Pieces = [("=", text_of(known))]
        yield _Message("", str(number), _speaker(known, names), text, None, fields)


def _keys(record: Entry, kind: str, shown: tuple[str, ...]) -> list[_Field]:
    """The keys of a record but those that are shown already."""
    return [_field((key,), kind, value, value) for key, value in record.items() if key not in shown]


def _field(path: tuple[str | int, ...], kind: str, before: Any, after: Any) -> _Field:
    return _Field(
        ".".join(map(str, path)),
        None if kind == "added" else _json(before),
        None if kind == "removed" else _json(after),
    )


def _messages(change: Change, names: Mapping[str, str]) -> Iterator[_Message]:
    """The messages of a changed entry that differ; how many do not, in between."""
    for message in folded(change.messages):
        yield _Message(folded=message) if isinstance(message, int) else _message(change, message, names)


def _message(change: Change, message: MessageChange, names: Mapping[str, str]) -> _Message:
    before = _at(change.before, message.before)
    after = _at(change.after, message.after)
    numbers = [str(n + 1) for n in (message.before, message.after) if n is not None]
    pieces = word_diff.compare(text_of(before or {}), text_of(after or {}))
    return _Message(
        message.kind,
        " → ".join(dict.fromkeys(numbers)),
        _speaker((before if after is None else after) or {}, names),
        None if before is None else [piece for piece in pieces if piece[0] != "+"],
        None if after is None else [piece for piece in pieces if piece[0] != "-"],
        [_field(one.path, one.kind, one.before, one.after) for one in message.fields if not _is_text(one)],
    )


def _at(entry: Entry | None, index: int | None) -> Entry | None:
    if entry is None or index is None:
        return None
    message = entry["messages"][index]
    return message if isinstance(message, dict) else {"content": json.dumps(message, ensure_ascii=False)}


def _is_text(change: FieldChange) -> bool:
    both = all(isinstance(value, str | None) for value in (change.before, change.after))
    return change.path == ("content",) and both


def _speaker(message: Entry, names: Mapping[str, str]) -> _Speaker:
    role, name = message.get("role"), message.get("name")
    return _Speaker(
        str(role if role is not None else "?"), names.get(name, name) if isinstance(name, str) else None
    )


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
