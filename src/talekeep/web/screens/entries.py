"""The list of entries: a query, what narrows it, and a page of rows."""

from talekeep.core.errors import NotFound
from talekeep.core.errors import Usage
from talekeep.core.reviews import STATES
from talekeep.ops.entries import list_show
from talekeep.ops.library import characters
from talekeep.ops.library import tag_counts
from talekeep.web.visit import Answer
from talekeep.web.visit import Page
from talekeep.web.visit import Screen
from talekeep.web.visit import Visit

PAGE = 50
_MOST_TAGS = 20


def entries(visit: Visit) -> Answer:
    """A page of the entries that match `?q=`, from `?from=` on."""
    visit.session.settle(visit.store)
    query, start = visit.query.get("q", "").strip(), _number(visit.query.get("from", ""))
    values = {"title": "Entries", "query": query, "start": start, "narrow": _narrow(visit), "page": PAGE}
    try:
        listed = list_show.list_entries(visit.store, where=query or None, limit=PAGE, offset=start)
    except (Usage, NotFound) as problem:
        # The query stays in its box, so that it can be put right.
        return Page("entries.html", {**values, "rows": [], "total": 0, "problem": problem}, 400)
    names = characters.names_now(visit.store)
    template = "rows.html" if visit.query.get("part") else "entries.html"
    rows = [(row, [names.get(name, name) for name in row.characters]) for row in listed.entries]
    return Page(template, {**values, "rows": rows, "total": listed.total, "problem": None})


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _narrow(visit: Visit) -> list[tuple[str, list[tuple[str, str, int | None]]]]:
    """Headings with (what is shown, the term it stands for, how many entries)."""
    reviews = [(state.replace("_", " "), f"review:{state}", None) for state in STATES]
    people = [
        (row.name, f"character:{row.slug}", row.entries)
        for row in visit.dataset.characters.list().characters
        if row.entries
    ]
    tags = [
        (row.tag, f"tag:{row.tag}", row.entries)
        for row in tag_counts.list_tags(visit.store, only="used").tags[:_MOST_TAGS]
    ]
    return [("Review", [*reviews]), ("Characters", [*people]), ("Tags", [*tags])]


SCREENS = (Screen("/", get=entries),)
