"""Measurements; every bar that stands for entries leads to them."""

from talekeep.core.errors import NotFound
from talekeep.core.errors import Usage
from talekeep.web.visit import Answer
from talekeep.web.visit import Page
from talekeep.web.visit import Screen
from talekeep.web.visit import Visit


def insights(visit: Visit) -> Answer:
    """Of all entries, or of those that match `?q=`."""
    visit.session.settle(visit.store)
    query = visit.query.get("q", "").strip()
    values = {"title": "Insights", "query": query}
    try:
        measured = visit.dataset.insights(where=query or None)
    except (Usage, NotFound) as problem:
        return Page("problem.html", {**values, "problem": problem}, 400)
    return Page("insights.html", {**values, "insights": measured})


SCREENS = (Screen("/insights", get=insights),)
