"""Tallies: what is measured of one entry, in a shape that adds up to that of a part and of a dataset."""

from collections.abc import Iterable
from typing import Any
from typing import TypeAlias

Tally: TypeAlias = dict[str, Any]

_MANY = 8
_FLAT = frozenset((int, float, str))


def total(tallies: Iterable[Tally]) -> Tally:
    """The sum: numbers are added, lists put together, tables added key by key; of texts the first stays.
    The order of the tallies matters only to lists and texts."""
    whole: Tally = {}
    for tally in tallies:
        _add(whole, tally)
    return whole


def _add(whole: Tally, tally: Tally) -> None:
    # Long tables of what hardly stands twice are put beside each other in one go.
    if len(tally) > _MANY and whole.keys().isdisjoint(tally) and _FLAT.issuperset(map(type, tally.values())):
        whole.update(tally)
        return
    for key, value in tally.items():
        # Most are numbers, and many tables of one entry are empty.
        if type(value) is int:
            whole[key] = whole.get(key, 0) + value
        elif isinstance(value, dict):
            table = whole.setdefault(key, {})
            if value:
                _add(table, value)
        elif key not in whole:
            whole[key] = [*value] if isinstance(value, list) else value
        elif not isinstance(value, str):
            whole[key] += value
