"""Whether a message says something, as text."""

from typing import Any

import pytest

from talekeep.rules import Context
from talekeep.rules import plan
from talekeep.rules import run
from talekeep.rules import select
from talekeep.rules import severities

CONTENT = plan(severities(), select(["T202", "T208", "T209", "T210"]))
NOTHING = object()
CALL = [{"id": "c1", "type": "function", "function": {"name": "lamp", "arguments": "{}"}}]


def results_of(content: Any, at: int = 2, **keys: Any) -> list[str]:
    roles = ("system", "user", "assistant", "tool")
    messages: list[dict[str, Any]] = [{"role": role, "content": "Fog."} for role in roles]
    messages[at] |= {"content": content, **keys}
    if content is NOTHING:
        del messages[at]["content"]
    says = run({"messages": messages}, CONTENT, Context())
    assert all(f.path == ("messages", at, "content") for f in says)
    return [f.code for f in says]


@pytest.mark.parametrize("content", ["", " \n", None, NOTHING, [], [{"type": "text", "text": " "}], [" "]])
def test_a_message_without_words_says_nothing(content: Any) -> None:
    assert results_of(content) == ["T208"]
    assert results_of(content, at=0) == ["T202"]


@pytest.mark.parametrize("content", ["", None, NOTHING])
def test_a_call_of_a_tool_needs_no_words(content: Any) -> None:
    assert results_of(content, tool_calls=CALL) == []
    assert results_of(content, function_call=CALL[0]["function"]) == []
    assert results_of(content, tool_calls=[]) == ["T208"]


@pytest.mark.parametrize(
    "content",
    [
        [{"type": "text", "text": "Fog."}],
        [{"type": "text", "value": "Fog."}],
        ["Fog."],
        [{"type": "image_url", "image_url": {"url": "lamp.png"}}],
    ],
)
def test_a_list_of_parts_is_a_content(content: Any) -> None:
    assert results_of(content) == []


@pytest.mark.parametrize("content", [0, 4.5, True, False, {"text": "Fog."}, [1], [None, "Fog."]])
def test_anything_else_is_no_text(content: Any) -> None:
    assert "T210" in results_of(content)


@pytest.mark.parametrize("content", [" Fog.", "Fog.\n", "\u3000Fog.", "Fog.\u00a0"])
def test_white_space_around_a_text_is_found(content: str) -> None:
    assert results_of(content) == ["T209"]


def test_white_space_inside_a_text_and_around_a_tools_answer_stays() -> None:
    assert results_of("Fog.\n\n  Rain.") == []
    assert results_of("3 files\n", at=3) == []
