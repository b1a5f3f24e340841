"""The turns of ShareGPT and similar formats: find them in a record, and write messages as turns."""

import json
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from types import MappingProxyType
from typing import Any

from talekeep.core.content import in_one_text
from talekeep.core.entry import Message
from talekeep.formats.conversation.calls import text_of_calls
from talekeep.formats.conversation.identity import digest
from talekeep.formats.shapes.messages_at import pair_of
from talekeep.formats.shapes.messages_at import parsed

CONTAINERS = ("conversations", "conversation", "dialogue", "dialog", "items", "messages")
ROLE_KEYS = ("from", "role", "speaker", "author", "name")
CONTENT_KEYS = ("value", "content", "text", "message", "msg", "mes")


@dataclass(frozen=True, slots=True)
class Found:
    """The conversation of a record.

    `key` is its container and `spelled` the container's text where that is a string of JSON; `pair`
    holds the two keys where each element is a whole exchange.
    """

    key: str
    turns: list[Any]
    spelled: str | None
    pair: tuple[str, str] | None


def find(record: dict[str, Any]) -> Found | None:
    """The first container that holds a list with at least one turn or exchange, or an empty list."""
    result = [
        f for f in (_container(key, record[key]) for key in CONTAINERS if key in record) if f is not None
    ]
    return next((f for f in result if f.turns), result[0] if result else None)


def _container(key: str, value: Any) -> Found | None:
    turns = _parsed(value) if isinstance(value, str) else value
    if not isinstance(turns, list) or (key == "messages" and not turns):
        return None
    spelled = value if isinstance(value, str) else None
    objects = [turn for turn in turns if isinstance(turn, dict)]
    pair = pair_of(objects)
    if pair is None and turns and not any(keys_of(turn) for turn in objects):
        return None
    return Found(key, turns, spelled, pair)


def _parsed(text: str) -> Any:
    """The list a text spells, as JSON or as Python writes it."""
    return parsed(text) if text.lstrip().startswith("[") else None


def keys_of(turn: dict[str, Any]) -> tuple[str, str] | None:
    """The role and content keys of a turn; None where it lacks one."""
    role = _first(turn, ROLE_KEYS)
    content = _first(turn, CONTENT_KEYS)
    return None if role is None or content is None else (role, content)


def _first(turn: dict[str, Any], keys: Sequence[str]) -> str | None:
    return next((key for key in keys if key in turn), None)


@dataclass(frozen=True, slots=True)
class Style:
    """How a source told its conversation; see `sharegpt` for each field. The defaults are plain ShareGPT."""

    key: str = "conversations"
    role: str = "from"
    content: str = "value"
    labels: dict[str, str] = field(default_factory=dict)
    names: bool = False
    nulls: list[str] = field(default_factory=list)
    pair: list[str] = field(default_factory=list)
    text: bool = False
    system: bool = False
    system_key: str = "system"
    turns: dict[str, Any] = field(default_factory=dict)
    whole: dict[str, Any] = field(default_factory=dict)

    def label(self, part: str) -> str:
        """The label of a role, or of `function_call`."""
        return self.labels.get(part, LABELS.get(part, part))


LABELS: Mapping[str, str] = MappingProxyType(
    {
        "system": "system",
        "developer": "system",
        "user": "human",
        "assistant": "gpt",
        "tool": "observation",
        "function_call": "function_call",
    }
)
_PLAIN = Style()


def style_of(shape: Mapping[str, Any]) -> Style:
    """The style a shape tells; what it tells in another type than it should counts as not told."""
    values = {
        name: shape[name]
        for name in Style.__slots__
        if name in shape and type(shape[name]) is type(getattr(_PLAIN, name))
    }
    return Style(**values)


def shape_of(style: Style) -> dict[str, Any]:
    """What of a style is not plain."""
    values = {name: getattr(style, name) for name in Style.__slots__}
    return {name: value for name, value in values.items() if value != getattr(_PLAIN, name)}


def part_of(message: Message) -> str:
    """The role of a message, or `function_call` where it is nothing but tool calls."""
    return "function_call" if text_of_calls(message) else str(message.get("role", ""))


def tell(messages: Sequence[Message], style: Style) -> tuple[Any, list[str]]:
    """The container of these messages, and what it could not hold."""
    if style.whole and style.whole.get("digest") == digest(messages):
        return style.whole.get("value"), []
    turns = _exchanges(messages, style.pair) if len(style.pair) == 2 else None
    losses: list[str] = []
    if turns is None:
        turns = [_turn(message, style, losses) for message in messages]
    return json.dumps(turns, ensure_ascii=False) if style.text else turns, losses


def _exchanges(messages: Sequence[Message], pair: Sequence[str]) -> list[Any] | None:
    """One object for each exchange; None where the messages are no plain exchanges."""
    result: list[dict[str, Any]] = []
    for place, message in enumerate(messages):
        if message.get("role") != ("user", "assistant")[place % 2] or "content" not in message:
            return None
        extra = {key: value for key, value in message.items() if key not in ("role", "content")}
        if place % 2 == 0:
            if extra:
                return None
            result.append({pair[0]: message["content"]})
        else:
            result[-1] |= {pair[1]: message["content"], **extra}
    return result


def _turn(message: Message, style: Style, losses: list[str]) -> Any:
    if style.turns:
        remembered = style.turns.get(digest([message]))
        if remembered is not None:
            return remembered
    return written_turn(message, style, losses)


def written_turn(message: Message, style: Style, losses: list[str]) -> dict[str, Any]:
    """One message as a turn in this style; appends to `losses` what the turn cannot hold."""
    message, changed = in_one_text(message)
    losses += changed
    part, name = part_of(message), message.get("name")
    speaker = style.labels.get(f"{part}:{name}")
    if part == "developer" and part not in style.labels:
        losses.append("the developer role (written as system)")
    elif not speaker and part not in LABELS:
        losses.append(f"the role {part!r}" if part else "a message without a role")
    dropped = {"role", "content"} | ({"tool_calls"} if part == "function_call" else set())
    if speaker or not (style.names or part == "tool"):
        dropped.add("name")
    if "name" in message and not speaker and "name" in dropped:
        losses.append("speaker names")
    extra = {key: value for key, value in message.items() if key not in dropped}
    for key in extra.keys() & {style.role, style.content}:
        losses.append(f"the message key {key!r}")
    padding = dict.fromkeys(key for key in style.nulls if isinstance(key, str))
    turn = {style.role: speaker or style.label(part), style.content: _value(message, part, losses)}
    return {**turn, **padding, **extra, **turn}


def _value(message: Message, part: str, losses: list[str]) -> Any:
    calls = text_of_calls(message)
    if calls is not None and part == "function_call":
        if not calls[1]:
            losses.append("the exact spelling of tool calls")
        return calls[0]
    content = message.get("content")
    if content is None:
        losses.append("null content (written as an empty text)")
        return ""
    return content
