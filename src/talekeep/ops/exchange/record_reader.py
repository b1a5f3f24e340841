"""Records of a foreign file, read one after the other."""

import hashlib
from collections.abc import Callable
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import talekeep.formats as formats
from talekeep.core import codec
from talekeep.core.errors import BadRecord
from talekeep.formats import records
from talekeep.formats import rolethread
from talekeep.formats import stream
from talekeep.formats.base import Reader
from talekeep.formats.base import Reading
from talekeep.formats.shapes import ShapeFormat
from talekeep.formats.speakers import mapped
from talekeep.ops import Progress
from talekeep.ops.exchange.import_result import ImportedRecord
from talekeep.ops.exchange.import_result import Options
from talekeep.ops.exchange.import_result import RefusedRecord

_CHUNK = 1 << 20


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
        return ImportedRecord(self.file, self.number, self.line, entry)

    def refused(self, reason: object) -> RefusedRecord:
        """The record as one that is not stored."""
        return RefusedRecord(self.file, self.number, self.line, str(reason))


class FileReader:
    """One file from beginning to end. `records` and `sha256` are complete when the last record was read.

    Args:
        names: puts names onto the messages of a decoded record, where a registry knows them.
    """

    def __init__(self, file: Path, options: Options, progress: Progress, names: Callable[[Any], Any]) -> None:
        self._file = file
        self._chosen = _chosen(options)
        self._decode = codec.decode_mended if options.mend else codec.decode
        self._speakers = options.speakers
        self._progress = progress
        self._names = names
        self._sha = hashlib.sha256()
        self.records = 0

    @property
    def sha256(self) -> str:
        return self._sha.hexdigest()

    def read(self) -> Iterator[Record | RefusedRecord]:
        """Every record, those that cannot be read with the reason."""
        for raw in records.records(stream.split(self._chunks()), self._decode):
            self.records += 1
            try:
                yield self._record(raw)
            except BadRecord as reason:
                yield RefusedRecord(self._file.name, raw.number, raw.line, str(reason))

    def _record(self, raw: records.Record) -> Record:
        if raw.reason is not None:
            raise BadRecord(raw.reason)
        value = raw.value
        reader = self._chosen or formats.recognise(value)
        if reader is None or not isinstance(value, dict):
            raise BadRecord(formats.reason_unrecognised(value))
        value = self._names(value)
        reading = mapped(reader.read(value), self._speakers)
        digest = codec.digest(rolethread.settled(value))
        return Record(self._file.name, raw.number, raw.line, reader.NAME, digest, reading)

    def _chunks(self) -> Iterator[bytes]:
        size, read = self._file.stat().st_size, 0
        with self._file.open("rb") as opened:
            while chunk := opened.read(_CHUNK):
                self._sha.update(chunk)
                read += len(chunk)
                yield chunk
                self._progress(f"reading {self._file.name}", read, size)


def _chosen(options: Options) -> Reader | None:
    """The format every record is to be read as; None where each says so itself."""
    if options.shape is not None:
        return ShapeFormat(options.shape)
    return formats.reader_named(options.format) if options.format else None
