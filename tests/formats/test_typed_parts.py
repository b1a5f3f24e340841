"""Reasoning, tool calls and pictures in a list of parts: no format ever writes them as speech."""

import json

import pytest

from talekeep.formats import FORMATS
from talekeep.formats import named
from talekeep.formats import recognise

_ENTRY = {
    "id": "0193c7a0-0000-7000-8000-000000000001",
    "messages": [
        {
            "role": "user",
            "content": [{"type": "image_url", "value": "dice.png"}, {"type": "text", "value": "Roll it."}],
        },
        {
            "role": "assistant",
            "content": [
                {"type": "thinking", "thinking": "SECRET"},
                {"type": "reasoning", "value": "SECRET"},
                {"type": "text", "value": "Seventeen."},
                {"type": "tool_call", "value": '{"name": "roll", "arguments": {"sides": 20}}'},
            ],
        },
    ],
    "tags": [],
}


@pytest.mark.parametrize("format", FORMATS)
def test_a_typed_part_never_turns_into_speech(format: str) -> None:
    written = named(format).write(_ENTRY)

    reader = recognise(json.loads(json.dumps(written.record)))
    assert reader is not None
    messages = reader.read(written.record).entry["messages"]
    texts = [message["content"] for message in messages if isinstance(message.get("content"), str)]
    spoken = "\n".join(texts)
    assert [text for text in ("SECRET", "sides", "dice.png") if text in spoken] == []
    is_kept = _ENTRY["messages"] in (messages, written.record.get("messages"))
    assert is_kept or ("Seventeen." in spoken and written.losses)
