"""Short names of entries: a piece of an id that only one entry has."""

from collections.abc import Iterable
from math import log

_LEAST = 4


def alike(ids: Iterable[str], piece: str) -> list[str]:
    """The ids that a piece of one may mean: those that begin with it, else those that end with it, else those
    that hold it (4 characters at least)."""
    known, wanted = list(dict.fromkeys(ids)), piece.lower()
    if not wanted:
        return []
    begin = [each for each in known if each.lower().startswith(wanted)]
    end = begin or [each for each in known if each.lower().endswith(wanted)]
    return end or [each for each in known if len(wanted) >= _LEAST and wanted in each.lower()]


def listed(ids: Iterable[str], total: int, most: int = 3) -> str:
    """` a1b2, c3d4` for a few entries; "" for none and for many."""
    ends = short(ids, total).values()
    return f" {', '.join(ends)}" if len(ends) <= most else ""


def short(ids: Iterable[str], total: int) -> dict[str, str]:
    """For each id the end of it that serves as its name: the end is random where the beginning is a time.

    Args:
        total: how many entries there are; the more, the longer the ends.
    """
    known = list(dict.fromkeys(ids))
    # Three digits more than it takes to count them: one in 4096 would be shared by chance.
    least = max(_LEAST, int(log(max(total, 1), 16)) + 4)
    length = next((n for n in range(least, 36) if len({each[-n:] for each in known}) == len(known)), 36)
    return {each: each[-length:].lstrip("-") for each in known}
