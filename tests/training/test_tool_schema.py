"""Definitions of tools that trainers stop at, and what mends them."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from talekeep.training import policies
from talekeep.training.base import Context
from talekeep.training.base import Draft
from talekeep.training.tool_schema import is_name
from talekeep.training.tool_schema import is_schema
from talekeep.training.tool_schema import is_sound
from talekeep.training.tool_schema import mended
from talekeep.training.tool_schema import mended_schema
from talekeep.training.tool_schema import plain_names


@pytest.mark.parametrize(
    ("given", "right"),
    [
        ({"type": "str"}, {"type": "string"}),
        ({"type": "str, optional"}, {"type": "string"}),
        ({"type": "STRING"}, {"type": "string"}),
        ({"type": "List[int]"}, {"type": "array", "items": {"type": "integer"}}),
        ({"type": "Optional[float]"}, {"type": "number"}),
        ({"type": "Union[str, int]"}, {"type": ["string", "integer"]}),
        ({"type": "str | None"}, {"type": ["string", "null"]}),
        ({"type": ["str", "int"]}, {"type": ["string", "integer"]}),
        ({"type": "a small dragon", "description": "Which."}, {"description": "Which."}),
        ({"type": None}, {}),
        ({"description": ["a", "b"]}, {"description": '["a", "b"]'}),
        ({"enum": "a, b"}, {}),
        ({"minimum": "0"}, {}),
        ({"items": "str", "type": "list"}, {"type": "array", "items": {"type": "string"}}),
        (
            {"type": "object", "properties": {"a": {"type": "int", "required": True}}},
            {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]},
        ),
        ({"anyOf": [{"type": "str"}, {"type": "int"}]}, {"anyOf": [{"type": "string"}, {"type": "integer"}]}),
    ],
)
def test_a_schema_is_mended_in_the_words_of_json_schema(given: dict[str, Any], right: dict[str, Any]) -> None:
    assert not is_schema(given)
    assert mended_schema(given) == right
    assert is_schema(right)


KEYWORDS = st.sampled_from(["type", "properties", "items", "required", "enum", "description", "anyOf", "not"])
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-2, 2)
    | st.sampled_from(["", "str", "string", "List[int]", "a|b"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYWORDS, inner, max_size=3),
    max_leaves=8,
)


@given(parameters=VALUES)
def test_whatever_stands_for_parameters_becomes_a_schema_with_properties(parameters: Any) -> None:
    definition = mended({"name": "roll", "parameters": parameters})
    assert is_sound(definition)
    assert mended(definition) == definition


@given(names=st.lists(st.text(max_size=70), max_size=6))
def test_names_become_plain_ones_that_differ(names: list[str]) -> None:
    made = plain_names(names)
    after = [made.get(name, name) for name in dict.fromkeys(names)]
    assert all(map(is_name, after))
    assert len({*after}) == len(after)


def _apply(value: str, entry: dict[str, Any]) -> Draft:
    [draft] = policies.apply(Draft({"id": "x", **entry}), {"tool_schemas": value}, Context())
    return draft


TALK = [{"role": "user", "content": "Roll."}, {"role": "assistant", "content": "Seven."}]


def test_sound_definitions_stay_as_they_are() -> None:
    tools = [{"name": "roll", "parameters": {"type": "object", "properties": {}}}]
    for value in ("keep", "list", "mend", "drop"):
        draft = _apply(value, {"messages": TALK, "tools": tools})
        assert (draft.entry["tools"], draft.losses, draft.alterations) == (tools, (), ())


def test_a_mended_definition_is_an_alteration_and_a_dropped_one_a_loss() -> None:
    entry = {"messages": TALK, "tools": [{"name": "roll", "parameters": {"dice": {"type": "str"}}}]}
    right = {"type": "object", "properties": {"dice": {"type": "string"}}}
    draft = _apply("mend", entry)
    assert draft.entry["tools"] == [{"name": "roll", "parameters": right}]
    assert draft.alterations == ("tool definitions mended to a JSON Schema with properties",)
    draft = _apply("drop", entry)
    assert "tools" not in draft.entry
    assert draft.losses == ("faulty tool definitions",)


@pytest.mark.parametrize("tools", ["roll(dice)", 3, None, ["roll"], [], [{"type": "web_search"}]])
def test_what_is_no_definition_is_left_out_and_counted(tools: Any) -> None:
    draft = _apply("mend", {"messages": TALK, "tools": tools})
    assert "tools" not in draft.entry
    assert draft.losses == ("faulty tool definitions",)


def test_names_change_in_definitions_calls_and_results_alike() -> None:
    call = {"id": "1", "type": "function", "function": {"name": "dice.roll", "arguments": "{}"}}
    talk = [
        TALK[0],
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "1", "name": "dice.roll", "content": "7"},
        TALK[1],
    ]
    draft = _apply("openai", {"messages": talk, "tools": [{"name": "dice.roll", "parameters": {}}]})
    assert draft.entry["tools"][0]["function"]["name"] == "dice_roll"
    assert draft.messages[1]["tool_calls"][0]["function"]["name"] == "dice_roll"
    assert draft.messages[2]["name"] == "dice_roll"


@pytest.mark.parametrize("name", ["sharegpt-toolcalls.json", "llamafactory-v1-reasoning-tools.jsonl"])
def test_real_definitions_are_mended_and_what_was_sound_stays(shared: Path, name: str) -> None:
    text = (shared / "real" / name).read_text("utf-8")
    rows = json.loads(text) if name.endswith(".json") else [json.loads(line) for line in text.splitlines()]
    before = [tool for row in rows for tool in _tools(row)]
    after = [mended(tool) for tool in before]
    assert before
    assert all(map(is_sound, after))
    assert all(a == b for a, b in zip(before, after, strict=True) if is_sound(a))
    # Types of Python, and parameters in the place of `properties`.
    faulty = sum(not is_sound(tool) for tool in before)
    assert faulty == {"sharegpt-toolcalls.json": 0}.get(name, 77)


def _tools(row: dict[str, Any]) -> list[dict[str, Any]]:
    given = row.get("tools") or []
    return json.loads(given) if isinstance(given, str) else given
