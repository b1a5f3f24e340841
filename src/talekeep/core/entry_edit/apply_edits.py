"""Edits made to what a format could show of an entry, carried over to the entry itself."""

from collections.abc import Callable
from typing import Any
from typing import TypeAlias

from talekeep.core.entry import Entry
from talekeep.core.merge.align import same
from talekeep.core.merge.message_pairs import pairing

# A key and the value shown: True where its absence says nothing, because programs drop it unasked.
Drops: TypeAlias = Callable[[str, Any], bool]


def _never(key: str, value: Any) -> bool:
    return False


def lift(real: Entry, told: Entry, theirs: Entry, drops: Drops = _never) -> Entry:
    """What `theirs` makes of `real`, where `told` is what was shown of it: what stands there as it was
    told is as it really was, and what was not told has not changed.

    `lift(real, told, told)` is `real`; `lift(real, real, theirs)` is `theirs`.
    """
    lifted: Entry = {}
    for key, value in theirs.items():
        if key not in told or not same(told[key], value):
            lifted[key] = _edited(key, real.get(key), told.get(key), value, drops)
        elif key in real:
            lifted[key] = real[key]
    for key, value in real.items():
        if key not in theirs and (key not in told or drops(key, told[key])):
            lifted[key] = value
    return lifted


def _edited(key: str, real: Any, told: Any, theirs: Any, drops: Drops) -> Any:
    if isinstance(real, dict) and isinstance(told, dict) and isinstance(theirs, dict):
        return lift(real, told, theirs, drops)
    lists = all(isinstance(side, list) for side in (real, told, theirs))
    if key == "tags" and lists:
        return [*(tag for tag in real if tag not in told), *theirs]
    # One message must have been told as one, or nobody can say which is which.
    if key == "messages" and lists and len(real) == len(told):
        return _messages(real, told, theirs, drops)
    return theirs


def _messages(real: list[Any], told: list[Any], theirs: list[Any], drops: Drops) -> list[Any]:
    lifted = [*theirs]
    for j, i in pairing(told, theirs).trusted().items():
        if same(told[i], theirs[j]):
            lifted[j] = real[i]
        elif all(isinstance(side, dict) for side in (real[i], told[i], theirs[j])):
            lifted[j] = lift(real[i], told[i], theirs[j], drops)
    return lifted
