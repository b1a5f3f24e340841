"""Role-play as people keep it: a greeting first, several speakers, weights, reasoning, tools.

Each word of a reply that is to be trained stands in one sample alone, so that a missing word is seen.
"""

import json
from pathlib import Path
from typing import Any

from tests.training.oracles.odd_entries import TOOLS

# Where real data lies beside the project, on a machine that has it.
_REAL = Path(__file__).parents[4] / "shared" / "data" / "real"
# The oracles' tokenizer makes a token of each byte, and rows may have 8192.
_MOST_BYTES = 6000


def real_tools() -> dict[str, dict[str, Any]]:
    """Conversations with definitions of tools as people publish them; {} where the data is absent."""
    if not _REAL.is_dir():
        return {}
    rows = json.loads((_REAL / "sharegpt-toolcalls.json").read_text("utf-8"))
    lines = (_REAL / "llamafactory-v1-reasoning-tools.jsonl").read_text("utf-8").splitlines()
    rows += map(json.loads, lines)
    return {str(number): row for number, row in enumerate(rows) if len(json.dumps(row)) < _MOST_BYTES}


CARD = {"role": "system", "content": "Mara keeps the lighthouse at Harrow Point."}


def _call(name: str, arguments: str, number: int) -> dict[str, Any]:
    return {"id": f"call_{number}", "type": "function", "function": {"name": name, "arguments": arguments}}


SAMPLES: dict[str, dict[str, Any]] = {
    "greeting first": {
        "messages": [
            CARD,
            {"role": "assistant", "name": "mara", "content": "*The lantern swings.* Latecomer!"},
            {"role": "user", "name": "wren", "content": "I said I would come."},
            {"role": "assistant", "name": "mara", "content": "Promises rust faster than hinges."},
        ]
    },
    "greeting of two bubbles, user last": {
        "messages": [
            {"role": "assistant", "name": "mara", "content": "Hush."},
            {"role": "assistant", "name": "mara", "content": "Somebody breathes behind the cistern."},
            {"role": "user", "name": "wren", "content": "Where?"},
            {"role": "assistant", "name": "mara", "content": "Underneath the stairwell."},
            {"role": "user", "name": "wren", "content": "I go down."},
        ]
    },
    "group scene": {
        "messages": [
            CARD,
            {"role": "user", "name": "wren", "content": "Who took the oil?"},
            {"role": "assistant", "name": "mara", "content": "Osric pilfered everything."},
            {"role": "assistant", "name": "osric", "content": "Slander, barnacle-mouth!"},
            {"role": "user", "name": "wren", "content": "Enough."},
            {"role": "user", "name": "ilse", "content": "I saw him."},
            {"role": "assistant", "name": "osric", "content": "Treacherous magpie."},
        ]
    },
    "narrator in the middle": {
        "messages": [
            CARD,
            {"role": "user", "content": "I row."},
            {"role": "assistant", "content": "Oars splinter moonlight."},
            {"role": "system", "content": "Night falls."},
            {"role": "user", "content": "I land."},
            {"role": "assistant", "content": "Shingle crunches accusingly."},
        ]
    },
    "weights": {
        "messages": [
            {"role": "user", "content": "Begin."},
            {"role": "assistant", "content": "Once upon a time.", "weight": 0},
            {"role": "user", "content": "Again, and better."},
            {"role": "assistant", "content": "Dusk pickled the harbour.", "weight": 1},
        ]
    },
    "weights by another name": {
        "messages": [
            {"role": "user", "content": "Begin."},
            {"role": "assistant", "content": "Once upon a time.", "train": False},
            {"role": "user", "content": "Again, and better."},
            {"role": "assistant", "content": "Gulls adjudicated loudly.", "train": True},
        ]
    },
    "reasoning": {
        "messages": [
            {"role": "user", "content": "Is it safe?"},
            {
                "role": "assistant",
                "content": "Perfectly treacherous.",
                "reasoning_content": "Undertow suspected.",
            },
            {"role": "user", "content": "And now?"},
            {
                "role": "assistant",
                "content": "Marginally navigable.",
                "reasoning_content": "Tide slackening.",
            },
        ]
    },
    "reasoning in parts": {
        "messages": [
            {"role": "user", "content": [{"type": "text", "text": "Is it deep?"}]},
            {
                "role": "assistant",
                "content": [
                    {"type": "thinking", "thinking": "Fathoms unknowable."},
                    {"type": "text", "text": "Bottomless, reputedly."},
                ],
            },
        ]
    },
    "tools": {
        "messages": [
            CARD,
            {"role": "user", "content": "Roll for me."},
            {
                "role": "assistant",
                "content": "Rattling bones.",
                "tool_calls": [_call("roll", '{"dice": "3d12"}', 1), _call("look", '{"at": "northeast"}', 2)],
            },
            {"role": "tool", "tool_call_id": "call_1", "name": "roll", "content": "seventeen"},
            {"role": "tool", "tool_call_id": "call_2", "name": "look", "content": "fog"},
            {"role": "assistant", "content": "Seventeen, and fogbound."},
            {"role": "user", "content": "Once more."},
            {
                "role": "assistant",
                "content": None,
                "reasoning_content": "Gamblers persist.",
                "tool_calls": [_call("roll", '{"dice": "1d100"}', 3)],
            },
            {"role": "tool", "tool_call_id": "call_3", "name": "roll", "content": "two"},
            {"role": "user", "content": "Well?"},
            {"role": "assistant", "content": "Disastrously deuce."},
        ],
        "tools": TOOLS,
    },
    "tools without words": {
        "messages": [
            {"role": "user", "content": "Look."},
            {"role": "assistant", "content": None, "tool_calls": [_call("look", '{"at": "southwest"}', 1)]},
            {"role": "tool", "tool_call_id": "call_1", "name": "look", "content": "sails"},
            {"role": "assistant", "content": "Corsairs approaching."},
        ],
        "tools": TOOLS,
    },
    "developer": {
        "messages": [
            {"role": "developer", "content": "Stay in character."},
            {"role": "user", "content": "Hello."},
            {"role": "assistant", "content": "Salutations, landlubber."},
        ]
    },
}
