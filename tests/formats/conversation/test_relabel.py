"""Labels that no format takes for a speaker, and thoughts, find their place before a record is read."""

from typing import Any

import pytest

from talekeep.core.entry_edit.speakers import casting
from talekeep.formats.conversation.relabel import special_labels
from talekeep.formats.conversation.relabel import with_labels
from talekeep.formats.conversation.relabel import with_thoughts

TURNS = [
    {"role": "", "content": "Rain."},
    {"role": "user", "content": "Hi"},
    {"role": "ipython", "content": "17"},
    {"content": "A gull."},
    {"role": "assistant", "content": "Hey."},
]

NARRATOR = ("assistant", "narrator")


def roles(record: dict[str, Any]) -> list[Any]:
    return [(turn.get("role"), turn.get("name")) for turn in record["messages"]]


@pytest.mark.parametrize(
    ("maps", "expected"),
    [
        (
            ["=narrator"],
            [("assistant", "narrator"), ("user", None), ("ipython", None), ("assistant", "narrator")],
        ),
        (["=:mara"], [("mara", None), ("user", None), ("ipython", None), ("mara", None)]),
        (["=tool"], [("tool", None), ("user", None), ("ipython", None), ("tool", None)]),
        (["=drop", "ipython=assistant:py"], [("user", None), ("assistant", "py")]),
        (["IPython=drop"], [("", None), ("user", None), (None, None)]),
    ],
)
def test_a_map_says_what_blank_labels_and_spellings_of_roles_mean(
    maps: list[str], expected: list[tuple[Any, Any]]
) -> None:
    record, used = with_labels({"messages": TURNS}, special_labels(casting(maps)))
    assert roles(record) == [*expected, ("assistant", None)]
    assert used


def test_names_of_speakers_are_left_to_the_map_of_speakers() -> None:
    assert special_labels(casting(["Mara=assistant:mara", "OOC=drop"])) == {}


def test_thoughts_become_the_reasoning_of_the_reply_behind_them() -> None:
    turns = [
        {"from": "human", "value": "Hi"},
        {"from": "thought", "value": "hm"},
        {"from": "Assistant Reasoning", "value": "well"},
        {"from": "gpt", "value": "Hey."},
        {"from": "thought", "value": "nobody answers"},
    ]
    record, count = with_thoughts({"conversations": turns})
    assert count == 2
    assert record["conversations"] == [
        turns[0],
        {"from": "gpt", "value": "Hey.", "reasoning_content": "hm\nwell"},
        turns[4],
    ]
