"""What the rows of a training file are written as: JSON lines, one JSON array, CSV or Parquet.

Rows are written as JSON lines first; once all their columns are known, a file is made of them that has each
column, with one type, from its first row on.
"""

import csv
import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any
from typing import Literal
from typing import TypeAlias

from talekeep.core import codec
from talekeep.core.errors import Outside
from talekeep.core.errors import Usage
from talekeep.ops.exchange.training.training_rows import NO_TABLE
from talekeep.ops.exchange.training.training_rows import Target
from talekeep.store.files import fsync_stream
from talekeep.training.columns import Columns
from talekeep.training.columns import Type

FileType: TypeAlias = Literal["jsonl", "json", "csv", "parquet"]
# Those that have columns instead of objects. Their names are formats too: `messages` in such a file.
TABLES: tuple[FileType, ...] = ("csv", "parquet")
_ENDINGS: dict[str, FileType] = {".json": "json", ".csv": "csv", ".parquet": "parquet"}
# Tools differ inside from row to row, so a column of them has no type but text.
_AS_JSON = ("tools", "functions")
_ROWS_A_GROUP = 10_000
_FORMULA = ("=", "+", "-", "@")
MOVED = "rows put first, because `datasets` takes the columns of a file from its first 10 MiB"


def file_type_of(out: Path, format: str | None) -> FileType:
    """What a file is written as: by the format where that is a table's, else by the ending of its name.

    Raises:
        Usage: both say something, and not the same.
    """
    by_name = _ENDINGS.get(out.suffix.lower(), "jsonl")
    by_format = next((kind for kind in TABLES if kind == format), by_name)
    if by_format != by_name and out.suffix.lower() in (*_ENDINGS, ".jsonl"):
        raise Usage(f"{out.name} would hold {by_format}", f"name it {out.stem}.{by_format}")
    return by_format


def check(file_type: FileType, target: Target | None) -> None:
    """Raises: Usage: what is written (None: a full export) is no table, and the file is to be one."""
    if file_type not in TABLES:
        return
    if target is None:
        raise Usage(f"a full export is JSON, not {file_type}", "--clean")
    if target.writer.NAME in NO_TABLE:
        raise Usage(f"{target.writer.TITLE} is lines of JSON, not {file_type}", "name the file .jsonl")
    if target.trainer is not None:
        raise Usage(f"what loads a file with {target.trainer} reads JSON lines", "name the file .jsonl")


def made_with(file_type: FileType) -> dict[str, str]:
    """The library whose version decides the bytes of a file, with that version; {} where none does."""
    if file_type != "parquet":
        return {}
    return {"pyarrow": _pyarrow().__version__}


def _pyarrow() -> Any:
    try:
        import pyarrow  # type: ignore[import-untyped, import-not-found, unused-ignore]
        import pyarrow.parquet  # type: ignore[import-untyped, import-not-found, unused-ignore]
    except ImportError:
        raise Outside(
            "Parquet needs the library pyarrow", "pip install 'talekeep[parquet]', or name it .jsonl"
        ) from None
    return pyarrow


def finish(file: Path, file_type: FileType, columns: Columns) -> tuple[dict[str, int], dict[str, int]]:
    """Make of JSON lines what the file is to be.

    Returns: alterations and warnings, each in words → in how many rows.

    Raises:
        Outside: Parquet, and its library is not installed.
    """
    if file_type == "csv":
        return _replace_by(file, _Csv(columns))
    if file_type == "parquet":
        return _replace_by(file, _Parquet(columns))
    late = columns.late() if file_type == "jsonl" else []
    if late:
        move_first(file, late)
    return {MOVED: len(late)} if late else {}, {}


def move_first(file: Path, numbers: list[int]) -> None:
    """Put lines (numbered from 1) at the start of a file."""
    moved = {*numbers}
    beside = file.with_name(f"{file.name}.moved")
    with file.open("rb") as stream:
        first = [line for number, line in enumerate(stream, 1) if number in moved]
        stream.seek(0)
        with beside.open("wb") as written:
            written.writelines(first)
            written.writelines(line for number, line in enumerate(stream, 1) if number not in moved)
            fsync_stream(written)
    beside.replace(file)


def sha256_of(file: Path) -> str:
    """The SHA-256 of a file."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _replace_by(file: Path, table: "_Csv | _Parquet") -> tuple[dict[str, int], dict[str, int]]:
    beside = file.with_name(f"{file.name}.table")
    try:
        table.write(_rows(file), beside)
        with beside.open("rb+") as stream:
            fsync_stream(stream)
        beside.replace(file)
    finally:
        beside.unlink(missing_ok=True)
    return dict(table.alterations), dict(table.warnings)


def _rows(file: Path) -> Iterator[dict[str, Any]]:
    with file.open("rb") as lines:
        for line in lines:
            yield codec.decode(line)


class _Csv:
    """Texts as they are, everything else as JSON, as RFC 4180 has it; a column that a row lacks is empty."""

    def __init__(self, columns: Columns) -> None:
        self._names = columns.names()
        self.alterations: Counter[str] = Counter()
        self.warnings: Counter[str] = Counter()

    def write(self, rows: Iterator[dict[str, Any]], place: Path) -> None:
        with place.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(self._names)
            for row in rows:
                writer.writerow([self._cell(row.get(name)) for name in self._names])
                self._count(row)

    def _cell(self, value: Any) -> str:
        if isinstance(value, str) or value is None:
            return value or ""
        return json.dumps(value, ensure_ascii=False)

    def _count(self, row: dict[str, Any]) -> None:
        if any(isinstance(value, list | dict) for value in row.values()):
            self.alterations["lists and objects written as JSON in a cell"] += 1
        texts = [value for value in row.values() if isinstance(value, str)]
        if len(self._names) > len(row) and "" in texts:
            self.alterations["empty texts written as an empty cell, as missing values are"] += 1
        if any(text.startswith(_FORMULA) for text in texts):
            self.warnings["a cell begins as a formula does: import the file into a spreadsheet as text"] += 1


class _Parquet:
    """One schema for all rows, stated in the file."""

    def __init__(self, columns: Columns) -> None:
        self._types = types_in(columns, "parquet")
        self._as_json = [name for name, given in columns.types().items() if given != self._types[name]]
        self.alterations: Counter[str] = Counter()
        self.warnings: Counter[str] = Counter()

    def write(self, rows: Iterator[dict[str, Any]], place: Path) -> None:
        pyarrow = _pyarrow()

        def arrow(given: Type) -> Any:
            if isinstance(given, str):
                return getattr(pyarrow, {"bool": "bool_"}.get(given, given))()
            if isinstance(given, list):
                return pyarrow.list_(arrow(given[0]))
            return pyarrow.struct([(name, arrow(inner)) for name, inner in given.items()])

        schema = pyarrow.schema([(name, arrow(given)) for name, given in self._types.items()])
        with pyarrow.parquet.ParquetWriter(place, schema, compression="zstd") as writer:
            plain = map(self._plain, rows)
            while group := list(islice(plain, _ROWS_A_GROUP)):
                writer.write_table(pyarrow.Table.from_pylist(group, schema))

    def _plain(self, row: dict[str, Any]) -> dict[str, Any]:
        for name in self._as_json:
            if row.get(name) is not None and not isinstance(row[name], str):
                self.alterations[f"the column {name!r} written as JSON text"] += 1
                row[name] = json.dumps(row[name], ensure_ascii=False)
        return row


def types_in(columns: Columns, file_type: FileType) -> dict[str, Type]:
    """The type of each column as a file of a type has it."""
    types = columns.types()
    if file_type == "csv":
        return dict.fromkeys(types, "string")
    as_json = [name for name, given in types.items() if name in _AS_JSON or _is_hollow(given)]
    return types | (dict.fromkeys(as_json, "string") if file_type == "parquet" else {})


def _is_hollow(given: Type) -> bool:
    """Whether there is an object without keys in a type, which Parquet has no column for."""
    if isinstance(given, dict):
        return not given or any(map(_is_hollow, given.values()))
    return isinstance(given, list) and _is_hollow(given[0])
