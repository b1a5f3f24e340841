"""The note beside an exported file: from which commit and query it was made, and whether to believe it."""

import contextlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import talekeep.formats as formats
from talekeep.core import codec
from talekeep.core.errors import BadRecord
from talekeep.core.errors import NotFound
from talekeep.core.errors import Problem
from talekeep.core.errors import Usage
from talekeep.core.query import parser
from talekeep.formats.base import Format
from talekeep.ops.exchange.incoming.companions import notes_of
from talekeep.store import config
from talekeep.store.dataset import Dataset

SCHEMA = "talekeep.provenance/1"
_MAX_BYTES = 2**20
_MAX_QUERY = 4096
_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a trusted file came from: the commit, the query and the format it was exported with."""

    commit: str
    query: str
    format: Format


def _found_beside(file: Path) -> Path | None:
    """The note of an export, also under the name that version 0.1.0 gave it."""
    return next((place for place in notes_of(file) if place.is_file()), None)


def note_of(dataset: Dataset, file: Path) -> dict[str, Any] | None:
    """The note beside a file, if it is one of an export of this dataset."""
    place = _found_beside(file)
    if place is None or place.stat().st_size > _MAX_BYTES:
        return None
    try:
        note = codec.decode(place.read_bytes())
    except BadRecord:
        return None
    is_ours = isinstance(note, dict) and note.get("dataset") == dataset.config.id
    return note if is_ours else None


def note_of_own(dataset: Dataset, commit: str) -> Path:
    """The second note of an export for RoleThread Lite, which stays in this clone: the first may get lost
    when the file is moved."""
    folder = dataset.private / "exports"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"rolethread-{commit}.json"


def notes_of_own(dataset: Dataset) -> Iterator[Provenance]:
    """The exports for RoleThread Lite that were made in this clone."""
    for place in sorted((dataset.private / "exports").glob("rolethread-*.json")):
        with contextlib.suppress(BadRecord):
            yield _checked(dataset, codec.decode(place.read_bytes()))


def note_of_clean(dataset: Dataset, sha256: str) -> Path:
    """The note of a clean export, found by the SHA-256 of its file. It stays in this clone: nothing but the
    conversations leaves."""
    folder = dataset.private / "exports"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{sha256}.json"


def dump(dataset: Dataset, where: str | None, facts: dict[str, Any]) -> bytes:
    """The note as bytes; `done` is the result of the export."""
    note = {"schema": SCHEMA, "dataset": dataset.config.id, "query": where or ""} | facts
    return json.dumps(note, indent=2, ensure_ascii=False).encode() + b"\n"


def trusted(dataset: Dataset, file: Path) -> Provenance | None:
    """What the note beside a file says; None where there is no note.

    Raises:
        BadRecord: the note does not make the file one of this dataset's; the reason says why.
    """
    place = _found_beside(file)
    if place is None:
        return None
    with place.open("rb") as stream:
        data = stream.read(_MAX_BYTES + 1)
    if len(data) > _MAX_BYTES:
        raise BadRecord("its provenance is too large")
    return _checked(dataset, codec.decode(data))


def _checked(dataset: Dataset, note: Any) -> Provenance:
    if not isinstance(note, dict) or note.get("schema") != SCHEMA:
        raise BadRecord(f"its provenance is no {SCHEMA}")
    if note.get("dataset") != dataset.config.id:
        raise BadRecord("it was exported from another dataset")
    if note.get("clean") is not False:
        raise BadRecord("a clean export has no ids to go by")
    commit, format, asked = note.get("commit"), note.get("format"), note.get("query")
    if not isinstance(format, str) or format not in formats.FORMATS:
        raise BadRecord("its provenance names no format of ours")
    _require_commit(dataset, commit)
    if not isinstance(asked, str) or len(asked) > _MAX_QUERY:
        raise BadRecord("its provenance has no query")
    try:
        parser.parse(asked)
    except Usage as reason:
        raise BadRecord(f"its provenance has no query: {reason.message}") from None
    return Provenance(str(commit), asked, formats.FORMATS[format])


def _require_commit(dataset: Dataset, commit: Any) -> None:
    if commit is None:
        raise BadRecord("it was exported from changes that were not committed")
    if not isinstance(commit, str) or not _COMMIT.fullmatch(commit):
        raise BadRecord("its provenance names no commit")
    try:
        known = dataset.history.resolve(commit) == commit
        settings = (
            config.parse(dataset.at(commit).optional(config.NAME) or b"", dataset.models) if known else None
        )
    except NotFound:
        known, settings = False, None
    except Problem as reason:
        raise BadRecord(f"the commit it was exported from cannot be read: {reason.message}") from None
    if not known:
        raise BadRecord(f"this dataset has no commit {commit[:7]}")
    if settings is None or settings.id != dataset.config.id:
        raise BadRecord(f"the commit {commit[:7]} is another dataset's")
