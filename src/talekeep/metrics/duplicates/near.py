"""The near twin of an entry among those before it, in time that does not grow with their number."""

from collections import defaultdict
from collections.abc import Callable

from talekeep.metrics.duplicates.clusters import LEADERS
from talekeep.metrics.duplicates.clusters import bands
from talekeep.metrics.duplicates.clusters import promising
from talekeep.metrics.duplicates.minhash import Sketch


class Twins:
    """Entries by number, each with a frame: only those of one frame are compared.

    Args:
        threshold: from where on two are near twins.
    """

    def __init__(self, threshold: float) -> None:
        self._threshold = threshold
        self._buckets: defaultdict[tuple[object, ...], list[int]] = defaultdict(list)
        self._sketches: dict[int, Sketch] = {}

    def add(self, number: int, frame: str, sketch: Sketch) -> None:
        """Remember an entry."""
        self._sketches[number] = sketch
        for band in bands(sketch):
            leaders = self._buckets[(frame, *band)]
            if len(leaders) < LEADERS:
                leaders.append(number)

    def find(self, frame: str, sketch: Sketch, alike: Callable[[int], float]) -> tuple[int, float] | None:
        """The first of those remembered that is near enough, and how alike it is.

        Args:
            alike: how alike one of them is, 0 to 1, looked at in full.
        """
        met = {other for band in bands(sketch) for other in self._buckets.get((frame, *band), ())}
        for other in sorted(met):
            if promising(sketch, self._sketches[other], self._threshold):
                share = alike(other)
                if share >= self._threshold:
                    return other, share
        return None
