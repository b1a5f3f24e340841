"""The twin of an entry among those before it, found one by one."""

import random

from talekeep.metrics.duplicates.minhash import jaccard
from talekeep.metrics.duplicates.minhash import shingles
from talekeep.metrics.duplicates.minhash import sketch
from talekeep.metrics.duplicates.near import Twins

WORDS = [f"w{n}" for n in range(3000)]


def entry(words):
    return {"messages": [{"role": "user", "content": " ".join(words)}]}


def test_planted_twins_are_found_and_strangers_are_not():
    dice, twins = random.Random(2), Twins(0.85)
    entries = [dice.choices(WORDS, k=dice.randint(80, 300)) for _ in range(300)]
    for number, words in enumerate(entries):
        twins.add(number, "", sketch(entry(words)))
    results = 0
    for number, words in enumerate(entries):
        words = [*words]
        words[dice.randrange(len(words))] = "changed"
        mine = shingles(entry(words))
        met = twins.find("", sketch(entry(words)), lambda n, m=mine: jaccard(shingles(entry(entries[n])), m))
        results += met is not None and met[0] == number
    assert results >= 0.98 * len(entries)
    stranger = sketch(entry(dice.choices(WORDS, k=100)))
    assert twins.find("", stranger, lambda _: 1.0) is None


def test_those_of_another_frame_are_not_compared():
    twins, same = Twins(0.85), sketch(entry(WORDS[:100]))
    twins.add(7, "keeper", same)
    assert twins.find("thief", same, lambda _: 1.0) is None
    assert twins.find("keeper", same, lambda _: 1.0) == (7, 1.0)
    assert twins.find("keeper", same, lambda _: 0.84) is None


def test_of_many_that_meet_few_are_compared():
    twins, same, asked = Twins(0.85), sketch(entry(WORDS[:100])), []
    for number in range(1000):
        twins.add(number, "", same)
    assert twins.find("", same, lambda n: asked.append(n) or 0.0) is None
    assert len(asked) <= 40
