"""Columns of two types are found, with the rows that have them."""

import pytest

from talekeep.training.columns import FIRST_CHUNK
from talekeep.training.columns import Columns
from talekeep.training.columns import describe
from talekeep.training.columns import feature
from talekeep.training.columns import option_for


def test_a_column_of_two_types_names_its_rows() -> None:
    columns = Columns()
    for number, content in enumerate(["a", "b", [{"type": "text"}], None], 1):
        columns.add(number, {"messages": [{"role": "user", "content": content}]})

    assert describe(columns.mixed()) == ["messages.content is text (rows 1, 2) and list (row 3)"]


def test_tools_that_differ_inside_are_mixed_too_and_have_an_option() -> None:
    columns = Columns()
    columns.add(1, {"tools": [{"a": 1}]})
    columns.add(2, {"tools": [{"a": "x"}]})

    assert columns.mixed() == {"tools.a": {"number": [1], "text": [2]}}
    assert option_for(columns.mixed()) == "--tools json"


def test_an_integer_is_a_number_and_no_second_type() -> None:
    columns = Columns()
    for number, weight in enumerate([1, 0.5, None], 1):
        columns.add(number, {"weight": weight})

    assert columns.mixed() == {}
    assert columns.types() == {"weight": "float64"}


@pytest.mark.parametrize(
    ("mixed", "option"),
    [
        ("messages.content", "--parts text --media drop"),
        ("messages.weight", "--weights weight"),
        ("messages.tool_calls.id", "--tools drop"),
        ("score", "--columns"),
    ],
)
def test_mixed_columns_name_the_option_that_gives_them_one_type(mixed: str, option: str) -> None:
    assert option_for({mixed: {"text": [1], "list": [2]}}).startswith(option)


ROW = {
    "messages": [{"role": "user", "content": None, "tool_calls": []}],
    "history": [["a", "b"]],
    "label": True,
    "empty": {},
}


def test_the_types_are_those_of_all_rows_together() -> None:
    columns = Columns()
    columns.add(1, ROW)
    columns.add(2, {"messages": [{"content": "x", "tool_calls": [{"id": "1"}]}], "late": None})

    types = columns.types()

    message = {"role": "string", "content": "string", "tool_calls": [{"id": "string"}]}
    assert types == {
        "messages": [message],
        "history": [["string"]],
        "label": "bool",
        "empty": {},
        "late": "null",
    }
    assert columns.names() == ["messages", "history", "label", "empty", "late"]


def test_all_options_that_are_needed_are_named_at_once_and_few_of_many_columns() -> None:
    columns = Columns()
    for number, (content, default) in enumerate([("a", 1), (["a"], "b")], 1):
        tools = [{f"parameter_{n}": {"default": default} for n in range(4)}]
        columns.add(number, {"messages": [{"content": content}], "tools": tools})
    assert option_for(columns.mixed()) == "--tools json --parts text --media drop"
    described = describe(columns.mixed())
    assert len(described) == 4
    assert described[-1] == "and 2 more columns"


def test_a_column_is_described_as_the_hub_has_it() -> None:
    features = pytest.importorskip("datasets").Features
    columns = Columns()
    columns.add(1, ROW)
    described = [feature(name, given) for name, given in columns.types().items()]

    assert [row["name"] for row in features._from_yaml_list(described)._to_yaml_list()] == [*columns.types()]
    assert features._from_yaml_list(described)._to_yaml_list() == described


def test_rows_that_bring_a_column_after_the_first_chunk_are_late() -> None:
    columns = Columns()
    columns.add(1, {"messages": [{"role": "user", "name": None}], "images": []})
    columns.add(2, {"messages": [{"role": "user", "name": "mara"}]}, FIRST_CHUNK)
    columns.add(3, {"messages": [{"role": "user", "name": "wren"}], "images": ["a"]}, FIRST_CHUNK + 100)

    assert columns.late() == [2, 3]


def test_columns_of_several_files_are_numbered_on() -> None:
    first, second, both = Columns(), Columns(), Columns()
    first.add(1, {"score": 1})
    second.add(1, {"score": "one"})
    both.take(first, 0)
    both.take(second, 1)

    assert describe(both.mixed()) == ["score is number (row 1) and text (row 2)"]
