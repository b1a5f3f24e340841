"""Two revisions side by side."""

from itertools import islice

from talekeep.core.entry import Entry
from talekeep.core.errors import NotFound
from talekeep.core.errors import Refused
from talekeep.core.errors import Usage
from talekeep.core.merge.diff import Change
from talekeep.ops.entries import list_show
from talekeep.web.visit import Answer
from talekeep.web.visit import GoTo
from talekeep.web.visit import Page
from talekeep.web.visit import Screen
from talekeep.web.visit import Visit
from talekeep.web.words import pairs

_MOST = 50
_COMMITS = 100


def compare(visit: Visit) -> Answer:
    """What changed from `?a=` (the last commit without it) to `?b=` (the folder as it lies): every entry, or
    with `?entry=` one of them."""
    before, after = visit.query.get("a", "").strip(), visit.query.get("b", "").strip()
    entry, start = visit.query.get("entry", "").strip(), visit.query.get("from", "")
    at = int(start) if start.isdecimal() and len(start) < 10 else 0
    values = {
        "title": "Compare",
        "a": before,
        "b": after,
        "one": entry,
        "uncommitted": not (before or after or entry),
        "commits": visit.dataset.log(limit=_COMMITS) if visit.store.history.head() else [],
        "page": _MOST,
        "start": at,
    }
    try:
        compared = visit.dataset.diff(before or None, after or None, entry=entry or None)
    except (NotFound, Usage, Refused) as problem:
        empty = {"rows": [], "total": 0, "files": [], "problem": problem}
        return Page("compare.html", {**values, **empty}, 404 if isinstance(problem, NotFound) else 400)
    rows = [_row(change) for change in islice(compared.changes, at, at + _MOST)]
    more = {"rows": rows, "total": len(compared.changes), "files": compared.files, "problem": None}
    return Page("compare.html", {**values, **more})


def _row(change: Change) -> dict[str, object]:
    known: Entry = change.after or change.before or {}
    return {"change": change, "opening": list_show.opening_of(known) or change.id, "pairs": pairs(change)}


def settle(visit: Visit) -> Answer:
    """Commit what was changed in the folder, or throw it away; a draft of it is kept."""
    if visit.field("act") == "discard":
        visit.dataset.discard(everything=True)
        return GoTo("/diff", "The folder is as the last commit has it; a draft of the changes is kept.")
    result = visit.dataset.commit(visit.field("subject").strip() or None)
    return GoTo("/log", "Committed." if result.commit else "There was nothing to commit.")


SCREENS = (Screen("/diff", get=compare, post=settle),)
