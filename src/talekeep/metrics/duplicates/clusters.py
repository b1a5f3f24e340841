"""Groups of alike entries, found in time that grows with their number and not with its square."""

from collections import Counter
from collections import defaultdict
from collections.abc import Callable
from collections.abc import Hashable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from operator import eq

from talekeep.metrics.duplicates.minhash import BIN
from talekeep.metrics.duplicates.minhash import BINS
from talekeep.metrics.duplicates.minhash import DIGEST
from talekeep.metrics.duplicates.minhash import Sketch

# Bytes of a band, which is three bins.
_WIDTH = 3 * BIN
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


def united(size: int, groups: Iterable[Sequence[int]]) -> list[int]:
    """For each position the first one that it is connected with by groups.

    5, [[0, 2], [2, 3]]  → [0, 1, 0, 0, 4]
    """
    forest = _Forest(size)
    for group in groups:
        for member in group[1:]:
            forest.unite(group[0], member)
    return [forest.top(position) for position in range(size)]


def branches(sketches: Sequence[Sketch], shared: int) -> list[tuple[int, list[int]]]:
    """Groups of conversations that begin with the same messages, `shared` or more of them, and go on
    differently: (how many messages all of a group share, their positions)."""
    groups = equal(s.prefix(shared) for s in sketches)
    branch_groups = []
    for group in groups:
        if len({sketches[n].prefixes for n in group}) > 1:
            columns = zip(*(_cut(sketches[n].prefixes) for n in group), strict=False)
            branch_groups.append((sum(1 for column in columns if len(set(column)) == 1), group))
    return branch_groups


def _cut(prefixes: bytes) -> list[bytes]:
    return [prefixes[start : start + DIGEST] for start in range(0, len(prefixes), DIGEST)]


def near(sketches: Sequence[Sketch], alike: Callable[[int, int], float], threshold: float) -> list[list[int]]:
    """Groups of positions connected by pairs that are alike; equal conversations count as alike.

    Args:
        alike: how alike two entries are, 0 to 1, looked at in full.
        threshold: from where on two are near twins.
    """
    forest = _Forest(len(sketches))
    first: dict[bytes, int] = {}
    single: list[int] = []
    for position, sketch in enumerate(sketches):
        twin = first.setdefault(sketch.digests[1], position) if sketch.digests[1] else position
        forest.unite(position, twin)
        if twin == position and sketch.bins:
            single.append(position)
    for position, others in sorted(_meeting(sketches, single, threshold).items()):
        for other in others:
            if forest.top(other) != forest.top(position) and alike(other, position) >= threshold:
                forest.unite(position, other)
    return equal(forest.top(n) + 1 for n in range(len(sketches)))


def _meeting(sketches: Sequence[Sketch], wanted: Sequence[int], threshold: float) -> dict[int, list[int]]:
    """Of those that may be near twins of some before them: which these are."""
    members: defaultdict[int, list[int]] = defaultdict(list)
    # Band by band, so that the names of one are at hand at a time; hardly any of them is there twice.
    for start in range(0, BINS * BIN, _WIDTH):
        names = [sketches[n].bins[start : start + _WIDTH] for n in wanted]
        often = {name for name, count in Counter(names).items() if count > 1}
        leaders: dict[bytes, list[int]] = {name: [] for name in often}
        for position, name in zip(wanted, names, strict=True) if often else ():
            if name in often:
                met = members[position]
                met += [
                    o
                    for o in leaders[name]
                    if o not in met and promising(sketches[o], sketches[position], threshold)
                ]
                if len(leaders[name]) < LEADERS:
                    leaders[name].append(position)
    return members


def bands(sketch: Sketch) -> Iterator[tuple[int, bytes]]:
    """The buckets of a sketch: near-duplicates share at least one, other entries hardly ever share any.

    bins of A 1 2 3 4 5 6, of B 1 2 3 4 9 6, of C 7 2 8 4 9 5 (three bins a band):
    A and B share the band (1 2 3) and are compared; C shares no band with either
    """
    for start in range(0, len(sketch.bins), _WIDTH):
        yield start, sketch.bins[start : start + _WIDTH]


def promising(a: Sketch, b: Sketch, threshold: float) -> bool:
    """Whether the sketches of two entries leave it possible that they are near twins."""
    same: int = sum(map(eq, memoryview(a.bins).cast("I"), memoryview(b.bins).cast("I")))
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
