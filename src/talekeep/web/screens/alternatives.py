"""The other replies that are kept beside an entry: side by side, one to be chosen."""

from talekeep.core.entry import messages_of
from talekeep.core.entry import text_of
from talekeep.ops.entries import list_show
from talekeep.web.visit import Answer
from talekeep.web.visit import GoTo
from talekeep.web.visit import Page
from talekeep.web.visit import Screen
from talekeep.web.visit import Visit


def alternatives(visit: Visit) -> Answer:
    """For each message with other replies: what stands there, and what else could."""
    known = visit.dataset.alternatives.list(visit.path["entry"])
    entry = list_show.show(visit.store, known.entry).entry
    messages = messages_of(entry)
    groups: dict[int, list[dict[str, object]]] = {}
    for one in known.alternatives:
        texts = [(str(m.get("name") or m.get("role", "?")), text_of(m)) for m in one.messages]
        groups.setdefault(one.message, []).append({"one": one, "texts": texts})
    rows = [
        (number, messages[number - 1], text_of(messages[number - 1]), group)
        for number, group in groups.items()
    ]
    values = {
        "title": "Other replies",
        "id": known.entry,
        "opening": list_show.opening_of(entry),
        "rows": rows,
    }
    return Page("alternatives.html", values)


def choose(visit: Visit) -> Answer:
    """Put another reply in place of a message; what stood there is kept beside it."""
    message, number = (
        int(v) if (v := visit.field(name)).isdecimal() else 0 for name in ("message", "number")
    )
    visit.dataset.alternatives.choose(visit.path["entry"], message, number)
    return GoTo(
        f"/e/{visit.path['entry']}#m{message}", "The other reply stands there now; the one before is kept."
    )


SCREENS = (Screen("/e/{entry}/alternatives", get=alternatives, post=choose),)
