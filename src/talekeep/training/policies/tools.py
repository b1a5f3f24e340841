"""`tools`: calls of tools and what they answer."""

import json
from typing import Any

from talekeep.core.content import as_json
from talekeep.core.content import is_call
from talekeep.core.content import take_apart
from talekeep.core.entry import Message
from talekeep.training.base import Context
from talekeep.training.base import Draft

NAME = "tools"
HELP = (
    "Tool calls, tool results and tool definitions: keep them, write the definitions as a list or as JSON "
    "text, or drop all of it."
)
VALUES: tuple[str, ...] = ("keep", "list", "json", "drop")
_KEYS = ("tool_calls", "function_call", "tool_call_id")
_DEFINITIONS = ("tools", "functions")


def apply(draft: Draft, value: str, context: Context) -> list[Draft]:
    if value == "drop":
        return [_dropped(draft)]
    if value == "keep":
        return [draft]
    write = _as_list if value == "list" else as_json
    written = {key: write(item) for key, item in draft.entry.items() if key in _DEFINITIONS}
    entry = {**draft.entry, **written}
    if entry == draft.entry:
        return [draft]
    words = "a list" if value == "list" else "JSON text"
    return [draft.noting(alteration=f"tool definitions written as {words}", entry=entry)]


def _as_list(value: Any) -> Any:
    """Definitions that a source wrote as JSON text; what is no JSON stays."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def _dropped(draft: Draft) -> Draft:
    spoken = [m for m in draft.messages if m.get("role") not in ("tool", "function")]
    messages = [_bare(m) for m in spoken if not _only_calls(m)]
    entry = {key: item for key, item in draft.entry.items() if key not in _DEFINITIONS}
    if messages == draft.messages and entry == draft.entry:
        return draft
    return draft.noting(loss="tool calls and tool results", entry={**entry, "messages": messages})


def _only_calls(message: Message) -> bool:
    """Whether nothing is said beside the calls of a message."""
    content = take_apart(message)
    return bool(content.calls) and not content.text and not content.media


def _bare(message: Message) -> Message:
    bare = {key: value for key, value in message.items() if key not in _KEYS}
    if isinstance(bare.get("content"), list):
        bare["content"] = [part for part in bare["content"] if not is_call(part)]
    return bare
