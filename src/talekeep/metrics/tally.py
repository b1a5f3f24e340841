"""Tallies: what is measured of one entry, in a shape that adds up to that of a part and of a dataset."""

from collections.abc import Iterable
from typing import Any
from typing import TypeAlias

Tally: TypeAlias = dict[str, Any]


def total(tallies: Iterable[Tally]) -> Tally:
    """The sum: numbers are added, lists put together, tables added key by key; of texts the first stays.
    The order of the tallies matters only to lists and texts."""
    whole: Tally = {}
    for tally in tallies:
        _add(whole, tally)
    return whole


def _add(whole: Tally, tally: Tally) -> None:
    for key, value in tally.items():
        if isinstance(value, dict):
            _add(whole.setdefault(key, {}), value)
        elif key not in whole:
            whole[key] = [*value] if isinstance(value, list) else value
        elif not isinstance(value, str):
            whole[key] += value
