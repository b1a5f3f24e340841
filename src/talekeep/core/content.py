"""The content of a message taken apart: text, reasoning, tool calls and media.

Content is a string, None, or a list of typed parts as OpenAI (`text`, `image_url`, `input_audio`), Anthropic
(`thinking`) and LLaMA-Factory v1 (`{"type": "reasoning", "value": …}`) write them.
"""

import json
from collections.abc import Callable
from collections.abc import Iterator
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
    media = [_kind(part) for part in parts if _is_media(part)]
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


def with_words(parts: list[Any], text: str) -> list[Any]:
    """Parts that say another text: the first with text says it, other texts go, and what is no text stays.

    Where none has text, one is added.
    """
    first = next((n for n, part in enumerate(parts) if _text(part) is not None), None)
    if first is None:
        return [*parts, {"type": "text", "text": text}]
    kept = [part for n, part in enumerate(parts) if n == first or _text(part) is None]
    return [part if _text(part) is None else _with_text(part, text) for part in kept]


def is_plain_text(parts: list[Any]) -> bool:
    """Whether all parts are texts."""
    return all(_text(part) is not None for part in parts)


def in_one_text(message: Message) -> tuple[Message, list[str]]:
    """A message for a format whose content is one text, and what became of parts, in words.

    Reasoning goes to `reasoning_content` and calls to `tool_calls`; nothing but text is ever spoken. Content
    that is no list stays as it is.
    """
    parts = message.get("content")
    if not isinstance(parts, list):
        return message, []
    taken = take_apart(message)
    calls = taken.calls if any(map(is_call, parts)) and "function_call" not in message else ()
    flat = {**message, "content": taken.text if taken.text is not None or taken.calls else ""}
    flat |= {"reasoning_content": taken.reasoning} if taken.reasoning else {}
    flat |= {"tool_calls": [*calls]} if calls else {}
    return flat, list(dict.fromkeys([_JOINED, *_unspoken(parts, has_calls=bool(calls))]))


_JOINED = "content parts (their text is kept, joined by lines)"


def _unspoken(parts: list[Any], *, has_calls: bool) -> Iterator[str]:
    for part in parts:
        if _thought(part) is not None:
            yield "reasoning in parts (written as reasoning_content)"
        elif has_calls and is_call(part):
            yield "tool calls in parts (written as tool_calls)"
        elif _text(part) is None:
            yield f"parts of the type {_kind(part)!r}" if _kind(part) else "parts without a type or a text"


def is_worded(part: Any) -> bool:
    """Whether a part holds words, spoken or thought."""
    return _text(part) is not None or _thought(part) is not None


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


def as_json(value: Any) -> str:
    """Arguments as a JSON string, the form that OpenAI defines; a string stays as it is."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
