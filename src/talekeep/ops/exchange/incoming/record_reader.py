"""Records of a foreign file, read one after the other."""

import hashlib
from collections import Counter
from collections.abc import Callable
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from pathlib import Path
from typing import Any

import talekeep.formats as formats
from talekeep.core import codec
from talekeep.core.entry_edit.speakers import Speaker
from talekeep.core.errors import BadRecord
from talekeep.core.slug import slug
from talekeep.formats import rolethread
from talekeep.formats.base import Reader
from talekeep.formats.base import Reading
from talekeep.formats.conversation.mends import mends_of
from talekeep.formats.conversation.roles import THOUGHTS
from talekeep.formats.conversation.speakers import mapped
from talekeep.formats.files import records
from talekeep.formats.files import stream
from talekeep.formats.files.file_kinds import Limit
from talekeep.formats.files.file_kinds import json_of
from talekeep.formats.shapes import ShapeFormat
from talekeep.ops import Progress
from talekeep.ops.exchange.incoming.file_streams import streams
from talekeep.ops.exchange.incoming.import_result import ImportedRecord
from talekeep.ops.exchange.incoming.import_result import Options
from talekeep.ops.exchange.incoming.import_result import RefusedRecord


@dataclass(frozen=True, slots=True)
class Record:
    """One record as it was read: its number and line in the file, the name of its format, the digest of its
    value, and what it says as an entry."""

    file: str
    number: int
    line: int
    format: str
    digest: str
    reading: Reading

    def imported(self, entry: str) -> ImportedRecord:
        """The record as one that is in the dataset under this id."""
        reading = self.reading
        others = len(reading.alternatives)
        return ImportedRecord(self.file, self.number, self.line, entry, self.format, others, reading.mended)

    def refused(self, reason: object) -> RefusedRecord:
        """The record as one that is not stored."""
        return RefusedRecord(self.file, self.number, self.line, str(reason), self.format)


@dataclass(slots=True)
class Stamps:
    """What RoleThread Lite stamped on the records of a file: their ids, the dataset they say they are of
    ("" where they name none or several), and when they were last saved (ISO, UTC; "" if never)."""

    ids: set[str] = field(default_factory=set)
    saved: str = ""
    _datasets: set[str] = field(default_factory=set)

    @property
    def dataset(self) -> str:
        return next(iter(self._datasets)) if len(self._datasets) == 1 else ""

    def meet(self, value: Any) -> Any:
        """Note one decoded record; it is given back as it is."""
        if isinstance(value, dict) and rolethread.STAMP in value:
            entry, owner, saved = (
                rolethread.stamp_of(value, key) for key in ("entry_uuid", "dataset_uuid", "validated_at")
            )
            self.ids.update([] if entry is None else [entry.lower()])
            self._datasets.update([] if owner is None else [owner])
            self.saved = max(self.saved, saved or "")
        return value

    def note(self, dataset: str, saved: str) -> None:
        """Note what the registry beside a file without records says."""
        self._datasets.add(dataset)
        self.saved = saved


class FileReader:
    """One file from beginning to end. `records` and `sha256` are complete when the last record was read.

    Args:
        names: puts names onto the messages of a decoded record, where a registry knows them.
    """

    def __init__(self, file: Path, options: Options, progress: Progress, names: Callable[[Any], Any]) -> None:
        self._file = file
        self._chosen = _chosen(options)
        self._exported = formats.reader_named(options.exported) if options.exported else None
        self._decode = codec.decode_mended if options.mend else codec.decode
        self._options = options
        self._speakers = options.speakers
        # Labels of the map that a reading does not tell any more.
        self._special = _special(options)
        self._progress = progress
        self._names = names
        self._limit = Limit(file.stat().st_size if file.is_file() else 0)
        self._sha = hashlib.sha256()
        self.records = 0
        # Files of an archive that hold no conversations, by ending.
        self.passed_over: Counter[str] = Counter()

    def _pass_over(self, name: str) -> None:
        self.passed_over[Path(name).suffix.lower() or name] += 1

    @property
    def sha256(self) -> str:
        return self._sha.hexdigest()

    def read(self) -> Iterator[Record | RefusedRecord]:
        """Every record, those that cannot be read with the reason; a file that holds none with its own."""
        try:
            taken = not (self._options.format or self._options.shape)
            for name, chunks in streams(
                self._file, self._sha.update, self._progress, self._pass_over, without_cards=taken
            ):
                yield from self._of_stream(name, chunks)
        except BadRecord as reason:
            self.records += 1
            yield RefusedRecord(self._file.name, 1, 1, str(reason))

    def _of_stream(self, name: str, chunks: Iterator[bytes]) -> Iterator[Record | RefusedRecord]:
        """The records of one file, or of one in an archive."""
        number = 0
        try:
            plain = json_of(chunks, name, self._options.encoding, self._options.columns)
            for raw in records.records(stream.split(self._limit.watched(plain)), self._decode):
                number = raw.number
                self.records += 1
                try:
                    record: Record | RefusedRecord = self._record(name, raw)
                except BadRecord as reason:
                    record = RefusedRecord(name, raw.number, raw.line, str(reason))
                yield record
        except BadRecord as reason:
            # The file is not what it should be from here on.
            self.records += 1
            yield RefusedRecord(name, number + 1, 1, str(reason))

    def _known(self, value: Any) -> Reader | None:
        """The format of the export, for a record of it."""
        known = self._exported
        return known if known is not None and isinstance(value, dict) and known.claims(value) else None

    def _record(self, name: str, raw: records.Record) -> Record:
        if raw.reason is not None:
            raise BadRecord(raw.reason)
        value = raw.value
        reader = self._chosen or raw.reader or self._known(value) or formats.recognise(value)
        if reader is None or not isinstance(value, dict):
            raise BadRecord(formats.reason_unrecognised(value) + _no_header(name, self._options))
        value = self._names(value)
        reading = self._reading(reader, value)
        if self._options.lift_names:
            from talekeep.formats.conversation.names_in_text import lifted

            reading = lifted(reading)
        if reading.shape is not None:
            reading = replace(reading, mended=mends_of(reading))
        if formats.may_be_rated(value):
            from talekeep.formats.conversation.ratings import rated

            reading = rated(value, reading)
        digest = codec.digest(rolethread.settled(value) if rolethread.STAMP in value else value)
        return Record(name, raw.number, raw.line, reader.NAME, digest, reading)

    def _reading(self, reader: Reader, value: dict[str, Any]) -> Reading:
        """What a format reads, with the speakers of the map; thoughts go to the replies they are of."""
        labels: dict[str, str] = {}
        if self._special:
            from talekeep.formats.conversation.relabel import with_labels

            value, labels = with_labels(value, self._special)
        reading = reader.read(value)
        if reading.speakers and not THOUGHTS.isdisjoint(map(slug, reading.speakers)):
            from talekeep.formats.conversation.relabel import with_thoughts

            folded, count = with_thoughts(value)
            if count:
                reading = reader.read(folded)
                reading = replace(reading, mended={**reading.mended, "thoughts": count})
        if self._speakers is not None:
            reading = mapped(reading, self._speakers)
        return replace(reading, speakers={**reading.speakers, **labels}) if labels else reading


def _no_header(name: str, options: Options) -> str:
    """The way in for a table whose first line is a row like the others."""
    if options.columns or not name.lower().endswith((".csv", ".tsv")):
        return ""
    return "; a table without a header: --columns '1=prompt,2=completion'"


def _special(options: Options) -> dict[str, Speaker]:
    if options.speakers is None:
        return {}
    from talekeep.formats.conversation.relabel import special_labels

    return special_labels(options.speakers)


def _chosen(options: Options) -> Reader | None:
    """The format every record is to be read as; None where each says so itself."""
    if options.shape is not None:
        return ShapeFormat(options.shape)
    return formats.reader_named(options.format) if options.format else None
