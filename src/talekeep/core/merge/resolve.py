"""The way out of a conflict: one side, both, or a value of one's own; pure, one conflict at a time."""

from collections.abc import Iterable
from typing import Any

from talekeep.core.entry import CONFLICT_KEY
from talekeep.core.entry import Entry
from talekeep.core.errors import NotFound
from talekeep.core.errors import Usage
from talekeep.core.merge.records import ABSENT
from talekeep.core.merge.records import Conflict
from talekeep.core.merge.records import conflicts_of


def resolve(entry: Entry, path: Iterable[str | int], side: str) -> Entry | None:
    """The entry with the conflict at `path` settled as "ours", "theirs", "base" or "both" (a run: ours,
    then theirs; a text: as two paragraphs). None where that removes the entry.

    Raises:
        NotFound: no open conflict there.
        Usage: "both" of something that cannot be both.
    """
    place = [*path]
    return settle(entry, place, _chosen(conflict_at(entry, place), side))


def _chosen(conflict: Conflict, side: str) -> Any:
    if side != "both":
        return conflict.get(side, ABSENT)
    ours, theirs = conflict.get("ours"), conflict.get("theirs")
    if _is_run(conflict["path"]) and isinstance(ours, list) and isinstance(theirs, list):
        return [*ours, *theirs]
    if isinstance(ours, str) and isinstance(theirs, str):
        return f"{ours}\n\n{theirs}"
    raise Usage("both sides can be kept only of messages and of texts", "choose --ours, --theirs or --edit")


def conflict_at(entry: Entry, path: Iterable[str | int]) -> Conflict:
    """The open conflict at `path`.

    Raises:
        NotFound: there is none.
    """
    place = [*path]
    for conflict in conflicts_of(entry):
        if conflict["path"] == place:
            return conflict
    raise NotFound(f"no open conflict at {'.'.join(map(str, place)) or 'the whole entry'}", "conflicts")


def settle(entry: Entry, path: Iterable[str | int], value: Any) -> Entry | None:
    """The entry with `value` (`ABSENT` to remove it, a list of messages for a run) at the place of a
    conflict and that conflict gone; the paths of the others follow their messages.

    Raises:
        NotFound: no open conflict there, or its place is gone.
    """
    place = [*path]
    conflict = conflict_at(entry, place)
    rest = [other for other in entry[CONFLICT_KEY] if other is not conflict]
    if _is_run(place):
        at, length = int(place[1]), len(conflict["ours"])
        messages = entry.get("messages", [])
        value = [*messages[:at], *value, *messages[at + length :]]
        rest = [_shifted(other, at + length, len(value) - len(messages)) for other in rest]
        place = ["messages"]
    settled = value if not place else _put(entry, place, value)
    if settled is ABSENT:
        return None
    bare = {key: item for key, item in settled.items() if key != CONFLICT_KEY}
    return {**bare, CONFLICT_KEY: rest} if rest else bare


def _is_run(path: list[str | int]) -> bool:
    return len(path) == 2 and path[0] == "messages"


def _shifted(conflict: Any, start: int, by: int) -> Any:
    path = conflict.get("path", []) if isinstance(conflict, dict) else []
    if len(path) < 2 or path[0] != "messages" or path[1] < start:
        return conflict
    return {**conflict, "path": ["messages", path[1] + by, *path[2:]]}


def _put(container: Any, path: list[str | int], value: Any) -> Any:
    """A copy of nested objects and lists with one value set, or removed where it is `ABSENT`."""
    if not path:
        return value
    head, rest = path[0], path[1:]
    if isinstance(container, list) and isinstance(head, int) and head < len(container):
        return [*container[:head], _put(container[head], rest, value), *container[head + 1 :]]
    if not isinstance(container, dict) or (rest and head not in container):
        raise NotFound(f"the place of the conflict is gone: {head}", "resolve --restart")
    inner = _put(container.get(head), rest, value)
    if inner is ABSENT:
        return {key: item for key, item in container.items() if key != head}
    return {**container, head: inner}
