"""Reviewing by keys: one entry, one verdict, the next."""

from talekeep.core import codec
from talekeep.core.errors import NotFound
from talekeep.core.errors import Usage
from talekeep.core.reviews import VERDICTS
from talekeep.ops.quality import review as ops
from talekeep.web.pages import address
from talekeep.web.pages import cast_of
from talekeep.web.pages import manuscript
from talekeep.web.pages import message_of
from talekeep.web.visit import Answer
from talekeep.web.visit import GoTo
from talekeep.web.visit import Page
from talekeep.web.visit import Screen
from talekeep.web.visit import Visit


def review(visit: Visit) -> Answer:
    """The first entry to read of those that match `?q=`; with `?at=`, that one."""
    by, query, at = _reviewer(visit), visit.query.get("q", "").strip(), visit.query.get("at", "")
    ids = visit.session.left(query, by, lambda: ops.to_review(visit.store, where=query or None, by=by))
    if at and at not in ids:
        ids = [at, *ids]
    elif at:
        ids = ids[ids.index(at) :]
    if not ids:
        return Page("reviewed.html", {"title": "Review", "query": query})
    try:
        card = ops.card(visit.store, ids[0], by)
    except NotFound:
        if ids[0] == at:
            raise
        # It was removed since the review began.
        visit.session.begin_again()
        return GoTo(address("/review", q=query, last=visit.query.get("last", "")))
    values = {
        "title": "Review",
        "query": query,
        "entry": card.entry,
        "id": ids[0],
        "base": codec.dump(card.entry).decode(),
        "left": len(ids),
        "skip": ids[1] if len(ids) > 1 else "",
        "rows": manuscript(card.entry, card.findings, cast_of(visit.store)),
        "whole": [finding for finding in card.findings if message_of(finding) is None],
        "standing": card.standing,
        "criteria": visit.store.config.review.criteria,
        "by": by,
        "last": visit.query.get("last", ""),
    }
    return Page("review.html", values)


def give(visit: Visit) -> Answer:
    """Note a verdict on the words that were read, or take the last one back; then the next entry."""
    by, query, last = _reviewer(visit), visit.field("q"), visit.field("last")
    if visit.field("verdict") == "undo":
        visit.session.take_back(visit.store, by, last)
        return GoTo(address("/review", q=query, at=last))
    entry = visit.entry_in("entry", "a review")
    verdict = next((each for each in VERDICTS if each == visit.field("verdict")), None)
    if verdict is None:
        raise Usage(f"{visit.field('verdict')!r} is no verdict", f"verdicts: {', '.join(VERDICTS)}")
    names = visit.store.config.review.criteria
    scores = ops.scores_in(visit.store, [f"{n}={s}" for n in names if (s := visit.field(f"score-{n}"))])
    made = ops.made(visit.store, entry, verdict, visit.field("note"), scores)
    if made is not None:
        visit.session.give(visit.store, by, entry["id"], made)
    return GoTo(address("/review", q=query, last=entry["id"]))


def _reviewer(visit: Visit) -> str:
    return ops.reviewer(visit.store, None)


SCREENS = (Screen("/review", get=review, post=give),)
