"""The list of entries: a query, what narrows it, and a page of rows."""

from itertools import islice

from talekeep.core.errors import NotFound
from talekeep.core.errors import Usage
from talekeep.core.reviews import STATES
from talekeep.ops.entries.list_show import Row
from talekeep.ops.entries.list_show import row_of
from talekeep.ops.library import characters
from talekeep.ops.quality.facets import facets
from talekeep.ops.workspace.select import select
from talekeep.web.visit import Answer
from talekeep.web.visit import Page
from talekeep.web.visit import Screen
from talekeep.web.visit import Visit

PAGE = 50
_MOST = 20


def entries(visit: Visit) -> Answer:
    """A page of the entries that match `?q=`, from `?from=` on; with `?part=` its rows alone."""
    visit.session.settle(visit.store)
    query, start = visit.query.get("q", "").strip(), _number(visit.query.get("from", ""))
    values = {"title": "Entries", "query": query, "start": start, "page": PAGE, "problem": None}
    try:
        rows, more = _page(visit, query, start)
    except (Usage, NotFound) as problem:
        # The query stays in its box, so that it can be put right.
        values |= {"problem": problem, "count": "", "narrow": _narrow(visit)[0]}
        return Page("entries.html", {**values, "rows": [], "more": False}, 400)
    names = characters.names_now(visit.store)
    values |= {
        "rows": [(row, [names.get(name, name) for name in row.characters]) for row in rows],
        "more": more,
    }
    if visit.query.get("part"):
        return Page("rows.html", values)
    narrow, total = _narrow(visit)
    count = total if not query else start + len(rows)
    return Page(
        "entries.html",
        {**values, "narrow": narrow, "count": f"{count:,}{' and more' * bool(query and more)}"},
    )


def _page(visit: Visit, query: str, start: int) -> tuple[list[Row], bool]:
    """The rows of a page, and whether there are more; no more entries are read than that takes."""
    matching = select(visit.store, visit.store.now(), query or None)
    rows = [row_of(selected) for selected in islice(matching, start, start + PAGE + 1)]
    return rows[:PAGE], len(rows) > PAGE


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _narrow(visit: Visit) -> tuple[list[tuple[str, list[tuple[str, str, int]]]], int]:
    """Headings with (what is shown, the term it stands for, how many entries); and how many there are."""
    known, names = facets(visit.store), characters.names_now(visit.store)
    states = [(state.replace("_", " "), f"review:{state}", known.reviews[state]) for state in STATES]
    people = [(names.get(slug, slug), f"character:{slug}", n) for slug, n in known.characters.items()]
    tags = [(tag, f"tag:{tag}", count) for tag, count in known.tags.items()]
    headings = [("Review", states), ("Characters", people[:_MOST]), ("Tags", tags[:_MOST])]
    return headings, known.entries


SCREENS = (Screen("/", get=entries),)
