"""The content of a message taken apart: text, reasoning, tool calls and media.

Content is a string, None, or a list of typed parts as OpenAI (`text`, `image_url`, `input_audio`), Anthropic
(`thinking`) and LLaMA-Factory v1 (`{"type": "reasoning", "value": …}`) write them.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from talekeep.core.entry import Message

_REASONING = {"reasoning": ("value", "text"), "thinking": ("thinking", "value", "text")}
_CALLS = ("tool_call", "function_call")
_TEXTS = ("text", "input_text", "output_text")


@dataclass(frozen=True, slots=True)
class Content:
    """What a message holds: `text` is None where there is none at all, `calls` are tool calls as OpenAI
    writes them, `media` the types of parts that are no text."""

    text: str | None
    reasoning: str
    calls: tuple[dict[str, Any], ...]
    media: tuple[str, ...]


def take_apart(message: Message) -> Content:
    """Read the content and the calls of a message; parts are never turned into speech."""
    content = message.get("content")
    parts = content if isinstance(content, list) else []
    texts = [content] if isinstance(content, str) else [t for p in parts if (t := _text(p)) is not None]
    thoughts = [message.get("reasoning_content"), *map(_thought, parts)]
    calls = [*_given_calls(message), *(call for part in parts if (call := _call(part)) is not None)]
    media = [part["type"] for part in parts if _is_media(part)]
    text = "\n".join(texts) if texts else None
    reasoning = "\n".join(thought for thought in thoughts if isinstance(thought, str) and thought)
    return Content(text, reasoning, tuple(calls), tuple(media))


def is_read(part: Any) -> bool:
    """Whether `take_apart` knows a part as text, reasoning or a tool call."""
    return _text(part) is not None or _thought(part) is not None or _call(part) is not None


def with_text(message: Message, change: Callable[[str], str], *, first: bool = False) -> Message:
    """The message with its text changed, also where that stands in parts.

    Args:
        first: of several parts with text change the first alone.
    """
    content = message.get("content")
    if isinstance(content, str):
        return {**message, "content": change(content)}
    if not isinstance(content, list):
        return message
    parts = []
    left = True
    for part in content:
        text = _text(part) if left else None
        left = left and not (first and text is not None)
        parts.append(part if text is None else _with_text(part, change(text)))
    return {**message, "content": parts}


def _with_text(part: Any, text: str) -> Any:
    if isinstance(part, str):
        return text
    return {**part, "text" if "text" in part else "value": text}


def has_call_ids(message: Message) -> bool:
    """Whether it says by ids which result belongs to which call."""
    return "tool_call_id" in message or any("id" in call for call in take_apart(message).calls)


def is_call(part: Any) -> bool:
    """Whether a part is a tool call."""
    return _call(part) is not None


def _kind(part: Any) -> str:
    return str(part.get("type", "")) if isinstance(part, dict) else ""


def _text(part: Any) -> str | None:
    if isinstance(part, str):
        return part
    if _kind(part) not in (*_TEXTS, ""):
        return None
    text = part.get("text", part.get("value")) if isinstance(part, dict) else None
    return text if isinstance(text, str) else None


def _thought(part: Any) -> str | None:
    keys = _REASONING.get(_kind(part), ())
    return next((part[key] for key in keys if isinstance(part.get(key), str)), None)


def _call(part: Any) -> dict[str, Any] | None:
    """A tool call that stands as a part: its value is an object or its JSON."""
    if _kind(part) not in _CALLS:
        return None
    value = part.get("value", part.get(_kind(part)))
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return None
    if not isinstance(value, dict) or not isinstance(value.get("name"), str):
        return None
    arguments = value.get("arguments", {})
    return {"type": "function", "function": {"name": value["name"], "arguments": as_json(arguments)}}


def _given_calls(message: Message) -> list[dict[str, Any]]:
    calls = message.get("tool_calls")
    given = [call for call in calls if isinstance(call, dict)] if isinstance(calls, list) else []
    old = message.get("function_call")
    return given + ([{"type": "function", "function": old}] if isinstance(old, dict) else [])


def _is_media(part: Any) -> bool:
    kind = _kind(part)
    return bool(kind) and kind not in _TEXTS and kind not in _REASONING and kind not in _CALLS


TYPED = "typed parts written as text"


def joins_parts(message: Message) -> list[str]:
    """The alteration of a shape that holds one text where the message has typed parts with words."""
    parts = message.get("content")
    parts = parts if isinstance(parts, list) else []
    return [TYPED] if any(_text(part) is not None or _thought(part) is not None for part in parts) else []


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


def as_json(value: Any) -> str:
    """Arguments as a JSON string, the form that OpenAI defines; a string stays as it is."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


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
