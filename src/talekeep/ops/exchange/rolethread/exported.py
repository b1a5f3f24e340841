"""What an export for RoleThread Lite showed of a dataset, so that only what changed since is an edit."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from talekeep.core import codec
from talekeep.core.entry import Entry
from talekeep.core.errors import BadRecord
from talekeep.core.reviews import Policy
from talekeep.core.reviews import has_reviews
from talekeep.core.reviews import standing
from talekeep.formats import registry
from talekeep.formats import rolethread
from talekeep.formats.registry import Record
from talekeep.ops.exchange.incoming.entry_sources import origin_of
from talekeep.ops.exchange.provenance import Provenance
from talekeep.ops.exchange.rolethread.export_registry import Registry
from talekeep.ops.library.library_editor import Shelf
from talekeep.ops.workspace.select import besides
from talekeep.ops.workspace.select import select
from talekeep.store.dataset import Dataset
from talekeep.store.view import View


def exported_ids(dataset: Dataset, origin: Provenance) -> set[str]:
    """The ids of the entries that an export wrote."""
    exported = select(dataset, dataset.at(origin.commit), origin.query)
    return {str(selected.entry.get("id")) for selected in exported}


def with_review(record: Record, entry: Entry, sidecar: Mapping[str, Any], policy: Policy) -> Record:
    """A written record with the tag that says what its entry counts as by its reviews."""
    if not has_reviews(sidecar):
        return record
    return rolethread.reviewed(record, standing(entry, sidecar, policy).state)


def as_exported(entry: Entry, sidecar: dict[str, Any], policy: Policy) -> Entry:
    """The entry as it is read from what an export writes of it."""
    origin = origin_of(sidecar)
    shape = origin.get("shape")
    written = rolethread.write(
        entry, shape=shape if isinstance(shape, dict) else None, foreign_id=origin.get("id")
    )
    try:
        record = with_review(written.record, entry, sidecar, policy)
        return {**rolethread.read(record).entry, "id": entry["id"]}
    except BadRecord:
        return entry


def exported_records(dataset: Dataset, view: View) -> dict[str, list[Record]]:
    """The registry that an export of a view writes, by section."""
    written = Registry(dataset.config.id, Shelf(view), 0)
    beside, policy = besides(view), dataset.config.review.policy
    for line in view.entries():
        if isinstance(line.value, dict):
            entry = codec.decode(line.data)
            plain = rolethread.write(entry)
            record = with_review(plain.record, entry, beside(line.part).of(entry.get("id")), policy)
            written.take(entry, replace(plain, record=record))
    return dict(registry.parse(written.dump("")).records)
