"""The entries that differ between two views."""

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from typing import Any

from talekeep.core.entry import Entry
from talekeep.core.merge import diff as differences
from talekeep.store import parts
from talekeep.store.view import Line
from talekeep.store.view import View


def changes_between(old: View, new: View) -> list[differences.Change]:
    """The changes of entries, reading only parts that differ."""
    differing = old.differing(new)
    before = list(lines_by_id(old, differing))
    # Nearly every line is the same on both sides: it is decoded once, and being one value, not compared.
    known = {line.data: line.value for line in before if line.reason is None}
    return differences.changes(_entries(before), _entries(lines_by_id(new, differing, known)))


def _entries(lines: Iterable[Line]) -> list[Entry]:
    return [v for v in (line.value for line in lines) if isinstance(v, dict) and isinstance(v.get("id"), str)]


def lines_by_id(view: View, paths: set[str], known: Mapping[bytes, Any] | None = None) -> Iterator[Line]:
    for part in parts.in_order(paths & view.files.keys()):
        yield from view.lines(part, known or {})
