"""Formats of blocks give back what was read in them."""

from typing import Any

import pytest

from talekeep.formats import READERS
from talekeep.formats import named
from talekeep.testing.formats import written_back

_CALL = {"type": "tool_use", "id": "t1", "name": "look", "input": {"at": "sea"}}
_RESULT = {"type": "tool_result", "tool_use_id": "t1", "content": "rough", "is_error": True}
_THOUGHT = {"type": "thinking", "thinking": "Look first.", "signature": "s"}
RECORDS: list[tuple[str, dict[str, Any]]] = [
    (
        "anthropic",
        {
            "params": {
                "model": "m",
                "messages": [
                    {"role": "user", "content": [{"type": "text", "text": "How is the sea?"}]},
                    {
                        "role": "assistant",
                        "content": [_THOUGHT, {"type": "text", "text": "One moment."}, _CALL],
                    },
                    {"role": "user", "content": [_RESULT]},
                    {"role": "assistant", "content": [{"type": "text", "text": "Rough."}]},
                ],
                "system": [{"type": "text", "text": "You keep the light."}],
            },
            "custom_id": "r1",
        },
    ),
    (
        "gemini",
        {
            "contents": [
                {"role": "user", "parts": [{"text": "How is the sea?"}]},
                {"role": "model", "parts": [{"functionCall": {"name": "look", "args": {"at": "sea"}}}]},
                {"role": "user", "parts": [{"functionResponse": {"name": "look", "response": "rough"}}]},
                {"role": "model", "parts": [{"text": "Hm.", "thought": True}, {"text": "Rough."}]},
            ],
            "systemInstruction": {"role": "system", "parts": [{"text": "You keep the light."}]},
        },
    ),
    (
        "ui-messages",
        {
            "messages": [
                {"role": "user", "parts": [{"type": "text", "text": "How is the sea?"}], "id": "1"},
                {
                    "role": "assistant",
                    "parts": [
                        {
                            "type": "dynamic-tool",
                            "toolName": "look",
                            "toolCallId": "t1",
                            "input": {"at": "sea"},
                            "output": "rough",
                        }
                    ],
                    "id": "2",
                },
            ]
        },
    ),
]


@pytest.mark.parametrize(("name", "record"), RECORDS, ids=[name for name, _ in RECORDS])
def test_calls_results_and_reasoning_come_back_as_blocks(name: str, record: dict[str, Any]) -> None:
    written = written_back(named(name), READERS[name].read(record))
    assert written.record == record
    assert not written.losses


def test_a_turn_that_blocks_cannot_say_is_named() -> None:
    entry = {"messages": [{"role": "tool", "tool_call_id": "t", "content": "17", "note": "loud"}]}
    assert named("anthropic").write(entry).losses
