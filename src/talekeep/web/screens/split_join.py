"""Cutting an entry in two, and making one of several."""

from talekeep.core.entry import messages_in
from talekeep.core.entry_edit import split_join
from talekeep.ops.entries import list_show
from talekeep.web.pages import cast_of
from talekeep.web.pages import manuscript
from talekeep.web.visit import Answer
from talekeep.web.visit import GoTo
from talekeep.web.visit import Page
from talekeep.web.visit import Screen
from talekeep.web.visit import Visit


def form(visit: Visit) -> Answer:
    """The entry with a place to cut behind each exchange, and the entries behind it to join with."""
    entry = list_show.show(visit.store, visit.path["entry"]).entry
    name = str(entry["id"])
    after = list_show.neighbours(visit.store, name)[1]
    following = list_show.show(visit.store, after).entry if after else None
    values = {
        "title": list_show.opening_of(entry) or name,
        "id": name,
        "rows": manuscript(entry, [], cast_of(visit.store)),
        "ends": _ends(messages_in(entry)),
        "after": after,
        "opening": list_show.opening_of(following) if following else "",
    }
    return Page("split.html", values)


def _ends(messages: list[object]) -> dict[int, int]:
    """The index of the last message of each exchange that something follows, and the number of the
    exchange."""
    return {start - 1: number for number, start in enumerate(split_join.turns_of(messages), 1)}


def split(visit: Visit) -> Answer:
    """Cut the entry behind one exchange."""
    at = visit.field("after")
    result = visit.dataset.split([visit.path["entry"]], after=[int(at) if at.isdecimal() else 0])
    return GoTo(f"/e/{visit.path['entry']}", f"Split into {1 + len(result.made)}; undo is in the log.")


def join(visit: Visit) -> Answer:
    """Make one entry of this one and others, in the order given."""
    others = [name for each in visit.fields("with") for name in each.replace(",", " ").split()]
    keep = bool(visit.field("keep"))
    entry = visit.path["entry"]
    result = visit.dataset.join([entry, *others], keep_prompts=keep, take_first=True)
    return GoTo(f"/e/{entry}", "; ".join(["Joined", *result.notes]))


SCREENS = (
    Screen("/e/{entry}/split", get=form, post=split),
    Screen("/e/{entry}/join", post=join),
)
