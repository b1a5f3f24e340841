"""Read the sources of a combination: which entries are new, duplicates, or refused."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from talekeep.core.entry import Entry
from talekeep.core.entry import is_uuid
from talekeep.core.errors import Refused
from talekeep.library import sources as origins
from talekeep.ops import Progress
from talekeep.ops.combine.deduplicator import Pool
from talekeep.ops.combine.merge_libraries import LibraryMerger
from talekeep.ops.combine.result import Combined
from talekeep.ops.combine.result import Options
from talekeep.ops.combine.result import Reminted
from talekeep.ops.combine.result import Source
from talekeep.ops.combine.result import Twin
from talekeep.ops.exchange.incoming.import_result import Options as Wanted
from talekeep.ops.exchange.incoming.import_result import RefusedRecord
from talekeep.ops.exchange.incoming.record_importer import Importer
from talekeep.ops.library.library_editor import Shelf
from talekeep.ops.workspace.rule_runner import Checker
from talekeep.store import config
from talekeep.store import libraries
from talekeep.store import plugins
from talekeep.store.dataset import Dataset
from talekeep.store.ids import minted
from talekeep.store.models import Models
from talekeep.store.view import View

_LIBRARY = "library/"
_SOME_ID = "00000000-0000-7000-8000-000000000000"


class SourceReader:
    """Reads all sources; `new` are the numbers in the pool of the entries to add."""

    def __init__(self, dataset: Dataset, now: View, options: Options) -> None:
        self.done = Combined(str(dataset.path))
        self.pool = Pool(now, options.threshold if options.dedupe == "near" else None)
        self.new: list[int] = []
        self._dataset = dataset
        self._now = now
        self._dedupe = options.dedupe != "none"
        self._shelf = Shelf(now)
        self._sources = libraries.read(now, origins.KIND, origins.Source)
        self._sources_before = dict(self._sources)
        self._checker = Checker(dataset.config, now)
        self._minted = minted()
        self._from: set[str] = set()
        self._label = ""
        self._read = 0

    def begin(self, progress: Progress) -> None:
        """Register the entries that the dataset has."""
        names = self._now.parts()
        for count, part in enumerate(names):
            progress("reading entries", count, len(names))
            beside = self._now.sidecars(part)
            for line in self._now.lines(part):
                if isinstance(line.value, dict):
                    known = beside.get(str(line.value.get("id")), {})
                    self.pool.there(line.value, known, part, line.number)

    def take(self, source: Path, kind: str, files: list[Path], progress: Progress) -> None:
        """Read one source from beginning to end; nothing is written to it."""
        self._label, self._read = str(source), 0
        before = len(self.new), len(self.done.duplicates), len(self.done.refused)
        if kind == "dataset":
            self._take_dataset(source, progress)
        for file in files:
            self._take_file(file, progress)
        after = len(self.new), len(self.done.duplicates), len(self.done.refused)
        counts = [then - now for now, then in zip(before, after, strict=True)]
        self.done.sources.append(Source(self._label, kind, self._read, *counts))

    # Datasets

    def _take_dataset(self, source: Path, progress: Progress) -> None:
        # Not `Dataset.open`, which may finish what a killed command left there.
        dataset = Dataset(source.resolve())
        try:
            # Not its cache either: no byte of a source changes.
            self._take_view(replace(dataset.at("HEAD"), models=Models()), progress)
        finally:
            dataset.close()

    def _take_view(self, view: View, progress: Progress) -> None:
        merger = LibraryMerger(self._shelf, self._sources, self._label)
        try:
            config.parse(view.optional(config.NAME) or b"", view.models)
            merger.take(view)
        except Refused as reason:
            raise Refused(f"{self._label}: {reason.message}", reason.hint) from None
        self.done.clashes.extend(merger.clashes)
        self._count(merger.taken)
        names = view.parts()
        for count, part in enumerate(names):
            progress(f"reading {Path(self._label).name}", count, len(names))
            beside = view.sidecars(part)
            for line in view.lines(part):
                self._read += 1
                place = f"{part}:{line.number}"
                if not isinstance(line.value, dict):
                    why = f"{part}: {line.reason or 'it is no object'}"
                    self.done.refused.append(RefusedRecord(self._label, 0, line.number, why))
                    continue
                known = beside.get(str(line.value.get("id")), {})
                self._offer(line.value, _renamed(known, merger.renamed), place)

    # Files

    def _take_file(self, file: Path, progress: Progress) -> None:
        """Read a file as `import` does; duplicates of the dataset's entries are found here."""
        library = {path: blob for path, blob in self._now.files.items() if path.startswith(_LIBRARY)}
        plugins.use_formats()
        view = View(library, self._now.read)
        importer = Importer(
            self._dataset, view, Wanted(trust=False), self._checker, self._shelf, self._sources
        )
        before = dict(self._sources)
        rows = len(self.done.duplicates), len(self.done.reminted)
        for entry, sidecar in importer.entries(file, progress):
            self._offer_record(entry, sidecar)
        for name in self._sources.keys() - before.keys() - self._from:
            del self._sources[name]
        imported = importer.log
        self._read += len(imported.added) + sum(1 for refused in imported.refused if refused.record)
        self._count(imported.libraries)
        self.done.refused.extend(imported.refused)
        self.done.notes.extend(imported.notes)
        self.done.notes.extend(f"{file.name}: speaker {a} → {b}" for a, b in imported.speakers.items())
        places = {str(taken.record): f"{taken.file}:{taken.line}" for taken in imported.added}
        twins, new = self.done.duplicates, self.done.reminted
        twins[rows[0] :] = [replace(row, place=places[row.place]) for row in twins[rows[0] :]]
        new[rows[1] :] = [replace(row, place=places[row.place]) for row in new[rows[1] :]]

    def _offer_record(self, entry: Entry, sidecar: dict[str, Any]) -> None:
        source = sidecar["source"]
        place = str(source["record"])
        number = self.pool.imported(source["digest"])
        if number is not None:
            self._unite(number, 1.0, entry, {}, place)
            return
        own = source.get("id")
        # The id is used twice in the file, so the reader gave a new one.
        taken = own if is_uuid(own) and own != entry["id"] else None
        self._settle(entry, sidecar, place, taken)

    # Entries

    def _offer(self, entry: Entry, sidecar: Mapping[str, Any], place: str) -> None:
        """Take an entry of a dataset, if it has no error."""
        # An entry without an id gets one; that is no error here.
        faults = self._checker.errors(entry if is_uuid(entry.get("id")) else {**entry, "id": _SOME_ID})
        if faults:
            text = f"{place}: {faults[0].code} {faults[0].name}: {faults[0].message}"
            self.done.refused.append(RefusedRecord(self._label, 0, 0, text))
        else:
            self._settle(entry, sidecar, place)

    def _settle(self, entry: Entry, sidecar: Mapping[str, Any], place: str, own: str | None = None) -> None:
        """Add an entry, or merge it into its duplicate.

        Args:
            own: the id it had before it came here, where it has another already.
        """
        source = sidecar.get("source")
        self._from.add(source["from"] if isinstance(source, dict) and "from" in source else "")
        twin = self._twin(entry)
        if twin is not None:
            self._unite(*twin, entry, sidecar, place)
            return
        before = entry.get("id")
        if not is_uuid(before) or self.pool.has(str(before)):
            entry, sidecar = self._reminted(entry, sidecar)
            own = str(before or "")
        if own is not None:
            self.done.reminted.append(Reminted(own, entry["id"], self._label, place))
        self.new.append(self.pool.add(entry, {**sidecar, "id": entry["id"]} if sidecar else {}))

    def _twin(self, entry: Entry) -> tuple[int, float] | None:
        number = self.pool.equal(entry) if self._dedupe else self.pool.itself(entry)
        return self.pool.near(entry) if number is None else (number, 1.0)

    def _reminted(self, entry: Entry, sidecar: Mapping[str, Any]) -> tuple[Entry, dict[str, Any]]:
        """The entry under a new id; the one it had stays in the sidecar, unless one is there already."""
        origin = sidecar.get("source", {})
        known = dict(sidecar)
        if isinstance(origin, dict) and isinstance(entry.get("id"), str):
            known["source"] = {"id": entry["id"], **origin}
        return {**entry, "id": next(self._minted)}, known

    def _unite(self, number: int, share: float, entry: Entry, sidecar: Mapping[str, Any], place: str) -> None:
        kept = self.pool[number]
        tags, differ = self.pool.unite(number, entry, sidecar)
        dropped = str(entry.get("id", ""))
        self.done.duplicates.append(Twin(kept.id, dropped, self._label, place, round(share, 3), tags, differ))

    def changed(self) -> dict[str, dict[int, int]]:
        """The dataset's entries that duplicates changed: part → line → number in the pool."""
        numbers: defaultdict[str, dict[int, int]] = defaultdict(dict)
        for number, kept in enumerate(self.pool):
            if kept.place is not None and kept.at is not None:
                numbers[kept.place[0]][kept.place[1]] = number
        return numbers

    # Libraries

    def _count(self, taken: Mapping[str, list[str]]) -> None:
        for kind, names in taken.items():
            self.done.libraries.setdefault(kind, []).extend(names)

    def library_files(self) -> dict[str, bytes]:
        """The library files that differ now."""
        files = self._shelf.files()
        if self._sources != self._sources_before:
            files[origins.KIND.path] = libraries.dump(origins.KIND, self._sources, self._shelf.models)
        return files


def _renamed(sidecar: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """A sidecar with renamed sources, also in its joined entries."""
    renamed = dict(sidecar)
    source = renamed.get("source")
    if isinstance(source, dict) and source.get("from") in names:
        renamed["source"] = {**source, "from": names[source["from"]]}
    joined = renamed.get("joined")
    if isinstance(joined, list):
        renamed["joined"] = [_renamed(item, names) if isinstance(item, dict) else item for item in joined]
    return renamed
