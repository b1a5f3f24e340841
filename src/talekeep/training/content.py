"""What training does with the content of a message: what shapes without a place for it leave out."""

import json
from typing import Any

from talekeep.core.content import is_worded
from talekeep.core.content import take_apart
from talekeep.core.entry import Message


def has_call_ids(message: Message) -> bool:
    """Whether it says by ids which result belongs to which call."""
    return "tool_call_id" in message or any("id" in call for call in take_apart(message).calls)


TYPED = "typed parts written as text"


def joins_parts(message: Message) -> list[str]:
    """The alteration of a shape that holds one text where the message has typed parts with words."""
    parts = message.get("content")
    parts = parts if isinstance(parts, list) else []
    return [TYPED] if any(map(is_worded, parts)) else []


def lost_keys(message: Message, *, kept: frozenset[str] = frozenset()) -> list[str]:
    """The keys of a message that a shape of turns has no place for, in words.

    Args:
        kept: keys that it has a place for.
    """
    spoken = message.get("role") not in ("tool", "function")
    words = {key: text for key, text in _IN_WORDS.items() if key in message and key not in kept}
    if not spoken and "name" in message:
        words["name"] = "names of tools"
    ids = ["ids of tool calls"] if has_call_ids(message) else []
    return list(dict.fromkeys([*words.values(), *ids]))


_IN_WORDS = {
    "name": "speaker names",
    "weight": "weights of replies",
    "train": "weights of replies",
    "loss_weight": "weights of replies",
    "prefix": "the message key 'prefix'",
}


def function_of(call: dict[str, Any]) -> tuple[str, Any]:
    """Name and arguments of a tool call; arguments are parsed where they are JSON."""
    function = call.get("function")
    function = function if isinstance(function, dict) else call
    arguments = function.get("arguments", {})
    if isinstance(arguments, str):
        try:
            arguments = json.loads(arguments)
        except ValueError:
            return str(function.get("name", "")), arguments
    return str(function.get("name", "")), arguments
