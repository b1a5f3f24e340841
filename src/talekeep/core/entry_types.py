"""Entries and messages as type checkers see them.

At run time they are plain dicts and hold any other key too; these types name the keys that are known.
"""

from typing import Any
from typing import TypedDict


class Message(TypedDict, total=False):
    """One message. `content` is a text, None beside tool calls, or a list of parts."""

    role: str
    name: str
    content: str | list[dict[str, Any]] | None
    tool_calls: list[dict[str, Any]]
    tool_call_id: str
    weight: float
    reasoning_content: str


class Entry(TypedDict, total=False):
    """One training example. `id` is a UUID; what trains beside the messages has keys of its own."""

    id: str
    messages: list[Message]
    tags: list[str]
    tools: Any
    functions: Any
    images: list[Any]
    videos: list[Any]
    audios: list[Any]
    chosen: Any
    rejected: Any
    label: bool
