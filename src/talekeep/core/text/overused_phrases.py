"""Phrases that machines write too often in romance and fantasy prose, and finding phrases in words.

A list of our own, put together from reading; a hit is a flag and no fault. `_` stands for any one word.
"""

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from itertools import zip_longest
from typing import TypeAlias

from talekeep.core.text.tokens import words

# First word → second (or any) → the phrases that begin so: their words, and how they are written.
Phrase: TypeAlias = tuple[tuple[str, ...], str]
Phrases: TypeAlias = Mapping[str, Mapping[str, Sequence[Phrase]]]

ANY = "_"
OVERUSED = (
    "a breath _ didn't know _ was holding",
    "a breath _ hadn't realized _ was holding",
    "a dance as old as time",
    "a flicker of something unreadable",
    "a mischievous glint in _ eyes",
    "a mix of fear and",
    "a mixture of amusement and",
    "a shiver down _ spine",
    "a single tear rolled down",
    "a smile that didn't quite reach _ eyes",
    "a smile tugged at the corner of",
    "a testament to",
    "a voice barely above a whisper",
    "barely above a whisper",
    "despite _ better judgment",
    "electricity crackled between",
    "eyes sparkling with mischief",
    "for the first time in a long time",
    "hung heavy in the air",
    "in the depths of _ soul",
    "leaned in conspiratorially",
    "let out a breath",
    "little did _ know",
    "maybe just maybe",
    "might just be the beginning",
    "or perhaps something more",
    "rich tapestry of",
    "sent shivers down",
    "shrouded in mystery",
    "something shifted between",
    "the air thick with",
    "the ball is in your court",
    "the choice is yours",
    "the game was afoot",
    "the ministrations of",
    "the scent of ozone",
    "the silence stretched between",
    "the weight of the world",
    "time seemed to stand still",
    "unshed tears",
    "voice dripping with",
    "voice low and husky",
    "what do you say",
    "white knuckled grip",
    "with a predatory grin",
)


def table(phrases: Iterable[str]) -> Phrases:
    """Phrases ready to be found; one without a word, or that begins with any word, is left out."""
    made: dict[str, dict[str, list[Phrase]]] = {}
    for phrase in dict.fromkeys(phrases):
        parts = tuple(words(phrase))
        if parts and parts[0] != ANY:
            second = parts[1] if len(parts) > 1 else ANY
            made.setdefault(parts[0], {}).setdefault(second, []).append((parts, phrase))
    return made


def phrases_in(words: Sequence[str], wanted: Phrases) -> Iterator[str]:
    """The phrases that stand in folded words, each as often as it does, in order."""
    for at, (word, after) in enumerate(zip_longest(words, words[1:])):
        beginnings = wanted.get(word)
        for parts, phrase in _likely(beginnings, after) if beginnings else ():
            if _stands(parts, words[at : at + len(parts)]):
                yield phrase


def _likely(beginnings: Mapping[str, Sequence[Phrase]], after: str) -> Iterator[Phrase]:
    yield from beginnings.get(after, ())
    yield from beginnings.get(ANY, ()) if after != ANY else ()


def _stands(parts: Sequence[str], there: Sequence[str]) -> bool:
    same = all(part in (ANY, word) for part, word in zip(parts, there, strict=False))
    return same and len(parts) == len(there)
