"""Looking at entries: `list` and `show`."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any

from talekeep.core.entry import Entry
from talekeep.core.entry import exchanges_of
from talekeep.core.entry import messages_of
from talekeep.core.entry import tags_of
from talekeep.core.entry import text_of
from talekeep.core.errors import BadRecord
from talekeep.core.errors import Refused
from talekeep.core.text.graphemes import cut_before
from talekeep.ops.workspace.select import Selected
from talekeep.ops.workspace.select import select
from talekeep.ops.workspace.select import view_of
from talekeep.store.dataset import Dataset

_PREVIEW = 120


@dataclass(frozen=True, slots=True)
class Row:
    """One entry in a list: `opening` is the beginning of its first message that is no system prompt."""

    id: str
    part: str
    line: int
    messages: int
    exchanges: int
    tags: list[str]
    characters: list[str]
    opening: str


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of entries; `total` counts all that match."""

    entries: list[Row]
    total: int


@dataclass(frozen=True, slots=True)
class Shown:
    entry: Entry
    sidecar: dict[str, Any]
    part: str
    line: int
    script: str


def list_entries(
    dataset: Dataset,
    *,
    where: str | None = None,
    revision: str | None = None,
    limit: int | None = None,
    offset: int = 0,
) -> Listed:
    """The entries that match, from `offset` on, at most `limit`; `total` counts them all.

    Raises:
        Usage: the query is not one. NotFound: no such revision.
    """
    matching = select(dataset, view_of(dataset, revision), where)
    skipped = sum(1 for _ in islice(matching, offset))
    rows = [row_of(item) for item in islice(matching, limit)]
    return Listed(rows, skipped + len(rows) + sum(1 for _ in matching))


def neighbours(dataset: Dataset, entry: str, *, where: str | None = None) -> tuple[str | None, str | None]:
    """The ids of the entries before and after one, in dataset order; with a query, of those that match. No
    more is read than that takes.

    Raises:
        Usage: the query is not one. NotFound: no such entry.
    """
    view = dataset.now()
    if where is not None:
        return _around((str(s.entry.get("id")) for s in select(dataset, view, where)), entry)
    names, part = view.parts(), dataset.find(view, entry).part
    at = names.index(part)
    near = (line.value for name in names[max(0, at - 1) : at + 2] for line in view.lines(name))
    return _around((str(value.get("id")) for value in near if isinstance(value, dict)), entry)


def _around(ids: Iterable[str], entry: str) -> tuple[str | None, str | None]:
    before = None
    ids = iter(ids)
    for each in ids:
        if each == entry:
            return before, next(ids, None)
        before = each
    return None, None


def row_of(selected: Selected) -> Row:
    """An entry as lists show it."""
    entry = selected.entry
    names = (m.get("name") for m in messages_of(entry) if m.get("role") != "tool")
    return Row(
        id=str(entry.get("id", "")),
        part=selected.line.part,
        line=selected.line.number,
        messages=len(messages_of(entry)),
        exchanges=exchanges_of(entry),
        tags=tags_of(entry),
        characters=sorted({name for name in names if isinstance(name, str)}),
        opening=opening_of(entry),
    )


def opening_of(entry: Entry) -> str:
    """The beginning of its first message that is no system prompt, on one line."""
    texts = (text_of(m) for m in messages_of(entry) if m.get("role") not in ("system", "developer"))
    first = " ".join(next((t for t in texts if t.strip()), "").split())
    return first if len(first) <= _PREVIEW else first[: cut_before(first, _PREVIEW - 1)] + "…"


def show(dataset: Dataset, entry: str, *, revision: str | None = None) -> Shown:
    """One entry as a script, with its sidecar. `REV:ENTRY` is an entry of the past, as in git.

    Raises:
        NotFound: no such entry or revision. Refused: its line is not an entry.
    """
    if revision is None and ":" in entry:
        revision, _, entry = entry.rpartition(":")
    # A list shows no scripts.
    from talekeep.core.script import script

    view = view_of(dataset, revision)
    place = dataset.find(view, entry)
    line = dataset.line_at(view, place)
    try:
        text = script.render(line.value)
    except BadRecord as reason:
        raise Refused(f"{place.part}, line {place.line} is not an entry: {reason}") from None
    return Shown(line.value, view.sidecars(place.part).get(place.entry, {}), place.part, place.line, text)
