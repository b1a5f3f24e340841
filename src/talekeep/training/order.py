"""Order, sample and split by a seeded hash of names: the place of one name never depends on the others.

A name's hash is SHA-256 of the seed and the name, so that every machine and every version of Python gives the
same order.
"""

import hashlib
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from typing import TypeVar

Item = TypeVar("Item")

_WHOLE = 2**64
# Other words for the parts of a split, as the Hub reads them.
_PART_NAMES = {"val": "validation", "valid": "validation", "dev": "validation", "eval": "validation"}


def fraction(seed: int, purpose: str, name: str) -> float:
    """A number from 0 up to 1 that belongs to a name."""
    digest = hashlib.sha256(f"{seed}\n{purpose}\n{name}".encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:8], "big") / _WHOLE


def shuffled(names: Iterable[str], seed: int) -> list[str]:
    """The names in an order that depends on the seed alone; a new name leaves the order of the others."""
    return sorted(names, key=lambda name: (fraction(seed, "order", name), name))


def sampled(values: Mapping[str, Sequence[str]], size: int, seed: int) -> set[str]:
    """`size` names, taken in turn from each value, so that rare values are not crowded out.

    {"a": ["night"], "b": ["night"], "c": ["day"]}, 2  → "c" and one of "a" and "b"

    Args:
        values: name → the values it has; a name without any has the value "".
    """
    queues: dict[str, list[str]] = {}
    for name in sorted(values, key=lambda name: (fraction(seed, "sample", name), name), reverse=True):
        for value in values[name] or ("",):
            queues.setdefault(value, []).append(name)
    taken: set[str] = set()
    while queues and len(taken) < size:
        for value in sorted(queues):
            _take_one(queues[value], taken)
            if not queues[value]:
                del queues[value]
            if len(taken) == size:
                break
    return taken


def _take_one(queue: list[str], taken: set[str]) -> None:
    while queue:
        if (name := queue.pop()) not in taken:
            taken.add(name)
            return


def times(name: str, weight: float, seed: int) -> int:
    """How often a name is written: 2.5 is twice, and for half of all names a third time."""
    whole = int(weight)
    return whole + (fraction(seed, "repeat", name) < weight - whole)


def side_of(group: str, parts: Mapping[str, int], seed: int) -> str:
    """The part of a split a group falls into; `parts` are names and weights, in their order."""
    at = fraction(seed, "split", group) * sum(parts.values())
    for part, weight in parts.items():
        at -= weight
        if at < 0:
            return part
    return list(parts)[-1]


def part_name(name: str) -> str:
    """The name of a part as the Hub reads it: `val` is `validation`."""
    return _PART_NAMES.get(name, name)
