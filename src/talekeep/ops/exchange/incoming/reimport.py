"""A file that left this dataset as an export and was edited elsewhere, merged back entry by entry.

Base is what the entry was at the commit the export was made from, theirs what the file makes of it; what
the format could not show has not changed (`core.lift`). Entries that are not in the file stay.
"""

from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from pathlib import Path
from typing import Any

from talekeep.core import codec
from talekeep.core.entry import CONFLICT_KEY
from talekeep.core.entry import Entry
from talekeep.core.entry import messages_of
from talekeep.core.entry_edit.alternatives import alternatives_of
from talekeep.core.entry_edit.apply_edits import lift
from talekeep.core.errors import BadRecord
from talekeep.core.errors import Refused
from talekeep.core.merge.align import same
from talekeep.core.merge.records import Merged
from talekeep.core.merge.records import merge_entry
from talekeep.core.merge.records import merge_keyed
from talekeep.formats import rolethread
from talekeep.formats import sharegpt
from talekeep.formats.base import Reading
from talekeep.library import sources
from talekeep.ops import Progress
from talekeep.ops import plural
from talekeep.ops.exchange.incoming.companions import registry_of
from talekeep.ops.exchange.incoming.entry_sources import Holders
from talekeep.ops.exchange.incoming.entry_sources import origin_of
from talekeep.ops.exchange.incoming.import_result import ImportLog
from talekeep.ops.exchange.incoming.import_result import Options
from talekeep.ops.exchange.incoming.import_result import printable
from talekeep.ops.exchange.incoming.record_importer import Importer
from talekeep.ops.exchange.incoming.record_importer import require_sound
from talekeep.ops.exchange.incoming.record_reader import Record
from talekeep.ops.exchange.provenance import Provenance
from talekeep.ops.exchange.replaceable import note_import
from talekeep.ops.exchange.rolethread.export_registry import mapped
from talekeep.ops.exchange.rolethread.exported import with_review
from talekeep.ops.library.library_editor import Shelf
from talekeep.ops.merge import conflicts
from talekeep.ops.merge import resolve
from talekeep.ops.merge.open_conflict import Open
from talekeep.ops.workspace.changeset import Draft
from talekeep.ops.workspace.select import Beside
from talekeep.ops.workspace.select import Selected
from talekeep.ops.workspace.select import besides
from talekeep.ops.workspace.select import select
from talekeep.store import libraries
from talekeep.store.dataset import Dataset
from talekeep.store.view import Line
from talekeep.store.view import View


def reimport(
    dataset: Dataset, file: Path, origin: Provenance, options: Options, progress: Progress
) -> ImportLog:
    """Merge a trusted file back: what merges is one commit, conflicts then lie in the folder to be
    resolved. Call inside `writing`.

    Raises:
        Refused: an entry of the file has an open conflict already, or uncommitted changes are in the way.
    """
    draft = Draft(dataset)
    shelf, known_sources = Shelf(draft.now), libraries.read(draft.now, sources.KIND, sources.Source)
    options = replace(options, exported=origin.format.NAME)
    importer = Importer(dataset, draft.now, options, draft.workspace.checker, shelf, known_sources)
    # Without its registry a RoleThread Lite file says nothing about who speaks.
    home = _Home(dataset, draft, origin, has_names=options.registry and registry_of(file).is_file())
    for entry, sidecar in importer.entries(file, progress, home.take):
        draft.append(entry, sidecar)
    log = importer.log
    for path, data in importer.library_files().items():
        draft.set_file(path, data)
    count = len(log.changed) + len(log.added)
    subject = f"Re-import {plural(count, 'entry')} from {printable(file.name)}"
    log.commit = draft.finish(subject, "import", dry_run=options.dry_run, commit=options.commit).commit
    log.conflicts = home.leave_open(dry_run=options.dry_run)
    log.absent = home.absent()
    if log.commit is not None or not (options.dry_run or log.conflicts or log.changed or log.added):
        note_import(dataset, file)
    return log


@dataclass(slots=True)
class _Home:
    """The dataset as the file left it and as it is now."""

    dataset: Dataset
    draft: Draft
    origin: Provenance
    has_names: bool
    past: dict[str, Line] = field(init=False)
    present: dict[str, Line] = field(init=False)
    sidecars: dict[str, dict[str, Any]] = field(init=False, default_factory=dict)
    foreign: dict[str | int, list[str]] = field(init=False, default_factory=dict)
    seen: set[str] = field(init=False, default_factory=set)
    open: dict[str, Merged] = field(init=False, default_factory=dict)
    mapped: frozenset[str] = field(init=False, default=frozenset())
    beside: Callable[[str], Beside] = field(init=False)

    def __post_init__(self) -> None:
        base = self.dataset.at(self.origin.commit)
        self.beside = besides(self.draft.now)
        self.past, self.present = _lines(base), _lines(self.draft.now)
        for part in base.parts():
            self.sidecars |= base.sidecars(part)
        for entry, sidecar in self.sidecars.items():
            given = origin_of(sidecar).get("id")
            if isinstance(given, str | int):
                self.foreign.setdefault(given, []).append(entry)
        if any(len(known) > 1 for known in self.foreign.values()):
            self._only_holders(base)
        if self.origin.format is rolethread:
            self.mapped = frozenset(mapped(Shelf(base)))

    def _only_holders(self, base: View) -> None:
        """Leave to each foreign id the entries that the export wrote with it."""
        holders = Holders()
        exported = select(self.dataset, base, self.origin.query)
        held = {one.entry.get("id") for one in exported if holders.takes(origin_of(one.sidecar))}
        for given, known in self.foreign.items():
            self.foreign[given] = [entry for entry in known if entry in held]

    def take(self, record: Record) -> tuple[str, str] | None:
        """Merge one record back; see `record_importer.MergeBack`."""
        reading = record.reading
        entry = self._id(reading)
        if entry is None or entry in self.seen:
            return None
        if CONFLICT_KEY in reading.entry:
            raise BadRecord(f"it has a conflict of its own under {CONFLICT_KEY}")
        base = _value(self.past[entry])
        merged = self._merge(entry, base, self._theirs(entry, base, reading.entry))
        if merged is None:
            outcome = "same"
        elif merged.conflicts:
            self.open[entry], outcome = merged, "conflict"
        else:
            require_sound(self.draft.workspace.checker, merged.value)
            line = self.present[entry]
            self.draft.change(Selected(line, _value(line), self.beside(line.part)), merged.value)
            outcome = "changed"
        self.seen.add(entry)
        return outcome, entry

    def _id(self, reading: Reading) -> str | None:
        own = reading.entry.get("id")
        if isinstance(own, str):
            return own if own in self.past else None
        known = [] if reading.foreign_id is None else self.foreign.get(reading.foreign_id, [])
        if len(known) < 2:
            return next(iter(known), None)
        # Several came with this id: only a record nobody edited says which of them it is.
        alike = (e for e in known if e not in self.seen and self._is_told(e, reading.entry))
        return next(alike, None)

    def _is_told(self, entry: str, record: Entry) -> bool:
        shown = self._shown(_value(self.past[entry]))
        return same(self._as_exported(entry, shown), {**record, "id": entry})

    def _theirs(self, entry: str, base: Entry, record: Entry) -> Entry:
        """What the record makes of the entry."""
        shown = self._shown(base)
        theirs = lift(shown, self._as_exported(entry, shown), {**record, "id": entry}, self._drops)
        if shown is base:
            return theirs
        hidden = [message for message in messages_of(base) if rolethread.is_filler(message)]
        return {**theirs, "messages": [*hidden, *theirs.get("messages", [])]}

    def _shown(self, base: Entry) -> Entry:
        """The entry without what an export in this format leaves out."""
        return rolethread.without_filler(base) if self.origin.format is sharegpt else base

    def _as_exported(self, entry: str, base: Entry) -> Entry:
        """What is shown of the entry as it would be read from what the export wrote."""
        sidecar = self.sidecars.get(entry, {})
        source = origin_of(sidecar)
        shape, given = source.get("shape"), source.get("id")
        try:
            written = self.origin.format.write(
                base,
                shape=shape if isinstance(shape, dict) else None,
                foreign_id=given,
                alternatives=alternatives_of(sidecar),
            )
            record = written.record
            if self.origin.format is rolethread:
                record = with_review(record, base, sidecar, self.dataset.config.review.policy)
            texts = {**self.origin.format.read(record).entry, "id": entry}
        except BadRecord:
            return base
        if self.mapped and not self.has_names:
            texts["messages"] = [self._nameless(message) for message in messages_of(texts)]
        return texts

    def _nameless(self, message: dict[str, Any]) -> dict[str, Any]:
        if str(message.get("name")) not in self.mapped:
            return message
        return {key: value for key, value in message.items() if key != "name"}

    def _drops(self, key: str, value: Any) -> bool:
        """RoleThread Lite builds what it edits anew and leaves out what it does not know."""
        if self.origin.format is not rolethread or key in ("messages", "tags", "role", "content"):
            return False
        return not (key == "name" and str(value) in self.mapped)

    def _merge(self, entry: str, base: Entry, theirs: Entry) -> Merged | None:
        """What both sides make of the entry; None where ours is that already."""
        if entry not in self.present:
            return merge_keyed({entry: base}, {}, {entry: theirs}).get(entry)
        ours = _value(self.present[entry])
        if CONFLICT_KEY in ours:
            raise Refused(f"entry {entry} has an open conflict", "talekeep conflicts")
        merged = merge_entry(base, ours, theirs)
        return None if not merged.conflicts and same(merged.value, ours) else merged

    def leave_open(self, *, dry_run: bool) -> list[Open]:
        """Put what could not be merged into the folder, beside the last commit."""
        draft = Draft(self.dataset)
        present, beside = _lines(draft.now), besides(draft.now)
        for entry, merged in self.open.items():
            if entry in present:
                line = present[entry]
                draft.change(Selected(line, _value(line), beside(line.part)), merged.value)
            else:
                draft.append(merged.value, self.sidecars.get(entry, {}))
        files = {path: data for path, data in draft.files().items() if data is not None}
        if not dry_run:
            resolve.write(self.dataset, files)
        result = {name: path for path, data in files.items() for name in _marked(data)}
        return [
            conflicts.opened(result[entry], entry, one)
            for entry, merged in self.open.items()
            for one in merged.conflicts
        ]

    def absent(self) -> list[str]:
        """Entries that were exported, are in the dataset and not in the file."""
        base = self.dataset.at(self.origin.commit)
        exported = (selected.entry.get("id") for selected in select(self.dataset, base, self.origin.query))
        return [e for e in exported if isinstance(e, str) and e not in self.seen and e in self.present]


def _lines(view: View) -> dict[str, Line]:
    """The line of every entry by its id, without its value: a dataset may be large."""
    result: dict[str, Line] = {}
    for line in view.entries():
        if isinstance(line.value, dict) and isinstance(line.value.get("id"), str):
            result.setdefault(line.value["id"], replace(line, value=None))
    return result


def _value(line: Line) -> Entry:
    value: Entry = codec.decode(line.data)
    return value


def _marked(data: bytes) -> list[str]:
    lines = (codec.decode(line) for line in data.split(b"\n") if CONFLICT_KEY.encode() in line)
    return [str(line.get("id")) for line in lines if isinstance(line, dict)]
