"""The types of columns: a training file has one type for each column, or trainers refuse it.

`datasets` takes the columns of a JSONL file from its first 10 MiB (`JsonConfig.chunksize`, 3.6 to 5), and
refuses a column that comes later. Up to 4.0, which LLaMA-Factory pins, it also refuses a column of two types:
`content` that is a text in one row and a list of parts in another.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from typing import TypeAlias

# What `datasets` reads before it settles the columns, in bytes.
FIRST_CHUNK = 10 * 2**20

# A type: a name of Arrow ("string", "bool", "int64", "float64", "null"), a list of one type, or an object.
Type: TypeAlias = str | list["Type"] | dict[str, "Type"]
# The keys to a column; _ITEM stands for the items of a list.
_Path: TypeAlias = tuple[str | int, ...]

_ITEM = 0
_KINDS = {str: "text", list: "list", dict: "object", bool: "boolean", int: "integer", float: "number"}
_LEAVES = {"text": "string", "boolean": "bool", "integer": "int64", "number": "float64"}
_MOST = 5
# Mixed columns that a message names; definitions of tools alone may have dozens.
_SHOWN = 3


@dataclass(slots=True)
class _Found:
    """The first rows that have a kind, and where in the file the first one starts."""

    rows: list[int]
    start: int


class Columns:
    """Collects the types of every column of the rows of one file.

    Columns are named by keys: `messages.content`, `messages.tool_calls.function.arguments`.
    """

    def __init__(self) -> None:
        self._kinds: dict[_Path, dict[str, _Found]] = {}

    def add(self, number: int, row: dict[str, Any], start: int = 0) -> None:
        """Take note of row `number` (from 1), which starts at the byte `start` of its file."""
        for path, kind in dict.fromkeys(_columns(row, ())):
            kinds = self._kinds.setdefault(path, {})
            known = kinds.get(kind)
            if known is None:
                kinds[kind] = _Found([number], start)
            elif len(known.rows) < _MOST:
                known.rows.append(number)

    def take(self, other: "Columns", before: int) -> None:
        """Take note of the rows of another file, which come after `before` others."""
        for path, kinds in other._kinds.items():
            known = self._kinds.setdefault(path, {})
            for kind, places in kinds.items():
                rows = known[kind].rows if kind in known else []
                known[kind] = _Found([*rows, *(before + row for row in places.rows)][:_MOST], 0)

    def mixed(self) -> dict[str, dict[str, list[int]]]:
        """Columns of more than one type: column → type → the first rows that have it. Null is no type, and
        an integer is a number."""
        result = {}
        for path, kinds in self._kinds.items():
            rows: dict[str, list[int]] = {}
            for kind, known in kinds.items():
                if kind != "null":
                    rows.setdefault("number" if kind == "integer" else kind, []).extend(known.rows)
            if len(rows) > 1:
                result[_name(path)] = {kind: sorted(several)[:_MOST] for kind, several in rows.items()}
        return dict(sorted(result.items()))

    def late(self) -> list[int]:
        """The rows that have to stand in the first chunk of the file, so that every column does."""
        firsts = (_typed(kinds) for kinds in self._kinds.values())
        return sorted({first.rows[0] for first in firsts if first and first.start >= FIRST_CHUNK})

    def names(self) -> list[str]:
        """The columns of a row, in the order in which they first stand."""
        return [str(path[0]) for path in self._kinds if len(path) == 1]

    def types(self) -> dict[str, Type]:
        """The type of each column of a row; each has one, or this has no meaning."""
        root: dict[str, Type] = {}
        for path in sorted(self._kinds, key=len):
            at: Any = root
            for step in path[:-1]:
                at = at[step]
            at[path[-1]] = _type(self._kinds[path])
        return root


def _columns(value: dict[str, Any], above: _Path) -> Iterator[tuple[_Path, str]]:
    for key, item in value.items():
        yield from _column(item, (*above, key))


def _column(item: Any, path: _Path) -> Iterator[tuple[_Path, str]]:
    yield path, _KINDS.get(type(item), "null")
    if isinstance(item, dict):
        yield from _columns(item, path)
    elif isinstance(item, list):
        for inner in item:
            yield from _column(inner, (*path, _ITEM))


def _typed(kinds: dict[str, _Found]) -> _Found | None:
    """Where a column first has the type that holds all its values."""
    return kinds.get("number") or next((places for kind, places in kinds.items() if kind != "null"), None)


def _type(kinds: dict[str, _Found]) -> Type:
    if "list" in kinds:
        return ["null"]
    if "object" in kinds:
        return {}
    leaf = "number" if "number" in kinds else next((kind for kind in kinds if kind != "null"), "")
    return _LEAVES.get(leaf, "null")


def _name(path: _Path) -> str:
    return ".".join(step for step in path if isinstance(step, str))


def describe(mixed: dict[str, dict[str, list[int]]]) -> list[str]:
    """The first mixed columns, with rows: `messages.content is text (rows 1, 2) and list (row 7)`."""
    described = [
        f"{column} is " + " and ".join(f"{kind} ({_rows(rows)})" for kind, rows in kinds.items())
        for column, kinds in mixed.items()
    ]
    more = len(described) - _SHOWN
    return described if more < 1 else [*described[:_SHOWN], f"and {more} more columns"]


def _rows(rows: list[int]) -> str:
    numbers = ", ".join(map(str, rows))
    return f"row {numbers}" if len(rows) == 1 else f"rows {numbers}{', …' if len(rows) == _MOST else ''}"


def option_for(mixed: dict[str, dict[str, list[int]]]) -> str:
    """The options that give all mixed columns one type."""
    keys = [column.split(".") for column in mixed]
    options = {
        "--tools json": any(path[0] in ("tools", "functions") for path in keys),
        "--parts text --media drop": any(path[-1] in ("content", "text") for path in keys),
        "--weights weight": any(path[-1] in ("weight", "train", "loss_weight") for path in keys),
    }
    if asked := [option for option, helps in options.items() if helps]:
        return " ".join(asked)
    return "--tools drop" if any("tool" in key for path in keys for key in path) else _KEEP_SOME


_KEEP_SOME = "--columns names those to keep"


def feature(name: str, given: Type) -> dict[str, Any]:
    """A column as the Hub's card describes it (`dataset_info.features`).

    Source: `Features._to_yaml_list` of `datasets` 3.6, whose form 4 and 5 read too.
    """
    return {"name": name, **_described(given)}


def _described(given: Type) -> dict[str, Any]:
    if isinstance(given, str):
        return {"dtype": given}
    if isinstance(given, dict):
        return {"struct": [feature(name, inner) for name, inner in given.items()]}
    inner = _described(given[0])
    return {"list": inner["dtype"] if "dtype" in inner else inner.get("struct", inner)}
