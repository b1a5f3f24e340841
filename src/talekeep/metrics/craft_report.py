"""What the tallies of craft say: shares and averages of a group of replies."""

from collections.abc import Mapping
from dataclasses import dataclass

from talekeep.metrics.craft import DRIFTS
from talekeep.metrics.craft import MARKS
from talekeep.metrics.statistics import ranked
from talekeep.metrics.statistics import share
from talekeep.metrics.tally import Tally

_TOP = 10


@dataclass(frozen=True, slots=True)
class Top:
    """Something that stands in many replies: how often."""

    text: str
    count: int


@dataclass(frozen=True, slots=True)
class Group:
    """The replies of a dataset, of a character or from a source.

    Attributes:
        name: the slug of the character or source; "" for all.
        entries: how many have a reply.
        marks: rule name → share of the replies it finds (and `closing-question`).
        drifts: rule name → share of the entries it finds.
        persons: who tells → share of the replies in which that is clear; so `tenses`.
        styles: what is marked → share of the replies; `quotes`: of the replies that have any.
        opening_reuse: share of the replies that begin with the same four words as another.
        repeated: share of the runs of six words that stood in the same entry before.
        phrases_per_1000: over-used phrases in a thousand words.
        mean_words: of a reply.
        length_kept: size of the last third of long conversations against their first; None without any.
    """

    name: str
    entries: int
    replies: int
    words: int
    marks: dict[str, float]
    drifts: dict[str, float]
    persons: dict[str, float]
    tenses: dict[str, float]
    styles: dict[str, float]
    quotes: dict[str, float]
    opening_reuse: float
    openings: list[Top]
    repeated: float
    phrases: list[Top]
    phrases_per_1000: float
    mean_words: float
    length_kept: float | None


def group(name: str, tally: Tally) -> Group:
    """What a tally says; an empty one is that of nothing."""
    replies, words = tally.get("replies", 0), tally.get("words", 0)
    openings, phrases = tally.get("openings", {}), tally.get("phrases", {})
    return Group(
        name=name,
        entries=tally.get("entries", 0),
        replies=replies,
        words=words,
        marks=_shares(tally.get("marks", dict.fromkeys(MARKS, 0)), replies),
        drifts=_shares(tally.get("drifts", dict.fromkeys(DRIFTS, 0)), tally.get("entries", 0)),
        persons=_of_all(tally.get("persons", {})),
        tenses=_of_all(tally.get("tenses", {})),
        styles=_of_all(tally.get("styles", {})),
        quotes=_of_all(tally.get("quotes", {})),
        opening_reuse=round(share(sum(n for n in openings.values() if n > 1), replies), 4),
        openings=[Top(text, count) for text, count in ranked(openings)[:_TOP] if count > 1],
        repeated=round(share(tally.get("again", 0), tally.get("runs", 0)), 4),
        phrases=[Top(text, count) for text, count in ranked(phrases)[:_TOP]],
        phrases_per_1000=round(share(1000 * sum(phrases.values()), words), 3),
        mean_words=round(share(words, replies), 1),
        length_kept=round(share(tally.get("last", 0), tally["first"]), 3) if tally.get("first") else None,
    )


def _shares(counts: Mapping[str, int], whole: int) -> dict[str, float]:
    return {name: round(share(count, whole), 4) for name, count in counts.items()}


def _of_all(counts: Mapping[str, int]) -> dict[str, float]:
    return _shares(dict(ranked(counts)), sum(counts.values()))
