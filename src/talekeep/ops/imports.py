"""Import: foreign files → entries, their sidecars and one commit."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from pathlib import Path
from typing import Any

import talekeep.formats as formats
from talekeep.core import codec
from talekeep.core.entry import Entry
from talekeep.core.entry import is_uuid
from talekeep.core.entry import tags_of
from talekeep.core.errors import BadRecord
from talekeep.core.errors import NotFound
from talekeep.core.errors import Usage
from talekeep.core.finding import Finding
from talekeep.core.slug import slug
from talekeep.core.speakers import Casting
from talekeep.formats import stream
from talekeep.formats.base import Format
from talekeep.formats.base import Reading
from talekeep.formats.speakers import mapped
from talekeep.library import characters
from talekeep.library import sources
from talekeep.ops import Progress
from talekeep.ops import message
from talekeep.ops import plural
from talekeep.ops import silent
from talekeep.ops.appending import Appender
from talekeep.ops.checker import Checker
from talekeep.ops.checking import remember
from talekeep.store import libraries
from talekeep.store.dataset import Dataset
from talekeep.store.intake import Intake
from talekeep.store.intake import Stored
from talekeep.store.minting import minted
from talekeep.store.view import View

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Taken:
    """A record that is in the dataset now, or was before: its number and line in the file, the entry's id."""

    file: str
    record: int
    line: int
    id: str


@dataclass(frozen=True, slots=True)
class SetAside:
    """A record that was not taken: its number and line in the file, and why."""

    file: str
    record: int
    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Imported:
    """`added` became entries, `same` were there before, `refused` were set aside; `speakers` says which
    role each foreign speaker label got; `commit` is None when nothing was added or nothing was committed."""

    added: list[Taken] = field(default_factory=list)
    same: list[Taken] = field(default_factory=list)
    refused: list[SetAside] = field(default_factory=list)
    formats: dict[str, int] = field(default_factory=dict)
    speakers: dict[str, str] = field(default_factory=dict)
    commit: str | None = None


@dataclass(frozen=True, slots=True)
class Options:
    """`format` forces one format by name; `mend` repairs what is not storable (lone surrogates, NaN);
    `speakers` says who speaks under which label."""

    format: str | None = None
    tags: tuple[str, ...] = ()
    mend: bool = False
    dry_run: bool = False
    commit: bool = True
    speakers: Casting | None = None


def import_files(
    dataset: Dataset, files: Sequence[Path], options: Options = Options(), progress: Progress = silent
) -> Imported:
    """Take the records of foreign files in as entries, in their order, as one commit.

    Raises:
        NotFound: a file does not exist. Usage: no such format, or a tag that is no word.
        Refused, Outside: see `Dataset.write`.
    """
    chosen = formats.named(options.format) if options.format else None
    for file in files:
        if not file.is_file():
            if file.exists():
                kind = "a folder" if file.is_dir() else "no regular file"
                raise Usage(f"{file} is {kind}", "talekeep import FILE…")
            raise NotFound(f"there is no file {file}")
    options = replace(options, tags=tuple(dict.fromkeys(_tag(t) for t in options.tags)))
    with dataset.writing("import"), dataset.intake() as intake:
        work = _Import(dataset, intake, options, chosen)
        for file in files:
            work.take(file, progress)
        return work.finish([file.name for file in files], progress)


def _tag(name: str) -> str:
    found = slug(name)
    if not found:
        raise Usage(f"{name!r} has no letter or digit to make a tag of")
    return found


class _Import:
    """One import under way."""

    def __init__(self, dataset: Dataset, intake: Intake, options: Options, chosen: Format | None) -> None:
        self.dataset = dataset
        self.intake = intake
        self.now = now = dataset.now()
        self.options = options
        self.chosen = chosen
        self.done = Imported()
        self.checker = Checker(dataset.config, now)
        self.appender = Appender(dataset, now, _forget if options.dry_run else intake.add)
        self.sources = libraries.read(now, sources.KIND, sources.Source)
        self.characters = libraries.read(now, characters.KIND, characters.Character)
        self.minted = minted()
        self.used: set[str] = set()
        self.places = {place.entry: place for place in dataset.everywhere(now)}
        # The ids that records of these digests became; of two equal records in one file both are taken.
        self.known: dict[str, list[str]] = {}
        for digest, entry in _digests(now):
            self.known.setdefault(digest, []).append(entry)
        self.fresh: list[tuple[str, str]] = []

    def take(self, file: Path, progress: Progress) -> None:
        """Read one file from beginning to end."""
        size, sha = file.stat().st_size, hashlib.sha256()
        source = self._source_slug(file)
        read, records, used = 0, 0, Counter[str]()
        with file.open("rb") as opened:

            def chunks() -> Iterator[bytes]:
                nonlocal read
                while chunk := opened.read(_CHUNK):
                    sha.update(chunk)
                    read += len(chunk)
                    yield chunk

            for raw in stream.split(chunks()):
                records += 1
                try:
                    used[self._record(file.name, source, raw)] += 1
                except BadRecord as reason:
                    self.done.refused.append(SetAside(file.name, raw.record, raw.line, str(reason)))
                if records % 256 == 0:
                    progress(f"reading {file.name}", read, size)
        if any(t.file == file.name for t in self.done.added):
            style = ", ".join(name for name, _ in used.most_common() if name)
            self.sources[source] = sources.Source(
                file=_printable(file.name), sha256=sha.hexdigest(), format=style, records=records
            )
        for digest, entry in self.fresh:
            self.known.setdefault(digest, []).append(entry)
        self.fresh.clear()
        for name, count in used.items():
            self.done.formats[name] = self.done.formats.get(name, 0) + count

    def _record(self, file: str, source: str, raw: stream.Raw) -> str:
        """Take one record in; returns the name of its format."""
        if raw.reason is not None:
            raise BadRecord(raw.reason)
        value = codec.decode_mended(raw.data) if self.options.mend else codec.decode(raw.data)
        found = self.chosen or formats.recognise(value)
        if found is None or not isinstance(value, dict):
            raise BadRecord(formats.reason_unrecognised(value))
        digest = codec.digest(value)
        reading = mapped(found.read(value), self.options.speakers)
        if self.known.get(digest):
            self.done.same.append(Taken(file, raw.record, raw.line, self.known[digest].pop(0)))
            return found.NAME
        entry = self._entry(reading)
        if entry is None:
            self.done.same.append(Taken(file, raw.record, raw.line, reading.entry["id"]))
            return found.NAME
        self._refuse_errors(self.checker.errors(entry))
        self.appender.add(entry, _sidecar(entry, source, raw.record, reading, digest))
        self.used.add(entry["id"])
        self.fresh.append((digest, entry["id"]))
        self._meet(reading.speakers)
        self.done.added.append(Taken(file, raw.record, raw.line, entry["id"]))
        return found.NAME

    def _entry(self, reading: Reading) -> Entry | None:
        """The entry to add, with its id; None if the dataset has this very one under its own id."""
        entry = dict(reading.entry)
        own = entry.get("id")
        place = self.places.get(own) if isinstance(own, str) else None
        if place is not None and _content(self.dataset.line_at(self.now, place).value) == _content(entry):
            return None
        if not is_uuid(own) or place is not None or own in self.used:
            # A file never overwrites an entry: a record with a taken id comes in beside it.
            entry["id"] = next(self.minted)
        tags = [*tags_of(entry), *(t for t in self.options.tags if t not in tags_of(entry))]
        if tags or "tags" not in entry:
            entry["tags"] = tags
        return entry

    @staticmethod
    def _refuse_errors(errors: Iterable[Finding]) -> None:
        for finding in errors:
            raise BadRecord(f"{finding.code} {finding.name}: {finding.message}")

    def _meet(self, speakers: dict[str, str]) -> None:
        for label, decided in speakers.items():
            name = decided.partition(":")[2]
            self.done.speakers.setdefault(label, decided)
            self.characters.setdefault(name, characters.Character(name=_printable(label.strip())))

    def _source_slug(self, file: Path) -> str:
        base = slug(file.name) or "file"
        taken, number = base, 1
        while taken in self.sources:
            number += 1
            taken = f"{base}_{number}"
        return taken

    def finish(self, names: list[str], progress: Progress) -> Imported:
        if not self.done.added or self.options.dry_run:
            return self.done
        progress("writing", 0, None)
        self.appender.close()
        files: dict[str, bytes | Stored | None] = {**self.intake.files()}
        files[sources.KIND.path] = libraries.dump(self.sources)
        if self.done.speakers:
            files[characters.KIND.path] = libraries.dump(self.characters)
        count = len(self.done.added)
        what = _printable(names[0]) if len(names) == 1 else plural(len(names), "file")
        subject = f"Import {plural(count, 'entry')} from {what}"
        before = self.dataset.head_tree()
        commit = self.dataset.write(
            files, message(subject, "import", added=count), commit=self.options.commit
        )
        remember(self.dataset, self.now, self.dataset.head_tree(), before)
        return replace(self.done, commit=commit)


def _forget(path: str, data: bytes) -> None:
    """What a dry run does with a complete part."""


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
    return {"id": entry["id"], "source": origin}


def _content(entry: Any) -> Any:
    """What makes two records the same conversation: all but id and tags."""
    return {k: v for k, v in entry.items() if k not in ("id", "tags")} if isinstance(entry, dict) else entry


def _printable(name: str) -> str:
    return "".join(c if c.isprintable() else "_" for c in name)
