"""Change one value of a TOML file that a person wrote: comments, order and every other line stay."""

import contextlib
import re

import tomli_w

from talekeep.core.errors import Refused
from talekeep.store import toml

_TABLE = re.compile(r"[ \t]*\[\[?[^\[\]\n]+\]\]?[ \t]*(?:#.*)?")


def with_value(data: bytes, table: str, key: str, value: str | int | bool | None, name: str) -> bytes:
    """The file with `key` of `table` (empty: the top) set, or with None taken out.

    Raises:
        Refused: the value stands there in a form that cannot be changed line by line.
    """
    before, wanted = toml.parse(data, name), _changed(toml.parse(data, name), table, key, value)
    if value is None and key not in _inner(before, table):
        return data
    lines = data.decode("utf-8").split("\n")
    first, last = _range(lines, table)
    written = [] if value is None else [tomli_w.dumps({key: value}).rstrip("\n")]
    old = re.compile(rf"[ \t]*(?:{re.escape(key)}|\"{re.escape(key)}\")[ \t]*=.*")
    at = next((n for n in range(first, last) if old.fullmatch(lines[n])), None)
    if at is not None:
        lines[at : at + 1] = [line + _comment(lines[at], name) for line in written]
    elif first <= last and (first or not table):
        lines[first:first] = written
    elif written:
        lines[-1:] = [*([lines[-1]] if lines[-1] else []), "", f"[{table}]", *written, ""]
    made = "\n".join(lines).encode()
    if toml.parse(made, name) != wanted:
        raise Refused(f"{table or 'the top'} of {name} is written in an unusual way", f"edit {name} by hand")
    return made


def _comment(line: str, name: str) -> str:
    """What stands behind the value of a line: `a = "#1"  # first` → `  # first`."""
    for mark in re.finditer(r"[ \t]+#", line):
        with contextlib.suppress(Refused):
            toml.parse(line[: mark.start()].encode(), name)
            return line[mark.start() :]
    return ""


def _changed(
    tables: dict[str, object], table: str, key: str, value: str | int | bool | None
) -> dict[str, object]:
    inner = _inner(tables, table)
    inner.pop(key, None)
    if value is not None:
        inner[key] = value
    return tables


def _inner(tables: dict[str, object], table: str) -> dict[str, object]:
    for step in table.split(".") if table else []:
        below = tables.setdefault(step, {})
        if not isinstance(below, dict):
            raise Refused(f"{table} is no table", "edit it by hand")
        tables = below
    return tables


def _range(lines: list[str], table: str) -> tuple[int, int]:
    """The lines of a table without its header; an empty range at 0 where it is not there."""
    starts = [n for n, line in enumerate(lines) if _TABLE.fullmatch(line)]
    if not table:
        return 0, starts[0] if starts else len(lines)
    header = re.compile(rf"[ \t]*\[[ \t]*{re.escape(table)}[ \t]*\][ \t]*(?:#.*)?")
    at = next((n for n in starts if header.fullmatch(lines[n])), None)
    if at is None:
        return 0, -1
    return at + 1, next((n for n in starts if n > at), len(lines))
