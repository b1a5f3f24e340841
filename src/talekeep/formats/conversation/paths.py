"""Places in a record: `inputs.messages`, `candidates.0.raw_content`, several spellings with `|`.

A step is a key of an object or the number of an item of a list, -1 the last. A dot inside of a key is `\\.`.
"""

from collections.abc import Iterable
from collections.abc import Sequence
from functools import cache
from typing import Any

MISSING: Any = object()


def lookup(value: Any, path: str) -> Any:
    """What stands at a path without `|`; `MISSING` where nothing does."""
    return _at(value, steps_of(path))


def _at(value: Any, steps: Sequence[str]) -> Any:
    for step in steps:
        if type(value) is dict and step in value:
            value = value[step]
        elif type(value) is list and (place := _place(step, value)) is not None:
            value = value[place]
        else:
            return MISSING
    return value


@cache
def steps_of(path: str) -> tuple[str, ...]:
    """The steps of a path."""
    return tuple(step.replace("\0", ".") for step in path.replace("\\.", "\0").split("."))


def _place(step: str, items: list[Any]) -> int | None:
    """The place in a list that a step names; `-1` is the last."""
    if step == "-1":
        return len(items) - 1 if items else None
    return int(step) if step.isdecimal() and int(step) < len(items) else None


def first(value: Any, paths: str) -> tuple[str, Any]:
    """The first spelling of `a|b|c` at which something other than null stands, and that; ("", MISSING)."""
    for path, steps in _spellings(paths):
        held = value.get(steps[0]) if len(steps) == 1 and type(value) is dict else _at(value, steps)
        if held is not MISSING and held is not None:
            return path, held
    return "", MISSING


@cache
def _spellings(paths: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Each spelling with its steps."""
    return tuple((path, steps_of(path)) for path in paths.split("|"))


def is_true(value: Any) -> bool | None:
    """A truth as files spell it: true, 1, "true", "1"; None for what is neither true nor false."""
    word = value.strip().lower() if isinstance(value, str) else value
    return _TRUTHS.get(word) if isinstance(word, str | int | float) else None


_TRUTHS: dict[Any, bool] = {True: True, False: False, "true": True, "false": False}
_TRUTHS |= {"1": True, "0": False, "yes": True, "no": False}


def without(record: dict[str, Any], paths: Iterable[str]) -> dict[str, Any]:
    """The record without what stands at these paths; objects that become empty by that go too."""
    left = dict(record)
    for path in paths:
        _drop(left, steps_of(path))
    return left


def _drop(holder: dict[str, Any], steps: Sequence[str]) -> None:
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
    elif isinstance(inner, list) and (place := _place(rest[0], inner)) is not None:
        holder[key] = _dropped_item(inner, place, rest[1:])
        if not holder[key]:
            del holder[key]


def _dropped_item(items: list[Any], place: int, rest: Sequence[str]) -> list[Any]:
    """The items with that one emptied, so that the others keep their numbers; none at all where all are."""
    item = dict(items[place]) if isinstance(items[place], dict) else {}
    if rest:
        _drop(item, rest)
    left = [*items[:place], item if rest else {}, *items[place + 1 :]]
    return left if any(value != {} for value in left) else []


def put(record: dict[str, Any], path: str, value: Any) -> None:
    """Put a value at a path, with what is missing made on the way; only what is made or on the way is new."""
    first_step, *steps = steps_of(path)
    record[first_step] = _with(record.get(first_step), steps, value)


def _with(holder: Any, steps: Sequence[str], value: Any) -> Any:
    if not steps:
        return value
    step, *rest = steps
    if (step.isdecimal() or step == "-1") and not isinstance(holder, dict):
        items = list(holder) if isinstance(holder, list) else []
        place = max(len(items) - 1, 0) if step == "-1" else int(step)
        items += [{}] * (place + 1 - len(items))
        items[place] = _with(items[place], rest, value)
        return items
    made = dict(holder) if isinstance(holder, dict) else {}
    made[step] = _with(made.get(step), rest, value)
    return made
