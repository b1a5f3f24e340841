"""Which message of one version of an entry is which of the other: by likeness, in every script and length.

What decides is how much two messages share of what few messages hold: rare words count, common ones hardly,
and a pair needs no words at all where only one place is left for it.

    before   A  ok  B  ok  C             (A, B and C edited everywhere, N1 and "ok" put in front)
    after    N1 ok  A' ok  B' ok  C'
    pairs    N1 and the first "ok" are inserted; A A', ok ok, B B', ok ok, C C'

1. Messages that are equal, long enough and there once on each side are paired, while they keep their order.
2. In each gap between those a chain of pairs, in order on both sides, that shares the most. Small gaps try
   all pairs; large ones only pairs with a nearly unique word, and then go into the gaps that are left, or
   where there is none the pairs near the diagonal.
3. A pair is sure where it is alike and the best chain with another partner is clearly worse. Where as many
   messages of the same roles were all rewritten, their places tell. Anything else is a guess: good enough
   for a diff, not for a merge.

The cost is bounded by the words of both versions: 1,000 × 1,000 changed messages take less than a second.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Hashable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import chain
from itertools import groupby
from itertools import pairwise
from math import log2
from operator import itemgetter
from operator import mul
from typing import Any
from typing import TypeAlias

from talekeep.core.entry import text_of
from talekeep.core.merge.align import spelled
from talekeep.core.merge.align import steady
from talekeep.core.text import tokens

Pair: TypeAlias = tuple[int | None, int | None]
# before[i1:i2] against after[j1:j2].
_Gap: TypeAlias = tuple[int, int, int, int]

# An equal message of at least so many characters, written as JSON, is the same message; "Go on." may be any.
TELLING_LENGTH = 64
# Gaps with more pairs than this are cut at pairs with a nearly unique word first.
_ALL_PAIRS = 1600
_MOST_PAIRS = 30_000
_NEARLY_UNIQUE = 3
_RUN_SIZES = (1, 2, 4)
# A pair that shares less than this part of the rare runs another has is no rival of it.
_FAR_FEWER = 4
_MAX_DEPTH = 12
# Messages of two roles are one message only where they share as much.
_ALIKE_ACROSS_ROLES = 0.75
_ALIKE_ENOUGH = 0.54
# By what share of a pair's own score the best chain without it has to be worse.
_CLEARLY = 0.4
# Weights and scores count thousandths of a word that all messages hold: sums of whole numbers are exact.
_SCALE = 1000
_SAME_ROLE = 100


class Trust(Enum):
    """How much a pair is to be trusted."""

    SURE = 0
    # As many messages of the same roles, with no word in common to tell more.
    PLACE = 1
    GUESS = 2


@dataclass(frozen=True, slots=True)
class Pairing:
    """`pairs`: (i, j) is one message, equal or edited, (i, None) was deleted, (None, j) inserted; in the
    order of `after`, deleted ones where they stood. `doubts`: those i whose pair, or whose deletion, is
    not sure.
    """

    pairs: list[Pair]
    doubts: Mapping[int, Trust]

    def trusted(self) -> dict[int, int]:
        """Index in `after` → index in `before`, without guesses."""
        return {
            j: i
            for i, j in self.pairs
            if i is not None and j is not None and self.doubts.get(i) is not Trust.GUESS
        }

    def doubted(self, trust: Trust) -> set[int]:
        """Those i whose pair is so much to be trusted."""
        return {i for i, value in self.doubts.items() if value is trust}


@dataclass(frozen=True, slots=True)
class _Link:
    """One message on both sides."""

    before: int
    after: int
    trust: Trust = Trust.SURE


def pair(before: Sequence[Any], after: Sequence[Any]) -> list[Pair]:
    """The pairs of `pairing`, guesses included: what a diff shows."""
    return pairing(before, after).pairs


def pairing(before: Sequence[Any], after: Sequence[Any]) -> Pairing:
    """Messages of two versions of an entry, paired.

    A message that stands elsewhere and is otherwise unchanged (and the only one like it) is paired too.
    """
    if len(before) == len(after) and all(map(_is_same_object, before, after)):
        return Pairing([(n, n) for n in range(len(before))], {})
    pairer = _Pairer(before, after)
    links = pairer.links()
    pairs: list[Pair] = []
    i = j = 0
    for link in [*links, _Link(len(before), len(after))]:
        pairs += [(n, None) for n in range(i, link.before)]
        pairs += [(None, n) for n in range(j, link.after)]
        pairs.append((link.before, link.after))
        i, j = link.before + 1, link.after + 1
    doubts = _doubts(links, len(before), len(after))
    moved = dict(pairer.moved({link.before: link.after for link in links}))
    origins = set(moved.values())
    doubts |= {i: Trust.GUESS for i in origins if not pairer.is_telling(i)}
    return Pairing(
        [
            (moved[j], j) if i is None and j in moved else (i, j)
            for i, j in pairs[:-1]
            if not (j is None and i in origins)
        ],
        doubts,
    )


def _doubts(links: Sequence[_Link], size_before: int, size_after: int) -> dict[int, Trust]:
    """The messages of `before` whose pair, or whose want of one, is not sure: where there are others beside
    it that have none, a deleted message may be a rewritten one."""
    doubts: dict[int, Trust] = {}
    i = j = 0
    for link in [*links, _Link(size_before, size_after)]:
        if link.trust is Trust.GUESS:
            continue
        if link.after > j:
            doubts |= dict.fromkeys(range(i, link.before), Trust.GUESS)
        if link.trust is Trust.PLACE:
            doubts[link.before] = Trust.PLACE
        i, j = link.before + 1, link.after + 1
    return doubts


def _is_same_object(a: Any, b: Any) -> bool:
    return a is b


class _Pairer:
    """Two versions of an entry's messages, and what was computed of them so far."""

    def __init__(self, before: Sequence[Any], after: Sequence[Any]) -> None:
        self.before, self.after = before, after
        self.a = [spelled(message) for message in before]
        self.b = [spelled(message) for message in after]
        self._known: dict[tuple[str, int], list[str]] = {}
        # Messages that are there once on each side, equal: (index in `after`, index in `before`).
        self.twins = self._twins()
        self._has_twin = set(self.twins.values())

    def _twins(self) -> dict[int, int]:
        kept = [n for n, (x, y) in enumerate(zip(self.a, self.b, strict=False)) if x == y]
        if len({*self.a, *self.b}) + len(kept) == len(self.a) + len(self.b):
            # No message is there twice, and none moved.
            return {n: n for n in kept}
        count_a, count_b = Counter(self.a), Counter(self.b)
        places = {text: i for i, text in enumerate(self.a) if count_a[text] == 1}
        return {j: places[text] for j, text in enumerate(self.b) if count_b[text] == 1 and text in places}

    def links(self) -> list[_Link]:
        """Every pair but those of moved messages, in order."""
        return [*self._between(self._unchanged(), (0, len(self.a), 0, len(self.b)), 0)]

    def _between(self, anchors: Iterable[_Link], gap: _Gap, depth: int) -> Iterator[_Link]:
        """The anchors, and what is found in each gap between them."""
        i, i_end, j, j_end = gap
        for anchor in [*anchors, None]:
            x, y = (anchor.before, anchor.after) if anchor else (i_end, j_end)
            if i < x or j < y:
                yield from self._in_gap((i, x, j, y), depth)
            if anchor:
                yield anchor
                i, j = x + 1, y + 1

    def _unchanged(self) -> list[_Link]:
        """Equal messages that can be taken for no other."""
        equal = [(i, j) for j, i in self.twins.items() if self.is_telling(i)]
        kept = steady([i for i, _ in equal])
        return [_Link(i, j) for n, (i, j) in enumerate(equal) if n in kept]

    def is_telling(self, i: int) -> bool:
        """Whether a message that equals this one is this one."""
        return len(self.a[i].decode()) >= TELLING_LENGTH

    def moved(self, links: Mapping[int, int]) -> Iterator[tuple[int, int]]:
        """Equal messages that no link holds: they stand elsewhere."""
        taken = set(links.values())
        return ((j, i) for j, i in self.twins.items() if i not in links and j not in taken)

    def _in_gap(self, gap: _Gap, depth: int) -> Iterator[_Link]:
        i1, i2, j1, j2 = gap
        if self.a[i1:i2] == self.b[j1:j2]:
            yield from _diagonal(gap)
            return
        start, end = self._equal_ends(gap)
        yield from _diagonal((i1, i1 + start, j1, j1 + start))
        yield from self._changed((i1 + start, i2 - end, j1 + start, j2 - end), depth)
        yield from _diagonal((i2 - end, i2, j2 - end, j2))

    def _equal_ends(self, gap: _Gap) -> tuple[int, int]:
        """How many messages a gap begins and ends with that are equal and there once on each side."""
        a, b = self.a[gap[0] : gap[1]], self.b[gap[2] : gap[3]]
        count_a, count_b = Counter(a), Counter(b)
        shorter = min(len(a), len(b))

        def is_settled(x: bytes, y: bytes) -> bool:
            return x == y and count_a[x] == count_b[x] == 1

        start = end = 0
        while start < shorter and is_settled(a[start], b[start]):
            start += 1
        while end < shorter - start and is_settled(a[-1 - end], b[-1 - end]):
            end += 1
        return start, end

    def _changed(self, gap: _Gap, depth: int) -> Iterator[_Link]:
        """Pairs of a gap that begins and ends with messages that changed."""
        n, m = gap[1] - gap[0], gap[3] - gap[2]
        if n == 0 or m == 0:
            return
        if n == m == 1 and self._same_role(gap[0], gap[2]):
            yield self._only_place(gap)
        elif n * m > _ALL_PAIRS and depth < _MAX_DEPTH and (anchors := self._anchors(gap)):
            yield from self._between(anchors, gap, depth + 1)
        else:
            yield from self._chained(gap)

    def _only_place(self, gap: _Gap) -> _Link:
        """The one message of a gap on either side, of one role: edited, or another in its place."""
        i, j = gap[0], gap[2]
        # As `_Likeness` has it, where each word is in as many messages as any other.
        a, b = Counter(self._units("before", i)), Counter(self._units("after", j))
        total = sum(a.values()) + sum(b.values())
        common = sum([min(a[word], b[word]) for word in a.keys() & b.keys()])
        alike = 2 * common / total if total else 1.0
        return _Link(i, j, Trust.SURE if alike >= _ALIKE_ENOUGH else Trust.PLACE)

    def _chained(self, gap: _Gap) -> Iterator[_Link]:
        """The best chain of a gap, with the guesses between its sure pairs."""
        i1, i2, j1, j2 = gap
        links = self._chain(gap, _near_diagonal(gap))
        sure = [link for link in links if link.trust is Trust.SURE]
        for left, right in pairwise([_Link(i1 - 1, j1 - 1), *sure, _Link(i2, j2)]):
            rest = (left.before + 1, right.before, left.after + 1, right.after)
            guesses = [link for link in links if left.before < link.before < right.before]
            yield from self._by_place(rest, guesses)
            if right.before < i2:
                yield right

    def _by_place(self, gap: _Gap, guesses: list[_Link]) -> Iterator[_Link]:
        """The guesses, or better ones where nothing but the place tells."""
        places = [*_diagonal(gap, Trust.GUESS)] if self._same_roles(gap) else []
        if len(places) == 1:
            yield self._only_place(gap)
        elif places and places == guesses:
            yield from _diagonal(gap, Trust.PLACE)
        else:
            yield from guesses

    def _same_roles(self, gap: _Gap) -> bool:
        i1, i2, j1, j2 = gap
        return i2 - i1 == j2 - j1 and all(map(self._same_role, range(i1, i2), range(j1, j2)))

    def _anchors(self, gap: _Gap) -> list[_Link]:
        """The sure pairs among those that share a word, else a run of words, that hardly any other message
        of the gap has."""
        for size in _RUN_SIZES:
            links = self._chain(gap, self._sharing_a_rare_run(gap, size))
            if anchors := [link for link in links if link.trust is Trust.SURE]:
                return anchors
        return []

    def _sharing_a_rare_run(self, gap: _Gap, size: int) -> list[tuple[int, int]]:
        before = _rare_runs({i: self._units("before", i) for i in range(gap[0], gap[1])}, size)
        after = _rare_runs({j: self._units("after", j) for j in range(gap[2], gap[3])}, size)
        shared = Counter(
            (i, j) for run in before.keys() & after.keys() for i in before[run] for j in after[run]
        )
        most: dict[int, int] = {}
        for (i, _), count in shared.items():
            most[i] = max(most.get(i, 0), count)
        return sorted(pair for pair, count in shared.items() if count * _FAR_FEWER >= most[pair[0]])

    def _chain(self, gap: _Gap, candidates: Sequence[tuple[int, int]]) -> list[_Link]:
        """The chain among these pairs, in order on both sides, that shares the most."""
        likeness = self._likeness(gap)
        scored = [
            (i, j, score, alike)
            for i, j in candidates
            if self._may_pair(i, j)
            for score, alike in [likeness.of(i, j, same_role=self._same_role(i, j))]
            if score
        ]
        return _best_chain(scored)

    def _likeness(self, gap: _Gap) -> "_Likeness":
        return _Likeness(
            {i: Counter(self._units("before", i)) for i in range(gap[0], gap[1])},
            {j: Counter(self._units("after", j)) for j in range(gap[2], gap[3])},
        )

    def _may_pair(self, i: int, j: int) -> bool:
        """Whether neither has its equal elsewhere."""
        return self.twins.get(j) == i or (j not in self.twins and i not in self._has_twin)

    def _same_role(self, i: int, j: int) -> bool:
        return _role(self.before[i]) == _role(self.after[j])

    def _units(self, side: str, number: int) -> list[str]:
        key = (side, number)
        if key not in self._known:
            self._known[key] = units_of((self.before if side == "before" else self.after)[number])
        return self._known[key]


def _rare_runs(messages: Mapping[int, list[str]], size: int) -> dict[Hashable, list[int]]:
    """The runs of so many units that hardly any message holds, each with those that do."""
    runs: dict[int, set[Hashable]] = {
        number: set(units) if size == 1 else {*zip(*(units[start:] for start in range(size)), strict=False)}
        for number, units in messages.items()
    }
    counts = Counter(chain.from_iterable(runs.values()))
    rare = {run for run, count in counts.items() if count <= _NEARLY_UNIQUE}
    holders: dict[Hashable, list[int]] = {run: [] for run in rare}
    for number, own in runs.items():
        for run in own & rare:
            holders[run].append(number)
    return holders


def _near_diagonal(gap: _Gap) -> list[tuple[int, int]]:
    """Every pair of a small gap; of a large one those of about the same place."""
    i1, i2, j1, j2 = gap
    n, m = i2 - i1, j2 - j1
    if n * m <= _ALL_PAIRS:
        return [(i, j) for i in range(i1, i2) for j in range(j1, j2)]
    reach = _MOST_PAIRS // (2 * max(n, m))
    if abs(m - n) > reach:
        return []
    low, high = j1 - i1 - reach + min(m - n, 0), j1 - i1 + reach + max(m - n, 0)
    return [(i, j) for i in range(i1, i2) for j in range(max(i + low, j1), min(i + high + 1, j2))]


def _diagonal(gap: _Gap, trust: Trust = Trust.SURE) -> Iterator[_Link]:
    return (_Link(i, j, trust) for i, j in zip(range(gap[0], gap[1]), range(gap[2], gap[3]), strict=True))


def _role(message: Any) -> Hashable:
    role = message.get("role") if isinstance(message, dict) else None
    return role if isinstance(role, str) else None


def units_of(message: Any) -> list[str]:
    """What a message holds but for its role and name: words; where a script writes no spaces, characters and
    pairs of characters that stand side by side (single ones are in any sentence)."""
    if not isinstance(message, dict):
        return [spelled(message).decode()]
    units = _units(text_of(message))
    for key, value in message.items():
        if key not in ("role", "name") and not (key == "content" and isinstance(value, str | None)):
            units += _units(spelled({key: value}).decode())
    return units


def _units(text: str) -> list[str]:
    words = tokens.words(text)
    if text.isascii():
        return words
    units = [tokens.is_unit(word) for word in words]
    sides = zip(pairwise(words), pairwise(units), strict=True)
    return [*words, *(a + b for (a, b), (first, second) in sides if first and second)]


class _Likeness:
    """How much two messages of a gap share, words weighted by how few messages hold them."""

    def __init__(self, before: Mapping[int, Counter[str]], after: Mapping[int, Counter[str]]) -> None:
        self.before, self.after = before, after
        counts = [Counter(chain.from_iterable(side.values())) for side in (before, after)]
        most = max(len(before), len(after))
        # Inverse document frequency, as in information retrieval: 1 for a word that all have.
        weights = [round(_SCALE * (1 + log2(most / max(count, 1)))) for count in range(most + 1)]
        self.weight = {word: weights[count] for word, count in (counts[0] | counts[1]).items()}
        self.total_before = {number: self._total(words) for number, words in before.items()}
        self.total_after = {number: self._total(words) for number, words in after.items()}

    def _total(self, words: Counter[str]) -> int:
        total: int = sum(map(mul, words.values(), map(self.weight.__getitem__, words)))
        return total

    def of(self, i: int, j: int, *, same_role: bool) -> tuple[int, float]:
        """The score of a pair (0: it is none), and the share (0 to 1) of both messages that is common."""
        a, b, weight = self.before[i], self.after[j], self.weight
        common = sum([weight[word] * min(a[word], b[word]) for word in a.keys() & b.keys()])
        total = self.total_before[i] + self.total_after[j]
        alike = 2 * common / total if total else 1.0
        score = round(common * alike)
        if same_role:
            # A message of the same role may be rewritten, where no better pair is to be had.
            return score + _SAME_ROLE, alike
        return (score if alike >= _ALIKE_ACROSS_ROLES else 0), alike


_Scored: TypeAlias = tuple[int, int, int, float]


def _best_chain(scored: Sequence[_Scored]) -> list[_Link]:
    """Of pairs (i, j, score, alike) sorted by (i, j): those of the highest sum, rising in i and in j.

    A pair is sure where the best chain that gives i or j another partner is clearly worse.
    """
    until = _sums([pair[:3] for pair in scored])
    since = _sums([(-i, -j, score) for i, j, score, _ in reversed(scored)])[::-1]
    # The sum of the best chain through each pair.
    through = [u + s - pair[2] for u, s, pair in zip(until, since, scored, strict=True)]
    best = max(through, default=0)
    second = _second_best(scored, through)
    links: list[_Link] = []
    last_i = last_j = -1
    reached = 0
    for (i, j, score, alike), total, so_far in zip(scored, through, until, strict=True):
        if total == best and so_far - score == reached and i > last_i and j > last_j:
            other = max(second[0, i], second[1, j])
            is_sure = alike >= _ALIKE_ENOUGH and best - other >= _CLEARLY * score
            links.append(_Link(i, j, Trust.SURE if is_sure else Trust.GUESS))
            last_i, last_j, reached = i, j, so_far
    return links


def _second_best(scored: Sequence[_Scored], through: Sequence[int]) -> dict[tuple[int, int], int]:
    """For each message, (0, i) or (1, j), the second highest of the sums through its pairs."""
    first: dict[tuple[int, int], int] = {}
    second: dict[tuple[int, int], int] = {}
    for (i, j, _, _), total in zip(scored, through, strict=True):
        for message in ((0, i), (1, j)):
            highest = first.get(message, 0)
            second[message] = max(second.get(message, 0), min(highest, total))
            first[message] = max(highest, total)
    return second


def _sums(scored: Sequence[tuple[int, int, int]]) -> list[int]:
    """For each pair (i, j, score), sorted by i, the highest sum of a chain that ends with it."""
    places = sorted({j for _, j, _ in scored})
    # A tree of maxima over j (P. Fenwick, "A new data structure for cumulative frequency tables", 1994).
    tree = [0] * (len(places) + 1)
    sums: list[int] = []
    for _, row in groupby(scored, key=itemgetter(0)):
        ranked = [(bisect_right(places, j), score) for _, j, score in row]
        new = [(rank, score + _maximum(tree, rank - 1)) for rank, score in ranked]
        for rank, total in new:
            _raise(tree, rank, total)
        sums += [total for _, total in new]
    return sums


def _maximum(tree: list[int], rank: int) -> int:
    highest = 0
    while rank > 0:
        highest = max(highest, tree[rank])
        rank -= rank & -rank
    return highest


def _raise(tree: list[int], rank: int, total: int) -> None:
    while rank < len(tree):
        tree[rank] = max(tree[rank], total)
        rank += rank & -rank
