"""The types of columns: a training file has one type for each column, or trainers refuse it.

`datasets` up to 4.0, which LLaMA-Factory pins, refuses a column of two types: `content` that is a text in one
row and a list of parts in another, or `arguments` that are a string here and an object there.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

_NAMES = {str: "text", list: "list", dict: "object", bool: "boolean", int: "number", float: "number"}
_MOST = 5


class Columns:
    """Collects the types of every column of the rows of one file.

    Columns are named by keys alone: `messages.content`, `messages.tool_calls.function.arguments`. Inside
    `tools` and `arguments` nothing is followed: these differ from tool to tool by their nature.
    """

    def __init__(self) -> None:
        self._rows: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))

    def add(self, number: int, row: dict[str, Any]) -> None:
        """Take note of row `number` (from 1)."""
        for column, kind in dict.fromkeys(_columns(row, "")):
            rows = self._rows[column][kind]
            if len(rows) < _MOST:
                rows.append(number)

    def mixed(self) -> dict[str, dict[str, list[int]]]:
        """Columns of more than one type: column → type → the first rows that have it. Null is no type."""
        return {
            column: {kind: rows for kind, rows in kinds.items() if kind != "null"}
            for column, kinds in sorted(self._rows.items())
            if len(kinds.keys() - {"null"}) > 1
        }


def _columns(value: dict[str, Any], above: str) -> Iterator[tuple[str, str]]:
    for key, item in value.items():
        column = f"{above}{key}"
        yield column, _NAMES.get(type(item), "null")
        if key in ("tools", "functions", "arguments"):
            continue
        for inner in item if isinstance(item, list) else (item,):
            if isinstance(inner, dict):
                yield from _columns(inner, f"{column}.")


def describe(mixed: dict[str, dict[str, list[int]]]) -> list[str]:
    """The mixed columns in words, with rows: `messages.content is text (rows 1, 2) and list (row 7)`."""
    return [
        f"{column} is " + " and ".join(f"{kind} ({_rows(rows)})" for kind, rows in kinds.items())
        for column, kinds in mixed.items()
    ]


def _rows(rows: list[int]) -> str:
    numbers = ", ".join(map(str, rows))
    return f"row {numbers}" if len(rows) == 1 else f"rows {numbers}{', …' if len(rows) == _MOST else ''}"


def option_for(mixed: dict[str, dict[str, list[int]]]) -> str:
    """The option that gives mixed columns one type."""
    content = [column for column in mixed if column.rpartition(".")[2] in ("content", "text")]
    if content:
        return "--parts text --media drop"
    return "--tools drop" if any("tool" in column for column in mixed) else "--columns names those to keep"
