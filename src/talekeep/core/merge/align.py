"""Which elements of two sequences are the same: by id for records, by likeness for messages.

Nothing here decides what a difference means; `diff` shows it and `merge` settles it. All of it is
deterministic and bounded: past a limit the answer gets coarser, never slower and never wrong.
"""

import json
from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable
from collections.abc import Iterable
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from typing import Generic
from typing import Protocol
from typing import TypeAlias
from typing import TypeVar

import orjson

Hunk: TypeAlias = tuple[int, int, int, int]
Key: TypeAlias = tuple[str, int]


class Ordered(Hashable, Protocol):
    """A key that can be sorted, so that ties have one answer: a string, a number, a tuple of them."""

    def __lt__(self, other: Any, /) -> bool: ...


K = TypeVar("K", bound=Ordered)

MAX_EDITS = 600


def same(a: Any, b: Any) -> bool:
    """Equal as JSON, so 1, 1.0 and true are three values."""
    return a is b or (a == b and spelled(a) == spelled(b))


def spelled(value: Any) -> bytes:
    """Bytes that are equal exactly where two JSON values are; for comparing, never for storing."""
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except TypeError:
        # An integer beyond 64 bits, or what is no JSON value at all.
        return json.dumps(value, sort_keys=True, default=repr).encode()


def keyed(records: Iterable[Any]) -> dict[Key, Any]:
    """Records by (id, occurrence), in order. A record without a text id goes by its own bytes, so it is
    the same record only where it is equal; a repeated id counts up, so that no record hides another.
    """
    result: dict[Key, Any] = {}
    counts: Counter[str] = Counter()
    for record in records:
        name = record.get("id") if isinstance(record, dict) else None
        if not isinstance(name, str):
            name = "\n" + spelled(record).decode()
        result[name, counts[name]] = record
        counts[name] += 1
    return result


def steady(places: Sequence[int]) -> set[int]:
    """Indexes of a longest increasing subsequence: what kept its order when the rest was moved."""
    tails: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for index, place in enumerate(places):
        at = bisect_left(tails, place)
        before.append(ends[at - 1] if at else -1)
        tails[at : at + 1] = [place]
        ends[at : at + 1] = [index]
    kept: set[int] = set()
    index = ends[-1] if ends else -1
    while index >= 0:
        kept.add(index)
        index = before[index]
    return kept


def hunks(a: Sequence[Hashable], b: Sequence[Hashable], limit: int = MAX_EDITS) -> list[Hunk] | None:
    """Where two sequences differ, as few edits as possible: a[i1:i2] became b[j1:j2].

    None where it takes more than `limit` insertions and deletions (E. Myers, "An O(ND) difference
    algorithm and its variations", 1986: time and memory grow with the square of the limit only).

        a b c d → a c d e: [(1, 2, 1, 1), (4, 4, 3, 4)], b is gone and e is new
    """
    start, stop_a, stop_b = _trimmed(a, b)
    matches = _matches(a[start:stop_a], b[start:stop_b], limit)
    if matches is None:
        return None
    result: list[Hunk] = []
    i = j = start
    for x, y in [*((x + start, y + start) for x, y in matches), (stop_a, stop_b)]:
        if (i, j) != (x, y):
            result.append((i, x, j, y))
        i, j = x + 1, y + 1
    return result


def _trimmed(a: Sequence[Any], b: Sequence[Any]) -> tuple[int, int, int]:
    """Length of the common beginning, and where the common ending starts in a and in b."""
    start, stop_a, stop_b = 0, len(a), len(b)
    while start < min(stop_a, stop_b) and a[start] == b[start]:
        start += 1
    while start < min(stop_a, stop_b) and a[stop_a - 1] == b[stop_b - 1]:
        stop_a, stop_b = stop_a - 1, stop_b - 1
    return start, stop_a, stop_b


def _matches(a: Sequence[Any], b: Sequence[Any], limit: int) -> list[tuple[int, int]] | None:
    furthest = {1: 0}
    trace: list[dict[int, int]] = []
    for d in range(min(limit, len(a) + len(b)) + 1):
        trace.append(furthest.copy())
        for k in range(-d, d + 1, 2):
            x = furthest[k + 1] if _is_down(furthest, k, d) else furthest[k - 1] + 1
            while x < len(a) and x - k < len(b) and a[x] == b[x - k]:
                x += 1
            furthest[k] = x
            if x >= len(a) and x - k >= len(b):
                return _way_back(trace, len(a), len(b))
    return None


def _is_down(furthest: dict[int, int], k: int, d: int) -> bool:
    return k == -d or (k != d and furthest[k - 1] < furthest[k + 1])


def _way_back(trace: list[dict[int, int]], x: int, y: int) -> list[tuple[int, int]]:
    matches: list[tuple[int, int]] = []
    for d in range(len(trace) - 1, -1, -1):
        k = x - y
        came_from = k + 1 if _is_down(trace[d], k, d) else k - 1
        last_x = trace[d][came_from]
        while x > max(last_x, 0) and y > max(last_x - came_from, 0):
            x, y = x - 1, y - 1
            matches.append((x, y))
        x, y = last_x, last_x - came_from
    return matches[::-1]


@dataclass(frozen=True, slots=True)
class Weave(Generic[K]):
    """How two reordered versions of a sequence stand to each other.

    `order` holds the keys on both sides; `ours` and `theirs` the runs that one side alone has, under
    the key of `order` they follow (None at the start). `clash`: both sides reordered, differently.
    """

    order: list[K]
    ours: dict[K | None, list[K]]
    theirs: dict[K | None, list[K]]
    clash: bool


def weave(base: Sequence[K], ours: Sequence[K], theirs: Sequence[K]) -> Weave[K]:
    """The merged order of unique keys: the side that reordered wins over the one that did not.

    Ties fall the same way round when the sides are swapped. An example, each letter a key:

        base a b c d, ours a x b c d, theirs a b d c y
        order a b d c (theirs reordered), ours {a: [x]}, theirs {c: [y]}: merged a x b d c y
    """
    both = set(ours) & set(theirs)
    o, t = [k for k in ours if k in both], [k for k in theirs if k in both]
    known = set(base)
    old = [k for k in base if k in both]
    old_o, old_t = [k for k in o if k in known], [k for k in t if k in known]
    clash = False
    if o == t or (old_t == old and old_o != old):
        order = o
    elif old_o == old and old_t != old:
        order = t
    else:
        order = min(o, t)
        clash = old_o != old_t
    return Weave(order, _runs(ours, both), _runs(theirs, both), clash)


def _runs(side: Sequence[K], both: set[K]) -> dict[K | None, list[K]]:
    runs: dict[K | None, list[K]] = {}
    anchor: K | None = None
    for key in side:
        if key in both:
            anchor = key
        else:
            runs.setdefault(anchor, []).append(key)
    return runs
