"""Every record of an import and what became of it, as JSON Lines."""

from collections.abc import Iterator
from typing import Any

import orjson

from talekeep.ops.exchange.incoming.import_result import Imported
from talekeep.ops.exchange.incoming.import_result import ImportedRecord
from talekeep.ops.exchange.incoming.import_result import RefusedRecord


def report_of(result: Imported) -> str:
    """One object a line: `outcome` (added, changed, same, refused, conflict, absent, vanished, …) and what
    is known of it; records in the order of their files."""
    records: list[tuple[str, ImportedRecord | RefusedRecord]] = [
        *(("added", record) for record in result.added),
        *(("changed", record) for record in result.changed),
        *(("same", record) for record in result.same),
        *(("refused", record) for record in result.refused),
    ]
    files = {row.file: place for place, row in enumerate(result.files)}
    records.sort(key=lambda row: (files[row[1].file], row[1].record))
    lines = [*(_of_record(*row) for row in records), *_others(result)]
    return "".join(orjson.dumps(line, default=str).decode() + "\n" for line in lines)


def _of_record(outcome: str, record: ImportedRecord | RefusedRecord) -> dict[str, Any]:
    line: dict[str, Any] = {"outcome": outcome, "file": record.file, "record": record.record}
    line |= {"line": record.line, "format": record.format}
    if isinstance(record, RefusedRecord):
        return {**line, "reason": record.reason}
    return {**line, "id": record.id, "alternatives": record.alternatives, "mended": record.mended}


def _others(result: Imported) -> Iterator[dict[str, Any]]:
    for conflict in result.conflicts:
        yield {"outcome": "conflict", "id": conflict.entry, "path": list(conflict.path)}
    yield from ({"outcome": "absent", "id": entry} for entry in result.absent)
    yield from ({"outcome": "vanished", "file": file} for file in result.vanished)
    yield from ({"outcome": "removed", "id": entry} for entry in result.removed)
    yield from ({"outcome": "note", "text": note} for note in result.notes)
