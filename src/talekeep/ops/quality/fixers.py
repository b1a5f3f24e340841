"""Repairs that need more than one entry: a new id, or the rest of the dataset."""

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
from talekeep.store.view import View

Mend: TypeAlias = Callable[[Draft], None]


def _entries(draft: Draft, code: str) -> Iterator[Selected]:
    """The entries in which a rule that looks at one alone finds something."""
    check = rules.BY_CODE[code].check
    for selected in select(draft.dataset, draft.now):
        if any(check(selected.entry, rules.Context())):
            yield selected


def _give_ids(draft: Draft) -> None:
    for item in _entries(draft, "S003"):
        draft.change(item, {**item.entry, "id": draft.mint()})


def _replace_foreign_ids(draft: Draft) -> None:
    """The old id goes where foreign ids live: into the sidecar, as the source's own."""
    for item in _entries(draft, "S004"):
        old = item.entry["id"]
        known = draft.now.sidecars(item.line.part).get(old, {}) if isinstance(old, str) else {}
        if isinstance(old, str):
            draft.forget(item.line.part, old)
        source = known.get("source")
        origin = {"id": old, **(source if isinstance(source, dict) else {})}
        draft.change(item, {**item.entry, "id": draft.mint()}, {**known, "source": origin})


def _settle_copies(draft: Draft) -> None:
    """The first of several stays, one that git tracks before any that it does not. A copy that says nothing
    new goes, any other gets an id of its own."""
    dataset, now = draft.dataset, draft.now
    tracked = dataset.staging.read().files
    for places in _twice(dataset, now):
        first, *later = sorted(places, key=lambda place: place.part not in tracked)
        kept = at(dataset, now, first)
        for place in later:
            result = at(dataset, now, place)
            if not _says_more(result, kept):
                _take_out(draft, result, kept)
            else:
                _readdress(draft, result, kept)


def _twice(dataset: Dataset, now: View) -> Iterator[list[Place]]:
    places: dict[str, list[Place]] = {}
    for place in dataset.everywhere(now):
        places.setdefault(place.entry.lower(), []).append(place)
    return (several for several in places.values() if len(several) > 1)


def _says_more(selected: Selected, kept: Selected) -> bool:
    if not same(_without_id(selected.entry), _without_id(kept.entry)):
        return True
    return bool(selected.sidecar) and not same(_without_id(selected.sidecar), _without_id(kept.sidecar))


def _without_id(record: dict[str, Any]) -> Entry:
    return {key: value for key, value in record.items() if key != "id"}


def _take_out(draft: Draft, selected: Selected, kept: Selected) -> None:
    if _share_a_sidecar(selected, kept):
        draft.drop_line(selected.line)
    else:
        draft.remove(selected)


def _readdress(draft: Draft, selected: Selected, kept: Selected) -> None:
    if not _share_a_sidecar(selected, kept):
        draft.forget(selected.line.part, selected.entry["id"])
    draft.change(selected, {**selected.entry, "id": draft.mint()}, selected.sidecar)


def _share_a_sidecar(selected: Selected, kept: Selected) -> bool:
    return selected.line.part == kept.line.part and selected.entry["id"] == kept.entry["id"]


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
