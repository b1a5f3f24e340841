"""A conflict in the base of a later merge: what two bases disagreed about is what nobody had before.

Held as a conflict is elsewhere (ours in its place), the base would look like one of the sides, and the
other side would win in silence. So the place holds a stand-in that no side has: both sides changed it, and
whether they settled it the same way is all that counts.
"""

from typing import Any

from talekeep.core.entry import Entry
from talekeep.core.merge.align import hunks
from talekeep.core.merge.records import Conflict
from talekeep.core.merge.records import conflicts_of
from talekeep.core.merge.resolve import settle
from talekeep.core.merge.text_lines import regions
from talekeep.core.text.tokens import pieces

_STAND_IN = "talekeep_conflict"


def unsettled(record: Entry) -> Entry:
    """The record with a stand-in at the place of each of its conflicts."""
    while open_conflicts := conflicts_of(record):
        conflict = open_conflicts[0]
        settled = settle(record, conflict["path"], _stand_in(conflict)) if conflict["path"] else None
        if settled is None:
            # Removed here, edited there: an entry of which nothing is known but that it was.
            return {"id": record["id"]} if "id" in record else {}
        record = settled
    return record


def _stand_in(conflict: Conflict) -> Any:
    path, sides = conflict["path"], [conflict.get(side) for side in ("base", "ours", "theirs")]
    if path[0] == "messages" and len(path) < 3:
        return [{"role": "user", "content": _STAND_IN}]
    if all(isinstance(side, str) for side in sides):
        return _words(*(str(side) for side in sides))
    return _STAND_IN


def _words(base: str, ours: str, theirs: str) -> str:
    """What both did to the text, a stand-in only where they touched."""
    old, mine, yours = (pieces(side) for side in (base, ours, theirs))
    changes = hunks(old, mine), hunks(old, yours)
    if changes[0] is None or changes[1] is None:
        return _STAND_IN
    merged: list[str] = []
    at = 0
    for i1, i2, a1, a2, b1, b2 in regions(changes[0], changes[1]):
        left, right, was = mine[a1:a2], yours[b1:b2], old[i1:i2]
        agreed = left if right in (left, was) else right if left == was else [f"{_STAND_IN} "]
        merged += [*old[at:i1], *agreed]
        at = i2
    return "".join([*merged, *old[at:]])
