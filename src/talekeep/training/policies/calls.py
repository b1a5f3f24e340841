"""`calls`: tool calls with an id each, or as text for targets that know three roles and texts alone."""

from collections.abc import Iterator
from typing import Any

from talekeep.core.content import as_json
from talekeep.core.content import is_call
from talekeep.core.content import take_apart
from talekeep.core.entry import Message
from talekeep.training import tool_turns
from talekeep.training.base import Context
from talekeep.training.base import Draft
from talekeep.training.content import function_of

NAME = "calls"
HELP = (
    "Tool calls, results and definitions: keep them as they are, give those an id that have none, or write "
    "them as text into replies, user messages and the system prompt."
)
VALUES: tuple[str, ...] = ("keep", "ids", "text")
_TOOLS = ("tool", "function")
_KEYS = ("tool_calls", "function_call", "tool_call_id")


def apply(draft: Draft, value: str, context: Context) -> list[Draft]:
    """Source: the tags of Hermes' and Qwen's chat templates.

    assistant calls roll({"dice": "2d6"}), tool "7"
    → assistant '<tool_call>\\n{"name": "roll", "arguments": {"dice": "2d6"}}\\n</tool_call>',
      user "<tool_response>\\n7\\n</tool_response>"
    """
    if value == "keep":
        return [draft]
    if value == "ids":
        return [_with_ids(draft)]
    tools = draft.entry.get("tools", draft.entry.get("functions"))
    messages = [*_definitions(tools, draft.messages)] + [_as_text(message) for message in draft.messages]
    rest = {key: item for key, item in draft.entry.items() if key not in ("tools", "functions")}
    if messages == draft.messages and rest == draft.entry:
        return [draft]
    entry = {**rest, "messages": messages}
    return [draft.noting(alteration="tool calls and their results written as text", entry=entry)]


def _with_ids(draft: Draft) -> Draft:
    if all(tool_turns.ids(draft.messages)):
        return draft
    messages = tool_turns.with_ids(draft.messages, lambda own, place: own or f"call_{place}")
    entry = {**draft.entry, "messages": messages}
    return draft.noting(alteration="an id for each tool call and result that had none", entry=entry)


def _definitions(tools: object, messages: list[Message]) -> Iterator[Message]:
    """A system message with the definitions; `system=first` joins it with the entry's own."""
    if tools:
        yield {"role": "system", "content": f"<tools>\n{as_json(tools)}\n</tools>"}


def _as_text(message: Message) -> Message:
    bare = {key: item for key, item in message.items() if key not in _KEYS}
    if message.get("role") in _TOOLS:
        result = {key: item for key, item in bare.items() if key != "name"}
        content = message.get("content")
        given = content if isinstance(content, str | list) else "" if content is None else as_json(content)
        text = _around("<tool_response>\n", given, "\n</tool_response>")
        return {**result, "role": "user", "content": text}
    calls = [f"<tool_call>\n{_call(call)}\n</tool_call>" for call in take_apart(message).calls]
    if not calls:
        return bare
    spoken_text = bare.get("content") or ""
    spoken = (
        [part for part in spoken_text if not is_call(part)] if isinstance(spoken_text, list) else spoken_text
    )
    return {**bare, "content": _around("", spoken, "\n" * bool(spoken) + "\n".join(calls))}


def _around(before: str, content: str | list[Any], after: str) -> str | list[Any]:
    """Content with a text before and behind it; parts stay parts."""
    if isinstance(content, str):
        return f"{before}{content}{after}"
    parts = [part for part in (before, *content, after) if part]
    return [{"type": "text", "text": part} if isinstance(part, str) else part for part in parts]


def _call(call: dict[str, object]) -> str:
    name, arguments = function_of(call)
    return as_json({"name": name, "arguments": arguments})
