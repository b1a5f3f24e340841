"""Places in a record: `inputs.messages`, `candidates.0.raw_content`, several spellings with `|`.

A step is a key of an object or the number of an item of a list. A key that holds a dot itself is tried as
it stands first.
"""

from collections.abc import Iterable
from typing import Any

MISSING: Any = object()


def lookup(value: Any, path: str) -> Any:
    """What stands at a path without `|`; `MISSING` where nothing does."""
    if isinstance(value, dict) and path in value:
        return value[path]
    for step in path.split("."):
        if isinstance(value, dict) and step in value:
            value = value[step]
        elif isinstance(value, list) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        else:
            return MISSING
    return value


def first(value: Any, paths: str) -> tuple[str, Any]:
    """The first spelling of `a|b|c` at which something other than null stands, and that; ("", MISSING)."""
    for path in paths.split("|"):
        held = lookup(value, path)
        if held is not MISSING and held is not None:
            return path, held
    return "", MISSING


def without(record: dict[str, Any], paths: Iterable[str]) -> dict[str, Any]:
    """The record without what stands at these paths; objects that become empty by that go too."""
    left = dict(record)
    for path in paths:
        if path in left:
            del left[path]
        else:
            _drop(left, path.split("."))
    return left


def _drop(holder: dict[str, Any], steps: list[str]) -> None:
    key, *rest = steps
    inner = holder.get(key)
    if not rest:
        holder.pop(key, None)
    elif isinstance(inner, dict):
        inner = dict(inner)
        _drop(inner, rest)
        if inner:
            holder[key] = inner
        else:
            del holder[key]
    elif isinstance(inner, list) and rest[0].isdecimal() and int(rest[0]) < len(inner):
        holder[key] = _dropped_item(inner, int(rest[0]), rest[1:])
        if not holder[key]:
            del holder[key]


def _dropped_item(items: list[Any], place: int, rest: list[str]) -> list[Any]:
    """The items with that one emptied, so that the others keep their numbers; none at all where all are."""
    item = dict(items[place]) if isinstance(items[place], dict) else {}
    if rest:
        _drop(item, rest)
    left = [*items[:place], item if rest else {}, *items[place + 1 :]]
    return left if any(value != {} for value in left) else []


def put(record: dict[str, Any], path: str, value: Any) -> None:
    """Put a value at a path, with what is missing made on the way; only what is made or on the way is new."""
    first_step, *steps = path.split(".")
    record[first_step] = _with(record.get(first_step), steps, value)


def _with(holder: Any, steps: list[str], value: Any) -> Any:
    if not steps:
        return value
    step, *rest = steps
    if step.isdecimal() and not isinstance(holder, dict):
        items = list(holder) if isinstance(holder, list) else []
        items += [{}] * (int(step) + 1 - len(items))
        items[int(step)] = _with(items[int(step)], rest, value)
        return items
    made = dict(holder) if isinstance(holder, dict) else {}
    made[step] = _with(made.get(step), rest, value)
    return made
