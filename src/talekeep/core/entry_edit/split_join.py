"""Splitting an entry after an exchange and joining entries: no message is lost, none is written twice.

The opening is the run of system and developer messages an entry begins with. Each part of a split gets it
whole, so joining the parts again gives the messages as they were.
"""

from collections.abc import Iterable
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from talekeep.core.entry import Entry
from talekeep.core.entry import exchanges_of
from talekeep.core.entry_edit.rewrite import messages_in
from talekeep.core.entry_edit.rewrite import role_of
from talekeep.core.errors import Usage
from talekeep.core.merge.align import same
from talekeep.core.merge.align import spelled

_OPENING = ("system", "developer")


@dataclass(frozen=True, slots=True)
class Joined:
    """The joined entry. `dropped` are ids of entries whose opening differs and was left out, `inside` of
    those whose opening now stands inside the conversation, `lost` the keys of which the first was taken.
    """

    entry: Entry
    dropped: tuple[str, ...] = ()
    inside: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()


def opening_of(messages: Sequence[Any]) -> int:
    """How many messages the opening has."""
    return next((n for n, m in enumerate(messages) if role_of(m) not in _OPENING), len(messages))


def turns_of(messages: Sequence[Any]) -> list[int]:
    """Where the next exchange begins after each but the last: with its user message, and the system or
    developer messages right before it. Tool turns and further replies belong to the exchange they follow.
    """
    result: list[int] = []
    waiting = replied = False
    for index, message in enumerate(messages):
        role = role_of(message)
        if role == "user":
            if replied:
                result.append(_run_before(messages, index))
            waiting, replied = True, False
        elif role == "assistant" and waiting:
            waiting, replied = False, True
    # A user message at the end that nobody answers begins no exchange.
    return result[:-1] if waiting else result


def _run_before(messages: Sequence[Any], index: int) -> int:
    while role_of(messages[index - 1]) in _OPENING:
        index -= 1
    return index


def split(entry: Entry, after: Iterable[int]) -> list[Entry]:
    """The parts of an entry cut after these exchanges, counted from 1. The first keeps the id, the others
    have none; each has the opening, the tags and every other key.

    Raises:
        Usage: no such exchange, or nothing behind it. Refused: it has no list of messages.
    """
    messages, turns = messages_in(entry), turns_of(messages_in(entry))
    points = sorted(set(after))
    _require_inside(entry, points, len(turns))
    opening = messages[: opening_of(messages)]
    cuts = [0, *(turns[point - 1] for point in points), len(messages)]
    bare = {key: value for key, value in entry.items() if key != "id"}
    first, *later = (messages[a:b] for a, b in pairwise(cuts))
    return [{**entry, "messages": first}, *({**bare, "messages": [*opening, *part]} for part in later)]


def _require_inside(entry: Entry, points: list[int], last: int) -> None:
    count = exchanges_of(entry)
    has = f"entry {entry.get('id', '(no id)')} has {count} exchange{'' if count == 1 else 's'}"
    if last < 1:
        raise Usage(f"{has}: nothing to split", "talekeep show shows it")
    outside = [point for point in points if not 1 <= point <= last]
    if outside or not points:
        text = f", not after {', '.join(map(str, outside))}" if outside else ""
        raise Usage(f"{has}: it can be split after {'1' if last == 1 else f'1 to {last}'}{text}")


def joined(entries: Sequence[Entry], *, keep_prompts: bool = False, take_first: bool = False) -> Joined:
    """One entry with the messages of all, in this order, under the first one's id and opening.

    An opening that is the first one's is not repeated. One that differs is left out, or with `keep_prompts`
    (and where the first has none) stays where its entry begins. Tags are united; so are other keys.

    Args:
        take_first: where a key differs take the first one's value.

    Raises:
        Usage: fewer than two entries, or a key differs. Refused: one has no list of messages.
    """
    if len(entries) < 2:
        raise Usage("join needs two entries or more", "talekeep list shows the ids")
    whole, lost = _united(entries, take_first)
    messages = [*messages_in(entries[0])]
    opening = messages[: opening_of(messages)]
    dropped, inside = [], []
    for entry in entries[1:]:
        rest, differs = _behind(opening, messages_in(entry))
        if differs and opening and not keep_prompts:
            rest = rest[opening_of(rest) :]
            dropped.append(str(entry.get("id")))
        elif differs:
            inside.append(str(entry.get("id")))
        messages += rest
    return Joined({**whole, "messages": messages}, tuple(dropped), tuple(inside), tuple(lost))


def _behind(opening: list[Any], messages: list[Any]) -> tuple[list[Any], bool]:
    """The messages without the opening if they begin with it; and whether they open otherwise."""
    if opening and same(messages[: len(opening)], opening):
        return messages[len(opening) :], False
    return messages, opening_of(messages) > 0


def _united(entries: Sequence[Entry], take_first: bool) -> tuple[Entry, list[str]]:
    """Every top-level key of all entries, and those in which they differ."""
    whole: Entry = {**entries[0]}
    lost: dict[str, None] = {}
    for entry in entries[1:]:
        for key, value in entry.items():
            if key == "tags" and isinstance(value, list) and isinstance(whole.get("tags", []), list):
                whole["tags"] = union(whole.get("tags", []), value)
            elif key in ("id", "messages") or same(whole.setdefault(key, value), value):
                continue
            elif take_first:
                lost[key] = None
            else:
                reason = f"entries {entries[0].get('id')} and {entry.get('id')} differ in {key!r}"
                raise Usage(reason, "--take-first takes the first entry's")
    return whole, list(lost)


def union(first: list[Any], second: list[Any]) -> list[Any]:
    """The items of both, each once, in order."""
    return [*{spelled(item): item for item in [*first, *second]}.values()]
