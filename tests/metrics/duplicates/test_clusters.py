"""Groups: twins are found, strangers are not, and no material makes it slow."""

import random

import pytest

from talekeep.metrics.duplicates import clusters
from talekeep.metrics.duplicates.minhash import jaccard
from talekeep.metrics.duplicates.minhash import shingles
from talekeep.metrics.duplicates.minhash import sketch

WORDS = [f"w{n}" for n in range(4000)]


def entry(*texts):
    roles = ("user", "assistant")
    return {"messages": [{"role": roles[n % 2], "content": text} for n, text in enumerate(texts)]}


def prose(dice, length):
    return " ".join(dice.choices(WORDS, k=length))


class Counting:
    """Compares in full and counts how often."""

    def __init__(self, entries):
        self.entries = entries
        self.made = 0

    def __call__(self, a, b):
        self.made += 1
        return jaccard(shingles(self.entries[a]), shingles(self.entries[b]))


def grouped(entries, threshold=0.85):
    alike = Counting(entries)
    return clusters.near([sketch(e) for e in entries], alike, threshold), alike


def test_planted_twins_are_found():
    dice = random.Random(11)
    entries = [entry(prose(dice, 60), prose(dice, dice.randint(40, 300))) for _ in range(600)]
    pairs = []
    for place in range(300):
        asked, output = (m["content"].split() for m in entries[place]["messages"])
        for _ in range(dice.randint(1, max(1, len(output) // 70))):
            output[dice.randrange(len(output))] = "changed"
        entries.append(entry(" ".join(asked), " ".join(output)))
        pairs.append((place, len(entries) - 1))
    groups, alike = grouped(entries)
    where = {member: n for n, group in enumerate(groups) for member in group}
    twins = [(a, b) for a, b in pairs if alike(a, b) >= 0.85]
    assert len(twins) > 250
    result = sum(1 for a, b in twins if a in where and where[a] == where.get(b))
    assert result / len(twins) >= 0.98
    for group in groups:
        assert all(max(alike(a, b) for b in group if b != a) >= 0.85 for a in group)


def test_a_thousand_identical_entries_are_one_group_and_no_comparison():
    groups, alike = grouped([entry("the same words as ever", "and the same reply")] * 1000)
    assert [len(group) for group in groups] == [1000]
    assert alike.made == 0


@pytest.mark.parametrize("size", [500, 1000])
def test_nearly_identical_entries_are_compared_once_each(size):
    dice = random.Random(5)
    base = prose(dice, 200)
    groups, alike = grouped([entry(base, f"unique {n}") for n in range(size)])
    assert [len(group) for group in groups] == [size]
    assert alike.made <= 2 * size


@pytest.mark.parametrize("size", [500, 1000])
def test_half_templated_entries_are_compared_with_few_others(size):
    dice = random.Random(6)
    template = prose(dice, 100)
    groups, alike = grouped([entry(template, prose(dice, 100)) for _ in range(size)])
    assert groups == []
    assert alike.made <= 4 * size


def test_conversations_that_share_a_beginning_are_branches():
    entries = [
        entry("a", "b", "c", "d"),
        entry("a", "b", "c", "other"),
        entry("a", "b", "x"),
        entry("z", "b", "c", "d"),
        entry("a", "b", "c", "d"),
    ]
    sketches = [sketch(e) for e in entries]
    assert clusters.branches(sketches, 3) == [(3, [0, 1, 4])]
    assert clusters.branches(sketches, 2) == [(2, [0, 1, 2, 4])]


def test_equal_conversations_are_no_branches():
    assert clusters.branches([sketch(entry("a", "b"))] * 3, 2) == []
