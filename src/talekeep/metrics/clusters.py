"""Groups of alike entries, found in time that grows with their number and not with its square."""

from collections import defaultdict
from collections.abc import Callable
from collections.abc import Hashable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence

from talekeep.metrics.likeness import BINS
from talekeep.metrics.likeness import Sketch

_ROWS = 3
# Of the many that fall into one bucket an entry is compared with so many; twins meet in other bands too.
LEADERS = 4
# A share of equal bins estimates the likeness with a standard error of 0.065 at 0.85.
_SLACK = 0.15


def equal(keys: Iterable[Hashable]) -> list[list[int]]:
    """Groups of two or more positions whose keys are equal and not empty, in order of the first."""
    groups: defaultdict[Hashable, list[int]] = defaultdict(list)
    for position, key in enumerate(keys):
        if key:
            groups[key].append(position)
    return [group for group in groups.values() if len(group) > 1]


def branches(sketches: Sequence[Sketch], shared: int) -> list[tuple[int, list[int]]]:
    """Groups of conversations that begin with the same messages, `shared` or more of them, and go on
    differently: (how many messages all of a group share, their positions)."""
    groups = equal(s.prefixes[shared - 1] if len(s.prefixes) >= shared else "" for s in sketches)
    found = []
    for group in groups:
        if len({sketches[n].prefixes for n in group}) > 1:
            columns = zip(*(sketches[n].prefixes for n in group), strict=False)
            found.append((sum(1 for column in columns if len(set(column)) == 1), group))
    return found


def near(sketches: Sequence[Sketch], alike: Callable[[int, int], float], threshold: float) -> list[list[int]]:
    """Groups of positions connected by pairs that are alike; equal conversations count as alike.

    Args:
        alike: how alike two entries are, 0 to 1, looked at in full.
        threshold: from where on two are near twins.
    """
    forest = _Forest(len(sketches))
    first: dict[str, int] = {}
    buckets: defaultdict[tuple[int, tuple[int, ...]], list[int]] = defaultdict(list)
    for position, sketch in enumerate(sketches):
        twin = first.setdefault(sketch.digests[1], position) if sketch.digests[1] else position
        forest.unite(position, twin)
        if twin != position or not sketch.bins:
            continue
        for band in bands(sketch):
            leaders = buckets[band]
            for other in leaders:
                if forest.top(other) == forest.top(position) or not promising(
                    sketch, sketches[other], threshold
                ):
                    continue
                if alike(other, position) >= threshold:
                    forest.unite(position, other)
            if len(leaders) < LEADERS:
                leaders.append(position)
    return equal(str(forest.top(n)) for n in range(len(sketches)))


def bands(sketch: Sketch) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Where a sketch is filed: twins meet under one of these names, and strangers hardly ever."""
    if sketch.bins:
        for start in range(0, BINS, _ROWS):
            yield start, sketch.bins[start : start + _ROWS]


def promising(a: Sketch, b: Sketch, threshold: float) -> bool:
    """Whether the sketches of two entries leave it possible that they are near twins."""
    same = sum(map(int.__eq__, a.bins, b.bins))
    return same >= (threshold - _SLACK) * BINS


class _Forest:
    """Disjoint sets (union-find), each known by its first member."""

    def __init__(self, size: int) -> None:
        self._above = list(range(size))

    def top(self, member: int) -> int:
        while self._above[member] != member:
            self._above[member] = member = self._above[self._above[member]]
        return member

    def unite(self, a: int, b: int) -> None:
        low, high = sorted((self.top(a), self.top(b)))
        self._above[high] = low
