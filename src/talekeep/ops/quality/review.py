"""`review`: what people say of entries, kept beside them and bound to the words it was said of."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from typing import TypeAlias
from typing import get_args

from talekeep.core import reviews as core
from talekeep.core.entry import Entry
from talekeep.core.errors import Usage
from talekeep.core.finding import Finding
from talekeep.core.reviews import Verdict
from talekeep.core.slug import slug
from talekeep.metrics.base import Frame
from talekeep.metrics.reviews import METRIC
from talekeep.ops import plural
from talekeep.ops.quality.metric_cache import tallied
from talekeep.ops.workspace.changeset import Draft
from talekeep.ops.workspace.query_names import require_criteria
from talekeep.ops.workspace.rule_runner import Checker
from talekeep.ops.workspace.select import Beside
from talekeep.ops.workspace.select import Selected
from talekeep.ops.workspace.select import chosen
from talekeep.ops.workspace.select import select
from talekeep.ops.workspace.select import view_of
from talekeep.ops.workspace.validation import unsuppressed
from talekeep.store.dataset import Dataset
from talekeep.store.view import View

Order: TypeAlias = Literal["dataset", "findings", "random"]
ORDERS: tuple[Order, ...] = get_args(Order)


@dataclass(frozen=True, slots=True)
class PersonsReview:
    """What one person said of an entry; `stale`: of other words than it has now. `verdict` is as the sidecar
    has it, "" for none."""

    by: str
    verdict: str
    stale: bool
    scores: dict[str, int]
    note: str


@dataclass(frozen=True, slots=True)
class EntryReviews:
    """An entry's reviews and what it counts as by them: `state` is a verdict, `none` or `stale`; `scores` are
    the lowest that count."""

    entry: str
    state: str
    disputed: bool
    scores: dict[str, int]
    reviews: list[PersonsReview]


@dataclass(frozen=True, slots=True)
class Reviews:
    """Entries with their reviews; `counts` has how many are in each state, and how many are disputed."""

    policy: str
    entries: list[EntryReviews]
    counts: dict[str, int]


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What one person said now: the entries by verdict (`taken_back` for none), those that had that review
    `same`, and those `gone` meanwhile. `commits` are the commits that keep it, none of them in a dry run;
    `recovered` counts verdicts of earlier sessions that were cut short and are committed now."""

    by: str
    verdicts: dict[str, list[str]]
    same: list[str]
    gone: list[str]
    commits: list[str]
    recovered: int = 0


@dataclass(frozen=True, slots=True)
class Given:
    """One person's review of one entry; None takes back what they said."""

    entry: str
    by: str
    review: core.Review | None


@dataclass(frozen=True, slots=True)
class Card:
    """An entry as it is read for a review: what the rules find in it, and what was said of it; `mine` is what
    its sidecar has of whoever reads it."""

    entry: Entry
    findings: list[Finding]
    standing: EntryReviews
    mine: core.Review | None


def reviews(
    dataset: Dataset,
    entries: Sequence[str] | None = None,
    *,
    where: str | None = None,
    revision: str | None = None,
) -> Reviews:
    """The reviews of these entries, of those that match, or of all.

    Raises:
        Usage: both are given; not a query. NotFound: no such entry or revision.
    """
    view = view_of(dataset, revision)
    if entries and where is not None:
        raise Usage("entries are named, and --where is given too", "name entries, or give --where")
    several: Iterable[Selected] = (
        select(dataset, view, where)
        if entries is None
        else (chosen(dataset, view, [entry], None)[0] for entry in entries)
    )
    rows = [reviews_of(dataset, selected.entry, selected.sidecar) for selected in several]
    counts = Counter(row.state for row in rows)
    counts["disputed"] = sum(row.disputed for row in rows)
    return Reviews(dataset.config.review.policy, rows, {state: counts[state] for state in core.STATES})


def reviews_of(dataset: Dataset, entry: Entry, sidecar: core.Sidecar) -> EntryReviews:
    """The reviews of an entry, and what it counts as in this dataset."""
    standing = core.standing(entry, sidecar, dataset.config.review.policy)
    known = core.reviews_of(sidecar)
    words = core.digest_of(entry) if known else ""
    rows = [_row(person, review, words) for person, several in sorted(known.items()) for review in several]
    return EntryReviews(str(entry.get("id")), standing.state, standing.disputed, dict(standing.scores), rows)


def _row(person: str, review: core.Review, words: str) -> PersonsReview:
    verdict, note = review.get("verdict"), review.get("note")
    return PersonsReview(
        person,
        verdict if isinstance(verdict, str) else "",
        review.get("of") != words,
        core.scores_of(review),
        note if isinstance(note, str) else "",
    )


def review(
    dataset: Dataset,
    verdict: Verdict | None,
    entries: Sequence[str] = (),
    *,
    where: str | None = None,
    note: str = "",
    scores: Mapping[str, int] | None = None,
    by: str | None = None,
    dry_run: bool = False,
) -> Reviewed:
    """Say the same of entries, as one commit. What the person said of them before goes; with None as the
    verdict, they say nothing any more.

    Args:
        scores: criterion of `[review.criteria]` → 1 to 5.
        by: who says it; without it the reviewer of this clone.

    Raises:
        Usage: neither or both of `entries` and `where`; not a query; no name; no such verdict or score.
        NotFound: no such entry or criterion. Refused: a sidecar has changes that are not committed.
    """
    person = reviewer(dataset, by)
    with dataset.writing("review"):
        draft = Draft(dataset)
        several = chosen(dataset, draft.now, entries, where)
        given = [
            Given(str(s.entry["id"]), person, made(dataset, s.entry, verdict, note, scores or {}))
            for s in several
        ]
        return _kept(draft, person, given, dict(zip((g.entry for g in given), several, strict=True)), dry_run)


def reviewer(dataset: Dataset, by: str | None) -> str:
    """Who reviews, as a slug.

    Raises:
        Usage: nobody is named.
    """
    person = dataset.reviewer if by is None else slug(by)
    if not person:
        what = "nobody is named as the reviewer" if by is None else f"{by!r} has no letter or digit"
        raise Usage(what, "talekeep config reviewer NAME, or --by NAME")
    return person


def made(
    dataset: Dataset, entry: Entry, verdict: Verdict | None, note: str, scores: Mapping[str, int]
) -> core.Review | None:
    """A review of the words of an entry, to be stored; None without a verdict.

    Raises:
        Usage: no such verdict, or a score that is none. NotFound: no such criterion.
    """
    if verdict is None:
        return None
    if verdict not in core.VERDICTS:
        raise Usage(f"{verdict!r} is no verdict", f"verdicts: {', '.join(core.VERDICTS)}")
    points = {slug(name): score for name, score in scores.items()}
    require_criteria(dataset, points)
    for score in points.values():
        if not core.is_score(score):
            raise Usage(f"a score is a whole number from 1 to 5, not {score}")
    text = note.strip()
    more = {key: value for key, value in (("scores", points), ("note", text)) if value}
    return {"verdict": verdict, "of": core.digest_of(entry), **more}


def scores_in(dataset: Dataset, texts: Iterable[str]) -> dict[str, int]:
    """Scores as they are typed: `voice=4`.

    Raises:
        Usage: not one, or none from 1 to 5. NotFound: no such criterion.
    """
    points: dict[str, int] = {}
    for text in texts:
        name, equals, value = text.rpartition("=")
        if not equals or not value.isascii() or not value.isdigit() or not core.is_score(int(value)):
            raise Usage(f"{text!r} is no score", "for example voice=4; scores are from 1 to 5")
        points[slug(name)] = int(value)
    require_criteria(dataset, points)
    return points


def keep(dataset: Dataset, by: str, given: Sequence[Given]) -> Reviewed:
    """Commit reviews that were given one by one, the last of each person and entry.

    Raises:
        Refused: a sidecar has changes that are not committed.
    """
    with dataset.writing("review"):
        draft = Draft(dataset)
        last = [*{(each.entry, each.by): each for each in given}.values()]
        places = _located(dataset, draft.now, (each.entry for each in last))
        return _kept(draft, by, last, places, False)


def _located(dataset: Dataset, view: View, ids: Iterable[str]) -> dict[str, Selected]:
    numbers: dict[str, set[int]] = {}
    for place in dataset.places(view, ids):
        numbers.setdefault(place.part, set()).add(place.line)
    several: dict[str, Selected] = {}
    for part, wanted in numbers.items():
        beside = Beside(view, part)
        for line in view.lines_at(part, wanted):
            several.setdefault(str(line.value["id"]), Selected(line, line.value, beside))
    return several


def _kept(
    draft: Draft, by: str, given: Sequence[Given], places: Mapping[str, Selected], dry_run: bool
) -> Reviewed:
    """Write reviews beside their entries, as one commit."""
    verdicts: dict[str, list[str]] = {}
    same: list[str] = []
    sidecars: dict[str, dict[str, object]] = {}
    for each in (each for each in given if each.entry in places):
        before = sidecars.get(each.entry, places[each.entry].sidecar)
        after = core.reviewed(before, each.by, each.review)
        if after == before:
            same.append(each.entry)
            continue
        sidecars[each.entry] = after
        verdicts.setdefault(each.review["verdict"] if each.review else "taken_back", []).append(each.entry)
        known = after if after.keys() - {"id"} else {}
        draft.annotate(places[each.entry], known)
    gone = [each.entry for each in given if each.entry not in places]
    counts = ", ".join(f"{len(ids)} {name.replace('_', ' ')}" for name, ids in verdicts.items())
    subject = f"Review {plural(len(sidecars), 'entry')}: {counts}"
    commit = draft.finish(subject, "review", dry_run=dry_run).commit
    return Reviewed(by, verdicts, same, gone, [commit] if commit else [])


# Reading one after the other


def to_review(
    dataset: Dataset,
    entries: Sequence[str] = (),
    *,
    where: str | None = None,
    by: str,
    again: bool = False,
    order: Order = "dataset",
    seed: int = 0,
) -> list[str]:
    """The ids of the entries to read, in the order to read them: those named, those that match, or all.

    Args:
        by: whose verdicts on the present words count as done.
        again: those that are done as well.
        order: as they lie, most findings first, or drawn by `seed`: the same seed gives the same order.

    Raises:
        Usage: see `reviews`. NotFound: no such entry.
    """
    view = dataset.now()
    several: Iterable[Selected] = (
        chosen(dataset, view, entries, where) if entries or where is not None else select(dataset, view)
    )
    left = (s for s in several if again or core.current(s.entry, s.sidecar, by) is None)
    if order == "findings":
        checker = Checker(dataset.config, view)
        numbered = [(-len(_findings(checker, s)), str(s.entry.get("id"))) for s in left]
        return [entry for _, entry in sorted(numbered, key=lambda row: row[0])]
    ids = [str(selected.entry.get("id")) for selected in left]
    return sorted(ids, key=lambda entry: _drawn(seed, entry)) if order == "random" else ids


def _drawn(seed: int, entry: str) -> bytes:
    return hashlib.blake2b(f"{seed} {entry}".encode(), digest_size=8).digest()


def card(dataset: Dataset, entry: str, by: str) -> Card:
    """What is shown of one entry to whoever reviews it, as it lies in the folder.

    Args:
        by: who that is.

    Raises:
        NotFound: it is not there any more. Refused: its line cannot be read.
    """
    view = dataset.now()
    selected = chosen(dataset, view, [entry], None)[0]
    findings = _findings(Checker(dataset.config, view), selected)
    mine = core.stored(selected.sidecar, by)
    return Card(selected.entry, findings, reviews_of(dataset, selected.entry, selected.sidecar), mine)


def _findings(checker: Checker, selected: Selected) -> list[Finding]:
    return unsuppressed(checker.all(selected.entry), selected.sidecar)


def unreviewed(dataset: Dataset, view: View) -> int:
    """How many entries have no verdict that counts: none at all, or one of other words. Parts that did not
    change are not read again."""
    result = tallied(dataset, view, "reviews", (METRIC,))
    frame = Frame(entries=result.entries, policy=dataset.config.review.policy)
    states = METRIC.report(result.tallies.get(METRIC.name, {}), frame)["states"]
    return int(states["none"] + states["stale"])
