"""Arithmetic on tallies: tables whose keys are numbers (as text, since JSON has no other keys)."""

from collections.abc import Iterable
from collections.abc import Mapping

from talekeep.metrics.base import Bar


def share(part: float, whole: float) -> float:
    """A part of a whole, 0 to 1; 0.0 of nothing."""
    return part / whole if whole else 0.0


def counted(count: int, noun: str = "entry") -> str:
    """`1 entry`, `1,204 entries`, `2 replies`."""
    if count == 1:
        return f"1 {noun}"
    return f"{count:,} {noun[:-1]}ies" if noun.endswith("y") else f"{count:,} {noun}s"


def mean(table: Mapping[str, int]) -> float:
    return share(sum(int(value) * count for value, count in table.items()), sum(table.values()))


def median(table: Mapping[str, int]) -> float:
    """The middle value, halfway between the two middle ones of an even number; 0.0 of nothing."""
    whole = sum(table.values())
    return (_at(table, (whole - 1) // 2) + _at(table, whole // 2)) / 2 if whole else 0.0


def _at(table: Mapping[str, int], place: int) -> int:
    for value in sorted(map(int, table)):
        place -= table[str(value)]
        if place < 0:
            return value
    return 0


def within(table: Mapping[str, int], low: int, high: int | None = None) -> int:
    """How many values are at least `low` and at most `high`."""
    return sum(n for value, n in table.items() if low <= int(value) and (high is None or int(value) <= high))


def ranges(table: Mapping[str, int], starts: Iterable[int], counted: str | None = None) -> tuple[Bar, ...]:
    """Values in ranges that begin at `starts`, as bars, up to the last one that is not empty.

    Args:
        counted: the name by which queries count this value.
    """
    edges = [*starts]
    ends: list[int | None] = [*(edge - 1 for edge in edges[1:]), None]
    bars = [
        Bar(_label(low, high), within(table, low, high), _where(counted, low, high))
        for low, high in zip(edges, ends, strict=True)
    ]
    while len(bars) > 1 and not bars[-1].count:
        bars.pop()
    return tuple(bars)


def _label(low: int, high: int | None) -> str:
    if high is None:
        return f"{low:,}+"
    return f"{low:,}" if low == high else f"{low:,}–{high:,}"


def _where(counted: str | None, low: int, high: int | None) -> str | None:
    if counted is None:
        return None
    if low == high:
        return f"{counted}={low}"
    least, most = f"{counted}>={low}", f"{counted}<={high}"
    return least if high is None else f"{least} {most}" if low else most


def ranked(table: Mapping[str, int]) -> list[tuple[str, int]]:
    """The items of a table, most first, equal ones by name."""
    return sorted(table.items(), key=lambda item: (-item[1], item[0]))
