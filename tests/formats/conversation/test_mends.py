"""What was put right in a record is counted by kind."""

from typing import Any

import pytest

from talekeep.formats import recognise
from talekeep.formats.conversation.mends import mends_of


def chat(role: str = "user", **beside: Any) -> dict[str, Any]:
    turns = [{"role": role, "content": "Hi"}, {"role": "assistant", "content": "Hey."}]
    return {"messages": turns, **beside}


@pytest.mark.parametrize(
    ("record", "counts"),
    [
        (chat(), {}),
        (chat("USER"), {}),
        (chat("hummany"), {"roles": 1}),
        (chat("asistant"), {"roles": 1}),
        (chat(" user "), {"spaces": 1}),
        (chat("Mara"), {}),
        (chat(tags=["calm"]), {}),
        (chat(tags=["Slow Burn", "calm"]), {"tags": 1}),
        (chat(tags="slow burn, calm"), {"types": 1}),
        (chat(id="123E4567-E89B-42D3-A456-426614174000"), {"ids": 1}),
        (
            {"conversations": [{"from": "hummany", "value": "Hi"}, {"from": "gpt", "value": "Hey."}]},
            {"roles": 1},
        ),
        ({"prompt": "Hi", "completion": "Hey.", "tags": ["Calm"]}, {"tags": 1}),
    ],
)
def test_what_was_put_right_is_counted(record: dict[str, Any], counts: dict[str, int]) -> None:
    reader = recognise(record)
    assert reader is not None
    assert mends_of(reader.read(record)) == counts
