"""Reviews: what each person said of an entry, whether of its present words, and what the entry counts as.

Their stored shape is in docs/dataset.md. A review is never changed by another person's, and what cannot be
read counts for nothing.
"""

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from typing import Any
from typing import Literal
from typing import TypeAlias
from typing import get_args

from talekeep.core.codec import digest
from talekeep.core.entry import Entry
from talekeep.core.slug import slug

Verdict: TypeAlias = Literal["approved", "needs_edit", "rejected"]
Policy: TypeAlias = Literal["strictest", "any", "two"]
Review: TypeAlias = dict[str, Any]
Sidecar: TypeAlias = Mapping[str, Any]

KEY = "reviews"
# From the mildest to the strictest.
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
POLICIES: tuple[Policy, ...] = get_args(Policy)
# What `review:` in a query may ask for.
STATES = (*VERDICTS, "none", "stale", "disputed")
LEAST_SCORE, MOST_SCORE = 1, 5


@dataclass(frozen=True, slots=True)
class Standing:
    """What an entry counts as.

    Attributes:
        state: a verdict, `none` where there is none (yet), or `stale` where all are of other words.
        disputed: whether people's verdicts on the present words differ.
        by: who has a verdict on the present words → it.
        scores: criterion → the lowest score that one of them gives.
    """

    state: str
    disputed: bool = False
    by: Mapping[str, Verdict] = field(default_factory=dict)
    scores: Mapping[str, int] = field(default_factory=dict)

    @property
    def states(self) -> frozenset[str]:
        """All that `review:` finds it by."""
        return frozenset({self.state, "disputed"} if self.disputed else {self.state})


def digest_of(entry: Entry) -> str:
    """Names the words of an entry: see `of` in docs/dataset.md.

    Raises:
        BadRecord: its messages are no JSON.
    """
    return digest({"messages": entry.get("messages")})


def reviews_of(sidecar: Sidecar) -> dict[str, list[Review]]:
    """Each person's reviews that are objects, by the slug of the name; most people have one."""
    table = sidecar.get(KEY)
    result: dict[str, list[Review]] = {}
    for name, one in table.items() if isinstance(table, dict) else ():
        if person := slug(name):
            result.setdefault(person, []).extend(_each(one))
    return {person: review for person, review in result.items() if review}


def _each(one: Any) -> Iterator[Review]:
    """A review and those beside it in `also`, each without that key."""
    if isinstance(one, dict):
        yield {key: value for key, value in one.items() if key != "also"}
        also = one.get("also")
        yield from (other for other in (also if isinstance(also, list) else ()) if isinstance(other, dict))


def is_review(value: Any) -> bool:
    """Whether a value looks like a person's review, sound or not."""
    return isinstance(value, dict) and ("verdict" in value or "of" in value)


def is_sound(review: Review) -> bool:
    """Whether a review says something that counts."""
    return review.get("verdict") in VERDICTS and isinstance(review.get("of"), str)


def scores_of(review: Review) -> dict[str, int]:
    """The scores that can be read, by the slug of the criterion."""
    scores = review.get("scores")
    pairs = scores.items() if isinstance(scores, dict) else ()
    return {slug(name): value for name, value in pairs if is_score(value)}


def is_score(value: Any) -> bool:
    """Whether a value is a whole number from 1 to 5."""
    return type(value) is int and LEAST_SCORE <= value <= MOST_SCORE


def has_reviews(sidecar: Sidecar) -> bool:
    """Whether anything stands among the reviews: no training file can hold it."""
    return bool(sidecar.get(KEY))


def current(entry: Entry, sidecar: Sidecar, person: str) -> Review | None:
    """What a person said of the present words; None for nothing."""
    known = reviews_of(sidecar).get(person, [])
    words = digest_of(entry) if known else ""
    return _strictest(review for review in known if is_sound(review) and review["of"] == words)


def _strictest(several: Iterable[Review]) -> Review | None:
    return max(several, key=lambda review: VERDICTS.index(review["verdict"]), default=None)


def standing(entry: Entry, sidecar: Sidecar, policy: Policy = "strictest") -> Standing:
    """What an entry counts as by what people said of it.

    Raises:
        BadRecord: its messages are no JSON.
    """
    known = reviews_of(sidecar)
    sound = {person: [r for r in several if is_sound(r)] for person, several in known.items()}
    if not any(sound.values()):
        return Standing("none")
    words = digest_of(entry)
    present = {person: [r for r in several if r["of"] == words] for person, several in sound.items()}
    by = {person: last["verdict"] for person, several in present.items() if (last := _strictest(several))}
    scores: dict[str, int] = {}
    for review in (review for several in present.values() for review in several):
        for name, score in scores_of(review).items():
            scores[name] = min(score, scores.get(name, score))
    return Standing(_counted([*by.values()], policy) if by else "stale", len({*by.values()}) > 1, by, scores)


def _counted(verdicts: list[Verdict], policy: Policy) -> str:
    """The state that verdicts on the present words, one at least, make."""
    strictest = max(verdicts, key=VERDICTS.index)
    if policy == "any" and "approved" in verdicts:
        return "approved"
    if policy == "two" and strictest == "approved" and len(verdicts) < 2:
        return "none"
    return strictest


def stored(sidecar: Sidecar, person: str) -> Review | None:
    """What a sidecar has of a person, as it is; None for nothing."""
    table = sidecar.get(KEY)
    pairs = table.items() if isinstance(table, dict) else ()
    several = [one for name, one in pairs if slug(name) == person and isinstance(one, dict)]
    return together(several) if several else None


def reviewed(sidecar: Sidecar, person: str, review: Review | None) -> dict[str, Any]:
    """The sidecar with a person's review in place of all they said before; None takes it back."""
    table = sidecar.get(KEY)
    known = table if isinstance(table, dict) else {}
    kept = {name: one for name, one in known.items() if slug(name) != person}
    if review is not None:
        kept[person] = review
    return {**{key: value for key, value in sidecar.items() if key != KEY}, **({KEY: kept} if kept else {})}


def united(one: Any, other: Any) -> dict[str, Any]:
    """Two tables of reviews as one: nobody's is lost, and nobody's is mixed with another."""
    tables = [table for table in (one, other) if isinstance(table, dict)]
    result: dict[str, Any] = {}
    for name, value in (pair for table in tables for pair in table.items()):
        known = result.setdefault(name, value)
        if isinstance(known, dict) and isinstance(value, dict):
            result[name] = together([known, value])
    return result


def together(several: Sequence[Review], replaced: Iterable[Review] = ()) -> Review:
    """What one person said in several places: the strictest first, the others under `also`.

    Args:
        replaced: reviews that count no more where one of the several is without them.
    """
    sets = [{digest(review): review for review in _each(one)} for one in several]
    old = {digest(review) for one in replaced for review in _each(one)}
    every = {name: review for reviews in sets for name, review in reviews.items()}
    left = {name for name in every if name not in old or all(name in reviews for reviews in sets)}
    ordered = [every[name] for name in sorted(left or every, key=lambda name: (_mildness(every[name]), name))]
    return {**ordered[0], "also": ordered[1:]} if ordered[1:] else ordered[0]


def _mildness(review: Review) -> int:
    verdict = review.get("verdict")
    return -VERDICTS.index(verdict) if verdict in VERDICTS else 1


def carried(sidecar: Sidecar, before: Entry, after: Entry) -> dict[str, Any]:
    """The sidecar of an entry that changed without a word changing: what was said of the one is said of the
    other."""
    table = sidecar.get(KEY)
    if not isinstance(table, dict):
        return dict(sidecar)
    names = {digest_of(before): digest_of(after)}
    return {**sidecar, KEY: {name: _renamed(one, names) for name, one in table.items()}}


def _renamed(one: Any, names: Mapping[str, str]) -> Any:
    if not isinstance(one, dict):
        return one
    of, also = one.get("of"), one.get("also")
    renamed = {**one, "of": names.get(of, of)} if isinstance(of, str) else one
    return (
        {**renamed, "also": [_renamed(each, names) for each in also]} if isinstance(also, list) else renamed
    )
