"""Near twins by SimHash: the peer's arithmetic, and an end to it."""

import hashlib
import time
from collections.abc import Mapping
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from talekeep.metrics.duplicates import simhash
from talekeep.metrics.duplicates.simhash import Print
from talekeep.metrics.duplicates.simhash import Twins
from talekeep.metrics.duplicates.simhash import twins


def plainly(words: frozenset[str]) -> int:
    """The definition, bit by bit."""
    hashes = [int.from_bytes(hashlib.blake2b(w.encode(), digest_size=8).digest(), "big") for w in words]
    sums = [sum(1 if h >> bit & 1 else -1 for h in hashes) for bit in range(64)]
    return sum(1 << bit for bit, item in enumerate(sums) if item >= 0)


@given(st.frozensets(st.text("abcdefgäß", min_size=1, max_size=6), min_size=1, max_size=40))
def test_the_hash_is_that_of_the_definition(words: frozenset[str]):
    assert simhash.simhash(words) == plainly(words)


def run(texts: Sequence[str]) -> Twins:
    sets = {f"e{n}": simhash.words_of(text) for n, text in enumerate(texts)}

    def read(ids: Sequence[str]) -> Mapping[str, frozenset[str]]:
        return {i: sets[i] for i in ids}

    prints = [Print(i, simhash.digest(w), len(w), simhash.simhash(w)) for i, w in sets.items()]
    return twins(prints, read)


def test_equal_sets_are_pairs_and_unlike_ones_are_not():
    result = run(["the lamp burns", "Burns the LAMP", "a bell rings twice", "the lamp burns low tonight"])

    assert (result.count, result.pairs, result.entries) == (1, [("e0", "e1")], ["e0", "e1"])


def test_2000_equal_entries_are_counted_and_not_compared():
    started = time.process_time()
    result = run(["the same old words in all of them"] * 2000)

    assert result.count == 2000 * 1999 // 2
    assert (len(result.pairs), len(result.entries), result.capped) == (1000, 2000, False)
    assert time.process_time() - started < 1


def test_what_is_compared_has_an_end(monkeypatch):
    monkeypatch.setattr(simhash, "MOST_COMPARED", 50)
    shared = " ".join(f"word{n}" for n in range(300))

    result = run([f"{shared} {n}" for n in range(200)])

    assert result.capped
    assert 0 < result.count <= 50
