"""Typed parts of a message: what is spoken, what is not, and how words of them change."""

import pytest

from talekeep.core.content import in_one_text
from talekeep.core.content import with_words

_PARTS = [
    {"type": "reasoning", "value": "SECRET"},
    {"type": "text", "value": "Wait."},
    {"type": "tool_call", "value": '{"name": "roll", "arguments": {"sides": 20}}'},
    {"type": "image_url", "value": "dice.png"},
    {"type": "text", "text": "Done."},
    7,
]
_CALL = {"type": "function", "function": {"name": "roll", "arguments": '{"sides": 20}'}}


def test_only_text_is_spoken_and_every_other_part_has_its_place_or_is_named() -> None:
    flat, changed = in_one_text({"role": "assistant", "content": _PARTS})

    assert flat == {
        "role": "assistant",
        "content": "Wait.\nDone.",
        "reasoning_content": "SECRET",
        "tool_calls": [_CALL],
    }
    assert changed == [
        "content parts (their text is kept, joined by lines)",
        "reasoning in parts (written as reasoning_content)",
        "tool calls in parts (written as tool_calls)",
        "parts of the type 'image_url'",
        "parts without a type or a text",
    ]


@pytest.mark.parametrize(("content", "text"), [([_PARTS[2]], None), ([_PARTS[3]], ""), ([], "")])
def test_where_nothing_is_spoken_the_text_is_empty_or_null_beside_calls(content, text) -> None:
    assert in_one_text({"role": "assistant", "content": content})[0]["content"] == text


@pytest.mark.parametrize("content", ["Hi", None, {"a": 1}])
def test_content_that_is_no_list_stays_as_it_is(content) -> None:
    message = {"role": "user", "content": content}

    assert in_one_text(message) == (message, [])


def test_a_call_beside_the_parts_is_written_once() -> None:
    given = {"role": "assistant", "content": [_PARTS[1]], "tool_calls": [_CALL]}

    assert in_one_text(given)[0] == {"role": "assistant", "content": "Wait.", "tool_calls": [_CALL]}


def test_other_words_leave_what_is_no_text() -> None:
    new = [_PARTS[0], {"type": "text", "value": "Go."}, *_PARTS[2:4], 7]

    assert with_words(_PARTS, "Go.") == new
    assert with_words([_PARTS[0]], "Go.") == [_PARTS[0], {"type": "text", "text": "Go."}]
