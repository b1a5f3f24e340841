"""Columns of two types are found, with the rows that have them."""

from talekeep.training.columns import Columns
from talekeep.training.columns import describe


def test_a_column_of_two_types_names_its_rows() -> None:
    columns = Columns()
    for number, content in enumerate(["a", "b", [{"type": "text"}], None], 1):
        columns.add(number, {"messages": [{"role": "user", "content": content}]})

    assert describe(columns.mixed()) == ["messages.content is text (rows 1, 2) and list (row 3)"]


def test_tools_differ_inside_and_are_one_column() -> None:
    columns = Columns()
    columns.add(1, {"tools": [{"a": 1}]})
    columns.add(2, {"tools": [{"a": "x"}]})
    assert columns.mixed() == {}
