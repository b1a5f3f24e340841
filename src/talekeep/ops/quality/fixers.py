"""Mends that need more than one entry: a new id, or the rest of the dataset."""

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from typing import TypeAlias

import talekeep.rules as rules
from talekeep.core.entry import Entry
from talekeep.core.merge.align import same
from talekeep.ops.workspace.changeset import Draft
from talekeep.ops.workspace.select import Selected
from talekeep.ops.workspace.select import at
from talekeep.ops.workspace.select import select
from talekeep.store import parts
from talekeep.store.dataset import Dataset
from talekeep.store.dataset import Place
from talekeep.store.git import index
from talekeep.store.view import View

Mend: TypeAlias = Callable[[Draft], None]


def _entries(draft: Draft, code: str) -> Iterator[Selected]:
    """The entries in which a rule that looks at one alone finds something."""
    check = rules.BY_CODE[code].check
    for found in select(draft.dataset, draft.now):
        if any(check(found.entry, rules.Context())):
            yield found


def _give_ids(draft: Draft) -> None:
    for found in _entries(draft, "S003"):
        draft.change(found, {**found.entry, "id": draft.mint()})


def _replace_foreign_ids(draft: Draft) -> None:
    """The old id goes where foreign ids live: into the sidecar, as the source's own."""
    for found in _entries(draft, "S004"):
        old = found.entry["id"]
        known = draft.now.sidecars(found.line.part).get(old, {}) if isinstance(old, str) else {}
        if isinstance(old, str):
            draft.forget(found.line.part, old)
        source = known.get("source")
        origin = {"id": old, **(source if isinstance(source, dict) else {})}
        draft.change(found, {**found.entry, "id": draft.mint()}, {**known, "source": origin})


def _settle_copies(draft: Draft) -> None:
    """The first of several stays, one that git tracks before any that it does not. A copy that says nothing
    new goes, any other gets an id of its own."""
    dataset, now = draft.dataset, draft.now
    tracked = index.read(dataset.repo).files
    for places in _twice(dataset, now):
        first, *later = sorted(places, key=lambda place: place.part not in tracked)
        kept = at(dataset, now, first)
        for place in later:
            found = at(dataset, now, place)
            if not _says_more(found, kept):
                _take_out(draft, found, kept)
            else:
                _readdress(draft, found, kept)


def _twice(dataset: Dataset, now: View) -> Iterator[list[Place]]:
    places: dict[str, list[Place]] = {}
    for place in dataset.everywhere(now):
        places.setdefault(place.entry.lower(), []).append(place)
    return (several for several in places.values() if len(several) > 1)


def _says_more(found: Selected, kept: Selected) -> bool:
    if not same(_without_id(found.entry), _without_id(kept.entry)):
        return True
    return bool(found.sidecar) and not same(_without_id(found.sidecar), _without_id(kept.sidecar))


def _without_id(record: dict[str, Any]) -> Entry:
    return {key: value for key, value in record.items() if key != "id"}


def _take_out(draft: Draft, found: Selected, kept: Selected) -> None:
    if _share_a_sidecar(found, kept):
        draft.drop_line(found.line)
    else:
        draft.remove(found)


def _readdress(draft: Draft, found: Selected, kept: Selected) -> None:
    if not _share_a_sidecar(found, kept):
        draft.forget(found.line.part, found.entry["id"])
    draft.change(found, {**found.entry, "id": draft.mint()}, found.sidecar)


def _share_a_sidecar(found: Selected, kept: Selected) -> bool:
    return found.line.part == kept.line.part and found.entry["id"] == kept.entry["id"]


def _forget_the_gone(draft: Draft) -> None:
    for part in draft.now.parts():
        path = parts.sidecar_of(part)
        if path in draft.now.files:
            ids = [line.value.get("id") for line in draft.now.lines(part) if isinstance(line.value, dict)]
            for entry in draft.now.sidecars(part).keys() - set(ids):
                draft.forget(part, entry)


MENDS: Mapping[str, Mend] = MappingProxyType(
    {
        "S003": _give_ids,
        "S004": _replace_foreign_ids,
        "S005": _settle_copies,
        "S009": _forget_the_gone,
    }
)
