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

from talekeep.core.entry import text_of

Hunk: TypeAlias = tuple[int, int, int, int]
Pair: TypeAlias = tuple[int | None, int | None]
Key: TypeAlias = tuple[str, int]


class Ordered(Hashable, Protocol):
    """A key that can be sorted, so that ties have one answer: a string, a number, a tuple of them."""

    def __lt__(self, other: Any, /) -> bool: ...


K = TypeVar("K", bound=Ordered)

MAX_EDITS = 600
_MAX_GAP = 2500
_LIKE_ENOUGH = 0.6
_SAME_ROLE = 0.1
_MOST_ALIKE = 1 + _SAME_ROLE


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
    found: dict[Key, Any] = {}
    seen: Counter[str] = Counter()
    for record in records:
        name = record.get("id") if isinstance(record, dict) else None
        if not isinstance(name, str):
            name = "\n" + spelled(record).decode()
        found[name, seen[name]] = record
        seen[name] += 1
    return found


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
    """
    start, stop_a, stop_b = _trimmed(a, b)
    matches = _matches(a[start:stop_a], b[start:stop_b], limit)
    if matches is None:
        return None
    found: list[Hunk] = []
    i = j = start
    for x, y in [*((x + start, y + start) for x, y in matches), (stop_a, stop_b)]:
        if (i, j) != (x, y):
            found.append((i, x, j, y))
        i, j = x + 1, y + 1
    return found


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


def pair(before: Sequence[Any], after: Sequence[Any]) -> list[Pair]:
    """Messages of two versions of an entry, paired: (i, j) is one message, equal or edited, (i, None)
    was deleted, (None, j) inserted. In the order of `after`, deleted ones where they stood.

    A message that stands elsewhere and is otherwise unchanged (and the only one like it) is paired too.
    """
    a, b = [spelled(message) for message in before], [spelled(message) for message in after]
    changed = hunks(a, b)
    if changed is None:
        start, stop_a, stop_b = _trimmed(a, b)
        changed = [(start, stop_a, start, stop_b)]
    pairs: list[Pair] = []
    i = j = 0
    for i1, i2, j1, j2 in [*changed, (len(a), len(a), len(b), len(b))]:
        pairs += zip(range(i, i1), range(j, j1), strict=True)
        pairs += _gap(before, after, (i1, i2, j1, j2))
        i, j = i2, j2
    return _with_moves(pairs, a, b)


def _with_moves(pairs: list[Pair], a: list[bytes], b: list[bytes]) -> list[Pair]:
    count_a, count_b = Counter(a), Counter(b)
    gone = {a[i]: i for i, j in pairs if j is None and i is not None and count_a[a[i]] == 1}
    moved = {
        j: gone[b[j]] for i, j in pairs if i is None and j is not None and count_b[b[j]] == 1 and b[j] in gone
    }
    if not moved:
        return pairs
    origins = set(moved.values())
    return [
        (moved[j], j) if i is None and j in moved else (i, j)
        for i, j in pairs
        if not (j is None and i in origins)
    ]


def _gap(before: Sequence[Any], after: Sequence[Any], hunk: Hunk) -> list[Pair]:
    """Pairs inside a stretch where no message is unchanged: the most alike first, order kept."""
    i1, i2, j1, j2 = hunk
    n, m = i2 - i1, j2 - j1
    if n == 0 or m == 0 or n * m > _MAX_GAP:
        return [*((i, None) for i in range(i1, i2)), *((None, j) for j in range(j1, j2))]
    a, b = [_sketch(message) for message in before[i1:i2]], [_sketch(message) for message in after[j1:j2]]
    # Any other pairing of as many has a pair less: where these are alike enough, none can be better.
    if n == m and sum(map(_likeness, a, b)) > (n - 1) * _MOST_ALIKE:
        return list(zip(range(i1, i2), range(j1, j2), strict=True))
    likeness = [[_likeness(x, y) for y in b] for x in a]
    best = [[0.0] * (m + 1) for _ in range(n + 1)]
    for i in range(n - 1, -1, -1):
        for j in range(m - 1, -1, -1):
            both = best[i + 1][j + 1] + likeness[i][j] if likeness[i][j] else 0.0
            best[i][j] = max(both, best[i + 1][j], best[i][j + 1])
    return [
        (None if i is None else i1 + i, None if j is None else j1 + j) for i, j in _walk(best, likeness, n, m)
    ]


def _walk(best: list[list[float]], likeness: list[list[float]], n: int, m: int) -> list[Pair]:
    pairs: list[Pair] = []
    i = j = 0
    while i < n and j < m:
        if likeness[i][j] and best[i][j] == best[i + 1][j + 1] + likeness[i][j]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            pairs.append((i, None))
            i += 1
        else:
            pairs.append((None, j))
            j += 1
    return [*pairs, *((k, None) for k in range(i, n)), *((None, k) for k in range(j, m))]


def _sketch(message: Any) -> tuple[Any, Counter[str]]:
    if not isinstance(message, dict):
        return None, Counter()
    return message.get("role"), Counter(text_of(message).casefold().split())


def _likeness(a: tuple[Any, Counter[str]], b: tuple[Any, Counter[str]]) -> float:
    """Share of words in common (Dice), 0 for two messages that are not one. A message of the same role
    in the same place counts as rewritten even where no word is left.
    """
    total = a[1].total() + b[1].total()
    dice = 2 * (a[1] & b[1]).total() / total if total else 1.0
    if a[0] == b[0]:
        return _SAME_ROLE + dice
    return dice if dice >= _LIKE_ENOUGH else 0.0


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

    Ties fall the same way round when the sides are swapped.
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
