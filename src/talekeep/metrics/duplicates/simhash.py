"""Near twins as RoleThread Lite finds them: equal bands of a 64-bit SimHash, then the overlap of the words.

It compares every pair in a band. Here equal sets of words are one, pairs of them are counted and not looked
at, and of the others so many are compared and no more; the answer says when that was not all.
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from collections.abc import Set
from dataclasses import dataclass
from itertools import combinations

WORD = re.compile(r"\b[\w']+\b")
_BITS = 64
# Room to add up the bits of 16 million words side by side in one integer.
_LANE = 3
_ALIKE = 0.9
_BANDS = (0, 16, 32, 48)
MOST_COMPARED = 200_000
_MOST_NAMED = 1_000


def _spread(place: int, byte: int) -> int:
    """A byte of a hash, each of its bits in a lane of its own."""
    return sum(1 << 8 * _LANE * (8 * place + bit) for bit in range(8) if byte >> bit & 1)


class _Lanes(dict[str, int]):
    """Word → the bits of its hash in lanes."""

    def __init__(self) -> None:
        super().__init__()
        self._bytes: list[list[int]] = []

    def __missing__(self, word: str) -> int:
        self._bytes = self._bytes or [[_spread(place, byte) for byte in range(256)] for place in range(8)]
        digest = hashlib.blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest()[::-1]
        value = self[word] = sum(self._bytes[place][byte] for place, byte in enumerate(digest))
        return value


_lanes = _Lanes()


def words_of(text: str) -> frozenset[str]:
    """The different words of a text, in lower case."""
    return frozenset(WORD.findall(text.lower()))


def simhash(words: Set[str]) -> int:
    """64 bits: each is set where at least half of the words have it set in their hash."""
    if len(_lanes) > 500_000:
        _lanes.clear()
    sums = sum(map(_lanes.__getitem__, words)).to_bytes(_BITS * _LANE, "little")
    counts = (int.from_bytes(sums[_LANE * bit : _LANE * bit + _LANE], "little") for bit in range(_BITS))
    return sum(1 << bit for bit, count in enumerate(counts) if 2 * count >= len(words))


def digest(words: Set[str]) -> str:
    """Equal for equal sets of words."""
    joined = " ".join(sorted(words)).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(joined, digest_size=8).hexdigest()


@dataclass(frozen=True, slots=True)
class Print:
    """What is kept of an entry: its id, the digest of its set of words, how many they are, their hash."""

    id: str
    digest: str
    size: int
    hash: int


@dataclass(frozen=True, slots=True)
class Twins:
    """How many pairs are near twins, the first 1,000 of them by their ids, and all entries in any;
    `capped`: there were more to be compared than is done."""

    count: int
    pairs: list[tuple[str, str]]
    entries: list[str]
    capped: bool


def twins(prints: Sequence[Print], words: Callable[[Sequence[str]], Mapping[str, Set[str]]]) -> Twins:
    """The near twins among these, in their order.

    Args:
        words: the sets of words of entries, by their ids.
    """
    groups: defaultdict[str, list[int]] = defaultdict(list)
    for place, one in enumerate(prints):
        groups[one.digest].append(place)
    kinds = [*groups.values()]
    near, capped = _near([prints[group[0]] for group in kinds], words)
    count = sum(len(group) * (len(group) - 1) // 2 for group in kinds)
    count += sum(len(kinds[a]) * len(kinds[b]) for a, b in near)
    named = sorted(_places(kinds, near))
    inside = {place for group in kinds if len(group) > 1 for place in group}
    inside.update(place for pair in near for kind in pair for place in kinds[kind])
    pairs = [(prints[a].id, prints[b].id) for a, b in named[:_MOST_NAMED]]
    return Twins(count, pairs, [prints[place].id for place in sorted(inside)], capped)


def _places(kinds: Sequence[Sequence[int]], near: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The pairs by their places, no more of one kind than can be named."""
    for group in kinds:
        yield from combinations(group[:50], 2)
    for a, b in near:
        yield from ((min(x, y), max(x, y)) for x in kinds[a][:30] for y in kinds[b][:30])


def _near(
    kinds: Sequence[Print], words: Callable[[Sequence[str]], Mapping[str, Set[str]]]
) -> tuple[list[tuple[int, int]], bool]:
    candidates, capped = _candidates(kinds)
    wanted = dict.fromkeys(kinds[n].id for pair in candidates for n in pair)
    sets = words([*wanted])
    result = [(a, b) for a, b in candidates if _overlap(sets[kinds[a].id], sets[kinds[b].id]) > _ALIKE]
    return result, capped


def _candidates(kinds: Sequence[Print]) -> tuple[list[tuple[int, int]], bool]:
    """Pairs that share a band and are nearly of one size, so many of them and no more."""
    buckets: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
    for place, one in enumerate(kinds):
        for shift in _BANDS:
            buckets[shift, one.hash >> shift & 0xFFFF].append(place)
    result: dict[tuple[int, int], None] = {}
    for bucket in buckets.values():
        by_size = sorted(bucket, key=lambda place: kinds[place].size)
        for at, a in enumerate(by_size):
            for b in by_size[at + 1 :]:
                if kinds[a].size / kinds[b].size <= _ALIKE:
                    break
                if len(result) >= MOST_COMPARED:
                    return [*result], True
                result[min(a, b), max(a, b)] = None
    return [*result], False


def _overlap(a: Set[str], b: Set[str]) -> float:
    return len(a & b) / len(a | b)
