"""Entries that both branches added: the merge removes an exact copy in another part."""

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from functools import partial
from typing import Any
from typing import TypeAlias

from talekeep.core.entry import Entry
from talekeep.core.finding import Finding
from talekeep.core.merge.align import same
from talekeep.store import parts
from talekeep.store.dataset import Dataset
from talekeep.store.dataset import Place
from talekeep.store.view import View

_TWICE = "S005"


@dataclass(frozen=True, slots=True)
class Copy:
    """An entry that stood twice, the same: taken out of `part`, kept in `kept`."""

    entry: str
    part: str
    kept: str


def exact_copies(dataset: Dataset, view: View, findings: Iterable[Finding]) -> list[Copy]:
    """The copies to take out of a view so that none of these findings is left; [] where that is not enough.

    Only a copy that says nothing new is one: equal as an entry, and its sidecar line equal or absent.
    """
    result = list(findings)
    if any(f.code != _TWICE or f.entry is None for f in result):
        return []
    ids = dict.fromkeys(str(f.entry) for f in result)
    places: dict[str, list[Place]] = {}
    for place in dataset.places(view, ids):
        places.setdefault(place.entry, []).append(place)
    records = cache(partial(_records, view))
    copies = [_copy(records, first, later) for first, *rest in places.values() for later in rest]
    return [c for c in copies if c is not None] if None not in copies else []


_Records: TypeAlias = tuple[dict[int, Any], dict[str, Entry]]


def _records(view: View, part: str) -> _Records:
    return {line.number: line.value for line in view.lines(part)}, view.sidecars(part)


def _copy(records: Callable[[str], _Records], first: Place, later: Place) -> Copy | None:
    (entries, sidecars), (others, metadata) = records(first.part), records(later.part)
    if first.part == later.part or not same(entries[first.line], others[later.line]):
        return None
    extra = metadata.get(later.entry)
    if extra is not None and not same(extra, sidecars.get(first.entry)):
        return None
    return Copy(later.entry, later.part, first.part)


def without(view: View, copies: Iterable[Copy]) -> Mapping[str, bytes]:
    """The files of a view that hold these copies, without them."""
    gone: dict[str, set[str]] = {}
    for copy in copies:
        for path in (copy.part, parts.sidecar_of(copy.part)):
            gone.setdefault(path, set()).add(copy.entry)
    return {path: _less(view.read(path), ids) for path, ids in gone.items() if path in view.files}


def _less(data: bytes, ids: set[str]) -> bytes:
    return b"".join(line + b"\n" for line in data.split(b"\n") if line and parts.id_of(line) not in ids)
