"""Records of foreign files on their way into a dataset: each becomes an entry with its sidecar, was there
before, or is set aside."""

import hashlib
from collections import Counter
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from typing import Protocol

import talekeep.formats as formats
from talekeep.core import codec
from talekeep.core.entry import Entry
from talekeep.core.entry import is_uuid
from talekeep.core.entry import tags_of
from talekeep.core.errors import BadRecord
from talekeep.core.finding import Finding
from talekeep.core.slug import slug
from talekeep.core.tags import replaced
from talekeep.formats import rolethread
from talekeep.formats import stream
from talekeep.formats.base import Reader
from talekeep.formats.base import Reading
from talekeep.formats.records import Record
from talekeep.formats.records import records as read_records
from talekeep.formats.shapes import ShapeFormat
from talekeep.formats.speakers import mapped
from talekeep.library import characters
from talekeep.library import sources
from talekeep.ops import Progress
from talekeep.ops import plural
from talekeep.ops.exchange.import_result import Imported
from talekeep.ops.exchange.import_result import Options
from talekeep.ops.exchange.import_result import SetAside
from talekeep.ops.exchange.import_result import Taken
from talekeep.ops.exchange.rolethread.import_registry import Registering
from talekeep.ops.exchange.rolethread.import_registry import read_registry
from talekeep.ops.exchange.rolethread.import_registry import registry_of
from talekeep.ops.library.library_editor import Shelf
from talekeep.ops.workspace.rule_runner import Checker
from talekeep.store import libraries
from talekeep.store.dataset import Dataset
from talekeep.store.new_ids import minted
from talekeep.store.view import View

_CHUNK = 1 << 20


class Home(Protocol):
    """Takes records back that left the dataset as an export."""

    def take(self, reading: Reading, check: Callable[[Entry], None]) -> tuple[str, str] | None:
        """What became of the record ("same", "changed", "conflict") and its id; None if it is no such.

        Raises:
            BadRecord: it cannot be taken.
        """

    def begin(self, registry: Registering | None) -> None:
        """The file begins; with its registry, if it has one."""


class Taking:
    """One import under way.

    Args:
        append: takes each new entry with its sidecar.
        home: merges back what left the dataset, of a file that is trusted.
    """

    def __init__(
        self,
        dataset: Dataset,
        now: View,
        options: Options,
        append: Callable[[Entry, dict[str, Any]], object],
        home: Home | None = None,
    ) -> None:
        self.dataset = dataset
        self.now = now
        self.options = options
        self.chosen = _chosen(options)
        self.done = Imported(unheard=list(options.speakers.spelled) if options.speakers else [])
        self.shelf = Shelf(now)
        self.sources = libraries.read(now, sources.KIND, sources.Source)
        self._append = append
        self._home = home
        self._checker = Checker(dataset.config, now)
        self._minted = minted()
        self._used: set[str] = set()
        self._places = {place.entry: place for place in dataset.everywhere(now)}
        # The ids that records of these digests became; of two equal records in one file both are taken.
        self._known: dict[str, list[str]] = {}
        for digest, entry in _digests(now):
            self._known.setdefault(digest, []).append(entry)
        self._fresh: list[tuple[str, str]] = []
        # Old names of tags that were met, and how many entries of the file had one.
        self._renamed: dict[str, str] = {}
        self._with_old_names = 0
        self._registry: Registering | None = None

    def take(self, file: Path, progress: Progress) -> None:
        """Read one file from beginning to end."""
        sha, records, used = hashlib.sha256(), 0, Counter[str]()
        source = self._source_slug(file)
        self._registry = self._registering(file)
        if self._home is not None:
            self._home.begin(self._registry)
        decode = codec.decode_mended if self.options.mend else codec.decode
        for record in read_records(stream.split(_chunks(file, sha.update, progress)), decode):
            records += 1
            try:
                used[self._record(file.name, source, record)] += 1
            except BadRecord as reason:
                self.done.refused.append(SetAside(file.name, record.number, record.line, str(reason)))
        if any(t.file == file.name for t in self.done.added):
            style = ", ".join(name for name, _ in used.most_common() if name)
            self.sources[source] = sources.Source(
                file=printable(file.name), sha256=sha.hexdigest(), format=style, records=records
            )
        for digest, entry in self._fresh:
            self._known.setdefault(digest, []).append(entry)
        self._fresh.clear()
        for name, count in used.items():
            self.done.formats[name] = self.done.formats.get(name, 0) + count
        self._tell_renamed(file)
        self._register(file)

    def _registering(self, file: Path) -> Registering | None:
        if not self.options.registry:
            return None
        try:
            found = read_registry(file)
        except BadRecord as reason:
            self.done.refused.append(SetAside(registry_of(file).name, 0, 0, str(reason)))
            return None
        return None if found is None else Registering(found, self.shelf)

    def _register(self, file: Path) -> None:
        """Take what the registry holds besides names."""
        if self._registry is None:
            return
        self._registry.finish()
        name = registry_of(file).name
        self.done.notes.extend(f"{name}: {note}" for note in self._registry.notes)
        self.done.refused.extend(SetAside(name, 0, 0, reason) for reason in self._registry.refused)
        for kind, slugs in self._registry.taken.items():
            self.done.libraries.setdefault(kind, []).extend(slugs)

    def _record(self, file: str, source: str, raw: Record) -> str:
        """Take one record in; returns the name of its format."""
        if raw.reason is not None:
            raise BadRecord(raw.reason)
        value = raw.value
        found = self.chosen or formats.recognise(value)
        if found is None or not isinstance(value, dict):
            raise BadRecord(formats.reason_unrecognised(value))
        if self._registry is not None:
            value = self._registry.named(value)
        digest = codec.digest(rolethread.settled(value))
        reading = mapped(found.read(value), self.options.speakers)
        if self.done.unheard:
            self._hear(reading.speakers)
        if self._is_back(file, raw, reading):
            return found.NAME
        if self._known.get(digest):
            self.done.same.append(Taken(file, raw.number, raw.line, self._known[digest].pop(0)))
            return found.NAME
        entry = self._entry(reading)
        if entry is None:
            self.done.same.append(Taken(file, raw.number, raw.line, reading.entry["id"]))
            return found.NAME
        self._check(entry)
        self._append(entry, _sidecar(entry, source, raw.number, reading, digest))
        self._used.add(entry["id"])
        self._fresh.append((digest, entry["id"]))
        self._meet(reading.speakers)
        self.done.added.append(Taken(file, raw.number, raw.line, entry["id"]))
        return found.NAME

    def _is_back(self, file: str, raw: Record, reading: Reading) -> bool:
        outcome = None if self._home is None else self._home.take(reading, self._check)
        if outcome is None:
            return False
        taken = Taken(file, raw.number, raw.line, outcome[1])
        if outcome[0] == "same":
            self.done.same.append(taken)
        elif outcome[0] == "changed":
            self.done.changed.append(taken)
            self._meet(reading.speakers)
        self._used.add(outcome[1])
        return True

    def _entry(self, reading: Reading) -> Entry | None:
        """The entry to add, with its id; None if the dataset has this very one under its own id."""
        entry = dict(reading.entry)
        own = entry.get("id")
        place = self._places.get(own) if isinstance(own, str) else None
        if place is not None and _content(self.dataset.line_at(self.now, place).value) == _content(entry):
            return None
        if not is_uuid(own) or place is not None or own in self._used:
            # A file never overwrites an entry: a record with a taken id comes in beside it.
            entry["id"] = next(self._minted)
        tags = [*tags_of(entry), *(t for t in self.options.tags if t not in tags_of(entry))]
        if tags or "tags" not in entry:
            entry["tags"] = self._current(tags)
        return entry

    def _current(self, tags: list[str]) -> list[str]:
        """Tags by their current names, where the dataset knows them as old ones."""
        leads = self._checker.context.renamed
        old = {name: leads[name] for name in tags if name in leads} if leads else {}
        self._renamed |= old
        self._with_old_names += bool(old)
        return replaced(tags, old) if old else tags

    def _tell_renamed(self, file: Path) -> None:
        if self._renamed:
            names = ", ".join(f"{old} is {new} now" for old, new in sorted(self._renamed.items()))
            count = plural(self._with_old_names, "entry")
            self.done.notes.append(f"{printable(file.name)}: current names for tags of {count}: {names}")
        self._renamed, self._with_old_names = {}, 0

    def _check(self, entry: Entry) -> None:
        found: Iterable[Finding] = self._checker.errors(entry)
        for finding in found:
            raise BadRecord(f"{finding.code} {finding.name}: {finding.message}")

    def _hear(self, speakers: Iterable[str]) -> None:
        heard = set(map(slug, speakers))
        self.done.unheard[:] = [label for label in self.done.unheard if slug(label) not in heard]

    def _meet(self, speakers: dict[str, str]) -> None:
        for label, decided in speakers.items():
            name = decided.partition(":")[2]
            self.done.speakers.setdefault(label, decided)
            self.shelf.characters.setdefault(name, characters.Character(name=printable(label.strip())))

    def _source_slug(self, file: Path) -> str:
        base = slug(file.name) or "file"
        taken, number = base, 1
        while taken in self.sources:
            number += 1
            taken = f"{base}_{number}"
        return taken

    def library_files(self) -> dict[str, bytes]:
        """The library files that differ now."""
        found = self.shelf.files()
        if self.done.added:
            found[sources.KIND.path] = libraries.dump(sources.KIND, self.sources, self.shelf.models)
        return found


def _chunks(file: Path, feed: Callable[[bytes], object], progress: Progress) -> Iterator[bytes]:
    size, read = file.stat().st_size, 0
    with file.open("rb") as opened:
        while chunk := opened.read(_CHUNK):
            feed(chunk)
            read += len(chunk)
            yield chunk
            progress(f"reading {file.name}", read, size)


def _chosen(options: Options) -> Reader | None:
    """The format every record is to be read as; None where each says so itself."""
    if options.shape is not None:
        return ShapeFormat(options.shape)
    return formats.reader_named(options.format) if options.format else None


def _digests(now: View) -> Iterator[tuple[str, str]]:
    for part in now.parts():
        for entry, sidecar in now.sidecars(part).items():
            joined = sidecar.get("joined")
            for known in (sidecar, *(joined if isinstance(joined, list) else ())):
                source = known.get("source") if isinstance(known, dict) else None
                if isinstance(source, dict) and isinstance(source.get("digest"), str):
                    yield source["digest"], entry


def _sidecar(entry: Entry, source: str, record: int, reading: Reading, digest: str) -> dict[str, Any]:
    origin: dict[str, Any] = {"from": source, "record": record, "digest": digest}
    foreign = reading.foreign_id
    own = reading.entry.get("id")
    if foreign is None and own is not None and own != entry["id"]:
        foreign = own
    if foreign is not None:
        origin["id"] = foreign
    if reading.shape is not None:
        origin["shape"] = reading.shape
    sidecar = {"id": entry["id"], "source": origin}
    return {**sidecar, "alternatives": list(reading.alternatives)} if reading.alternatives else sidecar


def _content(entry: Any) -> Any:
    """What makes two records the same conversation: all but id and tags."""
    return {k: v for k, v in entry.items() if k not in ("id", "tags")} if isinstance(entry, dict) else entry


def printable(name: str) -> str:
    """The name without signs that could steer a terminal."""
    return "".join(c if c.isprintable() else "_" for c in name)
