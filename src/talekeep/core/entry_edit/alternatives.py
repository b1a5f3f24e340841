"""Other replies that are kept beside an entry: which message each stands for, and putting one in its place.

Their stored shape is in docs/dataset.md.
"""

from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

from talekeep.core.codec import digest
from talekeep.core.entry import Entry
from talekeep.core.entry import Message
from talekeep.core.entry_edit.rewrite import messages_in
from talekeep.core.errors import Usage

Alternative = dict[str, Any]


def alternatives_of(sidecar: Mapping[str, Any]) -> list[Alternative]:
    """The alternatives of an entry that can be read; what a hand edit spoiled is left out."""
    listed = sidecar.get("alternatives")
    return [one for one in listed if _is_sound(one)] if isinstance(listed, list) else []


def has_unreadable(sidecar: Mapping[str, Any]) -> bool:
    """Whether something stands among the alternatives that a hand edit spoiled: no export can hold it."""
    listed = sidecar.get("alternatives")
    return bool(listed) and not (isinstance(listed, list) and all(map(_is_sound, listed)))


def _is_sound(one: Any) -> bool:
    messages = one.get("messages") if isinstance(one, dict) else None
    return isinstance(messages, list) and bool(messages) and all(isinstance(m, dict) for m in messages)


def by_message(entry: Entry, sidecar: Mapping[str, Any]) -> dict[int, list[Alternative]]:
    """The alternatives of each message that has some, by its place from 0."""
    names = [digest(m) if isinstance(m, dict) else "" for m in messages_in(entry)]
    result: dict[int, list[Alternative]] = {}
    for one in alternatives_of(sidecar):
        if one.get("of") in names:
            result.setdefault(names.index(one["of"]), []).append(one)
    return result


def choose(entry: Entry, sidecar: Mapping[str, Any], place: int, number: int) -> tuple[Entry, dict[str, Any]]:
    """The entry with alternative `number` (from 0) in place of the message at `place` (from 0), and its
    sidecar, in which what stood there is an alternative now.

    Raises:
        Usage: there is no such message or alternative. Refused: the entry has no list of messages.
    """
    messages = messages_in(entry)
    if not 0 <= place < len(messages):
        raise Usage(f"there is no message {place + 1}; the entry has {len(messages)}")
    known = by_message(entry, sidecar).get(place, [])
    if not 0 <= number < len(known):
        raise Usage(f"message {place + 1} has no alternative {number + 1}; it has {len(known)}")
    taken = known[number]
    end = len(messages) if taken.get("to_end") is True else place + 1
    before, after = messages[place], taken["messages"]
    left: Alternative = {**taken, "messages": messages[place:end]}
    for key in ("model", "rank", "score", "about"):
        left.pop(key, None)
        if key in before and key in ("model", "rank"):
            left[key] = before[key]
    kept = [left if one is taken else one for one in _listed(sidecar)]
    changed = {**entry, "messages": [*messages[:place], *after, *messages[end:]]}
    return changed, {**sidecar, "alternatives": _rebound(kept, digest(before), digest(after[0]))}


def _listed(sidecar: Mapping[str, Any]) -> list[Any]:
    listed = sidecar.get("alternatives")
    return listed if isinstance(listed, list) else []


def _rebound(listed: Sequence[Any], old: str, new: str) -> list[Any]:
    """All that stood for the old message stands for the new one."""
    return [{**one, "of": new} if isinstance(one, dict) and one.get("of") == old else one for one in listed]


def opening(messages: Sequence[Message]) -> str:
    """The beginning of an alternative, on one line."""
    content = messages[0].get("content")
    return " ".join(content.split()) if isinstance(content, str) else ""
