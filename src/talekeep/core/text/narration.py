"""How the replies of one speaker hang together: person and tense, loops, length."""

from collections.abc import Iterator
from collections.abc import Sequence
from itertools import pairwise
from typing import TypeVar

from talekeep.core.text.prose import Anatomy
from talekeep.core.text.prose import alike
from talekeep.core.text.prose import repeated
from talekeep.core.text.tokens import words

Kind = TypeVar("Kind", bound=str)

RUN = 6
_LIKE = 0.6
_LIKE_WORDS = 12
_REPEATED = 0.3
_REPEATED_WORDS = 60
_COLLAPSE = 0.35
_COLLAPSE_REPLIES = 6
_COLLAPSE_WORDS = 40


def narrated(replies: Anatomy) -> list[str]:
    """The words of the narration of a story; none of an answer in which nobody speaks or acts."""
    return words(replies.narration) if replies.style != "plain" else []


def first_other(kinds: Sequence[Kind | None]) -> tuple[int, int] | None:
    """The place of the first reply of another kind than the first that is of any, and that first's place."""
    usual = next((at for at, kind in enumerate(kinds) if kind is not None), len(kinds))
    for at in range(usual + 1, len(kinds)):
        if kinds[at] not in (None, kinds[usual]):
            return at, usual
    return None


def like_the_last(replies: Sequence[Sequence[str]]) -> Iterator[tuple[int, float]]:
    """The places of replies (as words) that are much like the one before them, and how much."""
    for at, (before, after) in enumerate(pairwise(replies), 1):
        likeness = alike(before, after) if min(len(before), len(after)) >= _LIKE_WORDS else 0.0
        if likeness >= _LIKE:
            yield at, likeness


def looping(replies: Sequence[Sequence[str]]) -> Iterator[tuple[int, float]]:
    """The places of replies (as words) much of which stood in them before, and how much."""
    for at, reply in enumerate(replies):
        share = repeated(reply, RUN) if len(reply) >= _REPEATED_WORDS else 0.0
        if share >= _REPEATED:
            yield at, share


def thirds(sizes: Sequence[int]) -> tuple[float, float] | None:
    """The mean size of the first and of the last third of the replies; None where they are few."""
    third = len(sizes) // 3
    if len(sizes) < _COLLAPSE_REPLIES:
        return None
    return sum(sizes[:third]) / third, sum(sizes[-third:]) / third


def collapses(sizes: Sequence[int]) -> bool:
    """Whether long replies (in words) get very short in the end."""
    result = thirds(sizes)
    return result is not None and result[0] >= _COLLAPSE_WORDS and result[1] < result[0] * _COLLAPSE
