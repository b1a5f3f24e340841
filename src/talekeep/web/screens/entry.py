"""One entry as a manuscript: speakers in the left margin, what the rules and people say in the right."""

from typing import Any

from talekeep.ops.entries import list_show
from talekeep.ops.quality import review
from talekeep.web.pages import cast_of
from talekeep.web.pages import manuscript
from talekeep.web.pages import message_of
from talekeep.web.visit import Answer
from talekeep.web.visit import Page
from talekeep.web.visit import Screen
from talekeep.web.visit import Visit


def entry(visit: Visit) -> Answer:
    """The entry of the address; with `?rev=` as it was then, with `?q=` among those of that query."""
    revision, query = visit.query.get("rev") or None, visit.query.get("q", "")
    shown = list_show.show(visit.store, visit.path["entry"], revision=revision)
    name = str(shown.entry.get("id"))
    card = review.card(visit.store, name, visit.store.reviewer) if revision is None else None
    findings = card.findings if card else []
    before, after = (
        list_show.neighbours(visit.store, name, where=query or None) if revision is None else (None, None)
    )
    values = {
        "title": list_show.opening_of(shown.entry) or name,
        "entry": shown.entry,
        "source": _source(shown.sidecar),
        "others": "alternatives" in shown.sidecar,
        "id": name,
        "rows": manuscript(shown.entry, findings, cast_of(visit.store)),
        "whole": [finding for finding in findings if message_of(finding) is None],
        "standing": review.reviews_of(visit.store, shown.entry, shown.sidecar),
        "revision": revision,
        "before": before,
        "after": after,
        "query": query,
    }
    return Page("entry.html", values)


def _source(sidecar: dict[str, Any]) -> str:
    """The slug of the file that an entry came from."""
    source = sidecar.get("source")
    return str(source.get("from", "")) if isinstance(source, dict) else ""


SCREENS = (Screen("/e/{entry}", get=entry),)
