"""Open conflicts, one at a time: what stood there before both, here, and there; and what will stand."""

import json
from typing import Any

from talekeep.core import codec
from talekeep.core.entry import messages_of
from talekeep.core.errors import BadRecord
from talekeep.core.errors import NotFound
from talekeep.core.errors import Usage
from talekeep.core.script.many import parse_all
from talekeep.ops.entries import list_show
from talekeep.ops.merge import conflicts as ops
from talekeep.ops.merge import resolve as resolving
from talekeep.ops.merge.open_conflict import Open
from talekeep.web import entry_form
from talekeep.web.pages import address
from talekeep.web.visit import Answer
from talekeep.web.visit import GoTo
from talekeep.web.visit import Page
from talekeep.web.visit import Screen
from talekeep.web.visit import Visit
from talekeep.web.words import place_of
from talekeep.web.words import readable
from talekeep.web.words import sides


def conflicts(visit: Visit) -> Answer:
    """The open conflict number `?at=` (from 1), or that there is none."""
    rows = ops.conflicts(visit.store)
    values = {"title": "Conflicts", "merging": visit.store.under_way, "rows": rows, "problem": None}
    if not rows:
        return Page("settled.html", values)
    at = visit.query.get("at", "1")
    number = min(max(int(at), 1), len(rows)) if at.isdecimal() and len(at) < 7 else 1
    return Page("conflict.html", {**values, **_one(visit, rows, number)})


def _one(visit: Visit, rows: list[Open], number: int) -> dict[str, Any]:
    row = rows[number - 1]
    names, opening = _known(visit, row)
    place = place_of(row.path, names)
    return {
        "number": number,
        "total": len(rows),
        "row": row,
        "place": place,
        "way": ops.way_out(visit.store, row),
        "opening": opening,
        "path": json.dumps(row.path),
        "sides": sides(place, row.base, row.ours, row.theirs),
        "result": readable(row.ours if row.ours is not None else row.theirs or ""),
        "kind": _kind(row),
        "both": _kind(row) in ("text", "messages") and None not in (row.ours, row.theirs),
    }


def _known(visit: Visit, row: Open) -> tuple[list[str], str]:
    """Who speaks in the entry of a conflict, and how it opens."""
    if row.entry is None or not ops.is_part(row.file):
        return [], row.file
    try:
        entry = list_show.show(visit.store, row.entry).entry
    except NotFound:
        return [], row.entry
    names = [str(m.get("name") or m.get("role", "")) for m in messages_of(entry)]
    return names, list_show.opening_of(entry)


def _kind(row: Open) -> str:
    """What a conflict is about: `text`, `messages`, an `entry`, a `list` of words, or another `value`."""
    given = [value for value in (row.ours, row.theirs, row.base) if value is not None]
    if all(isinstance(value, str) for value in given):
        return "text"
    if len(row.path) == 2 and row.path[0] == "messages":
        return "messages"
    if row.path == () and any("messages" in value for value in given if isinstance(value, dict)):
        return "entry"
    if all(isinstance(v, list) and all(isinstance(one, str) for one in v) for v in given):
        return "list"
    return "value"


def settle(visit: Visit) -> Answer:
    """Settle one conflict by a side, or by what is typed; then the next."""
    entry, at = visit.field("entry"), visit.field("at")
    path = _path(visit.field("path"))
    side = visit.field("side")
    if side == "typed":
        choice = resolving.choose_value(_typed(visit.field("kind"), visit.field("result")))
    elif side in ops.SIDES:
        choice = resolving.choose_side(side)
    else:
        raise Usage(f"{side!r} is no side", f"sides: {', '.join(ops.SIDES)}")
    result = resolving.resolve(visit.store, choice, entry=entry, path=path)
    return GoTo(address("/conflicts", at=at), "" if result.conflicts else "All are settled.")


def _path(text: str) -> tuple[str | int, ...]:
    try:
        steps = codec.decode(text.encode())
    except BadRecord:
        steps = None
    if not isinstance(steps, list) or not all(isinstance(step, str | int) for step in steps):
        raise Usage("this is not the form of a conflict", "open the conflicts again")
    return tuple(steps)


def _typed(kind: str, text: str) -> Any:
    """The value that was typed in place of a conflict of a kind."""
    text = entry_form.lines(text)
    if kind == "text":
        return text
    if kind == "list":
        return [each.strip() for each in text.split(",") if each.strip()]
    try:
        if kind == "value":
            return codec.decode(text.encode())
        entries = parse_all(text)
    except BadRecord as reason:
        raise Usage(f"this is not what stood there: {reason}", "take a side, or mend the text") from None
    if len(entries) != 1:
        raise Usage("one entry has one script")
    return entries[0].get("messages", []) if kind == "messages" else entries[0]


def finish(visit: Visit) -> Answer:
    """Commit the merge that is settled, or give it up."""
    if visit.field("act") == "abort":
        visit.dataset.abort_merge()
        return GoTo("/conflicts", "Given up: everything is as the last commit has it.")
    visit.dataset.commit(None if visit.store.merging else "Settle conflicts")
    return GoTo("/log", "The merge is committed.")


SCREENS = (
    Screen("/conflicts", get=conflicts, post=settle),
    Screen("/conflicts/finish", post=finish),
)
