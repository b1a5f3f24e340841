"""An export for RoleThread Lite that came back without its note: which of the exports it was.

Its stamps name this dataset, but no commit, and RoleThread Lite forgets what it does not know. The export
that most of the file's entries are still as in is the one it was made from: nobody edits most of a dataset at
once.
"""

from collections.abc import Mapping
from pathlib import Path

from talekeep.core.entry import Entry
from talekeep.core.entry import messages_of
from talekeep.core.entry import text_of
from talekeep.ops import silent
from talekeep.ops.exchange.incoming.import_result import Options
from talekeep.ops.exchange.incoming.import_result import RefusedRecord
from talekeep.ops.exchange.incoming.record_reader import FileReader
from talekeep.ops.exchange.incoming.record_reader import Stamps
from talekeep.ops.exchange.provenance import Provenance
from talekeep.ops.exchange.provenance import notes_of_own
from talekeep.store.dataset import Dataset


def find(dataset: Dataset, file: Path, options: Options) -> Provenance | None:
    """The export of this clone that a file came from; None where its stamps do not name this dataset."""
    stamps = Stamps()
    texts: dict[str, list[str]] = {}
    for record in FileReader(file, options, silent, stamps.meet).read():
        if not isinstance(record, RefusedRecord):
            texts[str(record.reading.entry.get("id"))] = _texts(record.reading.entry)
    if stamps.dataset != dataset.config.id:
        return None
    notes = [(_alike(dataset, note, texts), note) for note in notes_of_own(dataset)]
    best = max(notes, key=lambda row: row[0], default=None)
    return best[1] if best is not None and best[0][0] else None


def _alike(dataset: Dataset, note: Provenance, texts: Mapping[str, list[str]]) -> tuple[int, int]:
    """How many entries of the file are as they were exported, and when that was."""
    lines = (line.value for line in dataset.at(note.commit).entries() if isinstance(line.value, dict))
    count = sum(texts.get(str(entry.get("id"))) == _texts(entry) for entry in lines)
    return count, dataset.history.commit(note.commit).time


def _texts(entry: Entry) -> list[str]:
    return [text_of(message) for message in messages_of(entry)]
