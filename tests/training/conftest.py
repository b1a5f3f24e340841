"""Odd conversations, one for each thing that trainers treat in their own way."""

from typing import Any

import pytest

SYSTEM = {"role": "system", "content": "You keep the lighthouse."}
ASK = {"role": "user", "name": "wren", "content": "Who goes there?"}
ANSWER = {"role": "assistant", "name": "mara", "content": "A friend."}
CALL = {"id": "call_1", "type": "function", "function": {"name": "roll", "arguments": {"dice": "2d6"}}}

ODD: dict[str, list[dict[str, Any]]] = {
    "no reply": [SYSTEM, ASK],
    "greeting first": [SYSTEM, ANSWER, ASK, ANSWER],
    "same role twice": [
        ASK,
        {"role": "assistant", "content": "Wait."},
        {"role": "assistant", "content": "Go."},
    ],
    "system inside": [SYSTEM, ASK, ANSWER, {"role": "system", "content": "Night falls."}, ASK, ANSWER],
    "developer": [{"role": "developer", "content": "Be brief."}, ASK, ANSWER],
    "tool calls": [
        ASK,
        {"role": "assistant", "content": None, "tool_calls": [CALL]},
        {"role": "tool", "tool_call_id": "call_1", "name": "roll", "content": "7"},
        ANSWER,
    ],
    "media": [
        {
            "role": "user",
            "content": [{"type": "text", "text": "Look."}, {"type": "image_url", "image_url": "a.png"}],
        },
        ANSWER,
    ],
    "content parts": [ASK, {"role": "assistant", "content": [{"type": "text", "text": "A friend."}]}],
    "reasoning": [ASK, {"role": "assistant", "content": "A friend.", "reasoning_content": "He may lie."}],
    "speaker names": [ASK, ANSWER],
    "weight 0": [ASK, {**ANSWER, "weight": 0}, ASK, ANSWER],
    "empty reply": [ASK, {"role": "assistant", "content": ""}],
    "last is no reply": [ASK, ANSWER, ASK],
}


@pytest.fixture
def odd() -> dict[str, list[dict[str, Any]]]:
    return ODD
