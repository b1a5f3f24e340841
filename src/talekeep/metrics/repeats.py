"""Runs of words that stand in many entries, and those used more often than in other texts.

Two readings of the same texts: the first keeps the most frequent runs in bounded memory (Misra and Gries
1982: what does not fit makes all of them lose), the second counts these exactly.
"""

import zlib
from collections import Counter
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from collections.abc import Set
from dataclasses import dataclass
from typing import TypeAlias

from talekeep.core.prose import runs

Run: TypeAlias = tuple[str, ...]
SHORTEST = 4
LONGEST = 6
_ROOM = 400_000
_ALMOST = 0.8
_MASK = (1 << 61) - 1


@dataclass(frozen=True, slots=True)
class Repeat:
    """A run of words: in how many entries it stands, and how often in all of them."""

    text: str
    entries: int
    times: int


@dataclass(frozen=True, slots=True)
class Overused:
    """A run of words used more often than in the reference; the rates are for a million words."""

    text: str
    times: int
    rate: float
    reference: float


def number(word: str) -> int:
    """A word as 32 bits, the same in every run of the program."""
    return zlib.crc32(word.encode("utf-8", "surrogatepass")) * 0x9E3779B1 & 0xFFFFFFFF


class Frequent:
    """The keys that are added most often, as far as there is room."""

    def __init__(self, room: int = _ROOM) -> None:
        self.room = room
        self.lost = 0
        self._counts: Counter[int] = Counter()

    def add(self, keys: Iterable[int]) -> None:
        self._counts.update(keys)
        if len(self._counts) > self.room:
            self._shrink()

    def _shrink(self) -> None:
        least = sorted(self._counts.values(), reverse=True)[self.room // 2]
        self.lost += least
        self._counts = Counter({key: count - least for key, count in self._counts.items() if count > least})

    def at_least(self, count: int) -> frozenset[int]:
        """Every key that was added so often, and some that were added less where room was short."""
        return frozenset(key for key, found in self._counts.items() if found + self.lost >= count)


class Numbered:
    """Words as numbers, remembered; runs of them as keys."""

    def __init__(self) -> None:
        self._known: dict[str, int] = {}

    def keys(self, told: Sequence[str], length: int) -> list[int]:
        known = self._known
        if len(known) > 1_000_000:
            known.clear()
        for word in told:
            if word not in known:
                known[word] = number(word)
        numbers = [known[word] for word in told]
        return [hash(run) & _MASK for run in zip(*(numbers[n:] for n in range(length)), strict=False)]


class Counted:
    """Exact counts of the runs of some lengths that are made of wanted ones."""

    def __init__(self, wanted: Set[int], shortest: int, longest: int) -> None:
        self.words = 0
        self.times: Counter[Run] = Counter()
        self.entries: Counter[Run] = Counter()
        self._wanted = wanted
        self._lengths = range(shortest, longest + 1)
        self._numbered = Numbered()

    def add(self, entry: Iterable[Sequence[str]]) -> None:
        """The texts of an entry, as words."""
        found: Counter[Run] = Counter()
        for told in entry:
            self.words += len(told)
            good = [key in self._wanted for key in self._numbered.keys(told, self._lengths[0])]
            for length in self._lengths if any(good) else ():
                steps = length - self._lengths[0] + 1
                found.update(
                    run
                    for at, run in enumerate(runs(told, length))
                    if good[at] and all(good[at : at + steps])
                )
        self.times.update(found)
        self.entries.update(found.keys())


def repeats(counted: Counted, least: int, most: int) -> list[Repeat]:
    """The runs in at least so many entries, most first; of runs inside or beside others only the longest,
    and the first."""
    often = {run: count for run, count in counted.entries.items() if count >= least}
    kept = sorted(whole(often), key=lambda run: (-often[run], run))
    return [Repeat(" ".join(run), often[run], counted.times[run]) for run in kept[:most]]


def whole(often: Mapping[Run, int]) -> list[Run]:
    """The runs, without those inside or one word behind another that is counted almost as often."""
    covered: set[Run] = set()
    behind: dict[Run, int] = {}
    longest = max(map(len, often), default=0)
    for run, count in often.items():
        covered |= {part for part in (run[1:], run[:-1]) if often.get(part, 0) * _ALMOST <= count}
        if len(run) == longest:
            if count * _ALMOST <= behind.get(run[:-1], 0):
                covered.add(run)
            behind[run[1:]] = max(count, behind.get(run[1:], 0))
    return [run for run in often if run not in covered]


def overused(
    counts: Mapping[Run, int], words: int, reference: Mapping[Run, int], reference_words: int, factor: float
) -> list[Overused]:
    """The runs that are so many times as frequent as in the reference, those that stand there too often
    most first. What the reference has not counts as if it had it once."""
    found: list[tuple[float, Overused]] = []
    for run in whole(counts):
        times = counts[run]
        rate = times / max(words, 1)
        usual = max(reference.get(run, 0), 1) / max(reference_words, 1)
        if rate >= factor * usual:
            row = Overused(" ".join(run), times, round(rate * 1e6, 1), round(usual * 1e6, 1))
            found.append((times - usual * words, row))
    return [row for _, row in sorted(found, key=lambda pair: (-pair[0], pair[1].text))]
