"""The list of entries: a query, what narrows it, and a page of rows."""

from dataclasses import dataclass
from itertools import islice

from talekeep.core.entry import messages_of
from talekeep.core.entry import text_of
from talekeep.core.errors import NotFound
from talekeep.core.errors import Usage
from talekeep.core.reviews import STATES
from talekeep.core.text import tokens
from talekeep.ops.entries.list_show import Row
from talekeep.ops.entries.list_show import row_of
from talekeep.ops.quality import review
from talekeep.ops.quality.facets import facets
from talekeep.ops.workspace.select import Selected
from talekeep.ops.workspace.select import select
from talekeep.web.pages import Cast
from talekeep.web.pages import cast_of
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
    values |= {"rows": rows, "more": more}
    if visit.query.get("part"):
        return Page("rows.html", values)
    narrow, total = _narrow(visit)
    count = total if not query else start + len(rows)
    return Page(
        "entries.html",
        {**values, "narrow": narrow, "count": f"{count:,}{' and more' * bool(query and more)}"},
    )


@dataclass(frozen=True, slots=True)
class Line:
    """An entry in the list: who speaks (name and number of the colour), what its reviews come to, its
    words."""

    row: Row
    speakers: list[tuple[str, int]]
    state: str
    words: int


def _page(visit: Visit, query: str, start: int) -> tuple[list[Line], bool]:
    """The rows of a page, and whether there are more; no more entries are read than that takes."""
    matching, cast = select(visit.store, visit.store.now(), query or None), cast_of(visit.store)
    rows = [_line(visit, selected, cast) for selected in islice(matching, start, start + PAGE + 1)]
    return rows[:PAGE], len(rows) > PAGE


def _line(visit: Visit, selected: Selected, cast: Cast) -> Line:
    row = row_of(selected)
    speakers = [(cast.name(slug), cast.hue(slug)) for slug in row.characters]
    state = review.reviews_of(visit.store, selected.entry, selected.sidecar).state
    words = sum(tokens.words_in(text_of(message)) for message in messages_of(selected.entry))
    return Line(row, speakers, state, words)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _narrow(visit: Visit) -> tuple[list[tuple[str, list[tuple[str, str, int, int]]]], int]:
    """Headings with (what is shown, the term it stands for, how many entries, the number of its colour or
    -1); and how many entries there are."""
    known, cast = facets(visit.store), cast_of(visit.store)
    states = [(state.replace("_", " "), f"review:{state}", known.reviews[state], -1) for state in STATES]
    people = [
        (cast.name(slug), f"character:{slug}", count, cast.hue(slug))
        for slug, count in known.characters.items()
    ]
    tags = [(tag, f"tag:{tag}", count, -1) for tag, count in known.tags.items()]
    headings = [("Review", states), ("Characters", people[:_MOST]), ("Tags", tags[:_MOST])]
    return headings, known.entries


SCREENS = (Screen("/", get=entries),)
