"""What was done, newest first, each with a button that reverses it."""

from talekeep.ops.merge import undo as operation
from talekeep.web.visit import Answer
from talekeep.web.visit import GoTo
from talekeep.web.visit import Page
from talekeep.web.visit import Screen
from talekeep.web.visit import Visit

_MOST = 100


def log(visit: Visit) -> Answer:
    """The newest operations."""
    visit.session.settle(visit.store)
    operations = operation.operations(visit.store, _MOST)
    times = {row.id: row for row in visit.dataset.log(limit=_MOST)}
    rows = [(each, times.get(each.id)) for each in operations]
    return Page("log.html", {"title": "Log", "rows": rows})


def undo(visit: Visit) -> Answer:
    """Reverse one operation."""
    visit.dataset.undo(visit.path["commit"])
    return GoTo("/log")


SCREENS = (Screen("/log", get=log), Screen("/undo/{commit}", post=undo))
