"""`tools`: calls of tools and what they answer."""

from talekeep.core.entry import Message
from talekeep.training.base import Context
from talekeep.training.base import Draft

NAME = "tools"
HELP = "Tool calls, tool results and tool definitions: keep or drop them."
VALUES: tuple[str, ...] = ("keep", "drop")
_KEYS = ("tool_calls", "function_call", "tool_call_id")


def apply(draft: Draft, value: str, context: Context) -> list[Draft]:
    if value == "keep":
        return [draft]
    spoken = [m for m in draft.messages if m.get("role") not in ("tool", "function")]
    bare = [_bare(m) for m in spoken]
    messages = [m for m in bare if m.get("content") is not None]
    entry = {key: item for key, item in draft.entry.items() if key not in ("tools", "functions")}
    if messages == draft.messages and entry == draft.entry:
        return [draft]
    return [draft.noting(loss="tool calls and tool results", entry={**entry, "messages": messages})]


def _bare(message: Message) -> Message:
    return {key: value for key, value in message.items() if key not in _KEYS}
