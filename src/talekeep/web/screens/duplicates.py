"""Entries that are alike, side by side; which of them stay is up to whoever looks."""

from typing import Any

from talekeep.core.errors import NotFound
from talekeep.core.errors import Usage
from talekeep.core.merge.diff import compare
from talekeep.ops import plural
from talekeep.ops.entries import list_show
from talekeep.ops.quality.duplicates import Cluster
from talekeep.web.pages import address
from talekeep.web.visit import Answer
from talekeep.web.visit import GoTo
from talekeep.web.visit import Page
from talekeep.web.visit import Screen
from talekeep.web.visit import Visit
from talekeep.web.words import pairs

TAG = "duplicate"
_MOST = 10


def duplicates(visit: Visit) -> Answer:
    """The group number `?at=` (from 1) of those that match `?q=`: its first entry beside each of the
    others."""
    query, at = visit.query.get("q", "").strip(), visit.query.get("at", "1")
    values: dict[str, Any] = {"title": "Duplicates", "query": query}
    try:
        known = visit.dataset.duplicates(where=query or None)
    except (Usage, NotFound) as problem:
        return Page("problem.html", {**values, "problem": problem}, 400)
    number = min(max(int(at), 1), len(known.clusters) or 1) if at.isdecimal() and len(at) < 7 else 1
    values |= {"known": known, "number": number, "cluster": None, "rows": []}
    if not known.clusters:
        return Page("duplicates.html", values)
    cluster = known.clusters[number - 1]
    return Page("duplicates.html", {**values, "cluster": cluster, "rows": _rows(visit, cluster)})


def _rows(visit: Visit, cluster: Cluster) -> list[dict[str, object]]:
    """Each entry of a group but the first, compared with it."""
    first, *others = (list_show.show(visit.store, row.id).entry for row in cluster.entries[:_MOST])
    return [{"id": str(entry["id"]), "pairs": pairs(compare(first, entry))} for entry in others]


def decide(visit: Visit) -> Answer:
    """Remove the entries that were chosen, or tag them."""
    chosen, back = visit.fields("entry"), address("/duplicates", q=visit.field("q"), at=visit.field("at"))
    if not chosen:
        raise Usage("no entry is chosen", "choose those to remove or to tag")
    if visit.field("act") == "remove":
        visit.dataset.remove(chosen)
        return GoTo(back, f"Removed {plural(len(chosen), 'entry')}; undo is in the log.")
    visit.dataset.tag([TAG], chosen)
    return GoTo(back, f"Tagged {plural(len(chosen), 'entry')} {TAG}.")


SCREENS = (Screen("/duplicates", get=duplicates, post=decide),)
