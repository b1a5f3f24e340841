"""Runs of words that stand in many entries, and those used more often than in other texts.

Three readings of the same texts: two keep the most frequent runs in bounded memory (Misra and Gries 1982:
what does not fit makes all of them lose), the short ones and then the longer ones that are made of them; the
third counts these exactly.
"""

from collections import Counter
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from collections.abc import Set
from dataclasses import dataclass
from itertools import compress
from operator import and_
from typing import TypeAlias

from talekeep.core.text.prose import runs

Run: TypeAlias = tuple[str, ...]
# The texts of an entry, as words.
Entry: TypeAlias = Iterable[Sequence[str]]
SHORTEST = 4
LONGEST = 6
_ROOM = 400_000
_ALMOST = 0.8


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
        return frozenset(key for key, phrase in self._counts.items() if phrase + self.lost >= count)


class Wanted:
    """The runs of some lengths that stand in `least` entries, found length by length in bounded memory: a
    long one can only be one whose parts are."""

    def __init__(self, shortest: int, longest: int) -> None:
        self.lengths = range(shortest, longest + 1)
        self._keys: dict[int, Set[int]] = {}

    def find(self, texts: Callable[[], Iterable[Entry]], least: int) -> None:
        """Read all texts: once for the shortest, and once for the longer ones."""
        for lengths in (self.lengths[:1], self.lengths[1:]):
            frequent = {length: Frequent() for length in lengths}
            for entry in texts() if lengths else ():
                for length, keys in self._keys_in(entry, lengths).items():
                    frequent[length].add(keys)
            self._keys |= {length: value.at_least(least) for length, value in frequent.items()}

    def _keys_in(self, entry: Entry, lengths: Sequence[int]) -> dict[int, set[int]]:
        keys: dict[int, set[int]] = {length: set() for length in lengths}
        for item in entry:
            for length, likely in self._likely(item, lengths):
                keys[length].update(map(hash, likely))
        return keys

    def runs(self, text_words: Sequence[str]) -> Iterator[Run]:
        """The wanted runs of a text, shorter ones first."""
        for length, likely in self._likely(text_words, self.lengths):
            keys = self._keys[length]
            yield from (run for run in likely if hash(run) in keys)

    def _likely(
        self, text_words: Sequence[str], lengths: Sequence[int]
    ) -> Iterator[tuple[int, Iterator[Run]]]:
        """The runs of each length made of the shortest that are wanted; all of them, where none is known."""
        shortest = self.lengths[0]
        known = self._keys.get(shortest)
        if known is None:
            yield shortest, runs(text_words, shortest)
            return
        good = [*map(known.__contains__, map(hash, runs(text_words, shortest)))]
        for length in self.lengths if True in good else ():
            if length in lengths:
                yield length, compress(runs(text_words, length), good)
            # A longer run is made of wanted ones where the one that begins a word later is, too.
            good = [*map(and_, good, good[1:])]


class Counted:
    """Exact counts of the wanted runs."""

    def __init__(self, wanted: Wanted) -> None:
        self.words = 0
        self.times: Counter[Run] = Counter()
        self.entries: Counter[Run] = Counter()
        self._wanted = wanted

    def add(self, entry: Entry) -> None:
        """The texts of an entry, as words."""
        here: list[Run] = []
        for item in entry:
            self.words += len(item)
            here += self._wanted.runs(item)
        self.times.update(here)
        self.entries.update(dict.fromkeys(here).keys())


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
    phrases: list[tuple[float, Overused]] = []
    for run in whole(counts):
        times = counts[run]
        rate = times / max(words, 1)
        usual = max(reference.get(run, 0), 1) / max(reference_words, 1)
        if rate >= factor * usual:
            row = Overused(" ".join(run), times, round(rate * 1e6, 1), round(usual * 1e6, 1))
            phrases.append((times - usual * words, row))
    return [row for _, row in sorted(phrases, key=lambda pair: (-pair[0], pair[1].text))]
