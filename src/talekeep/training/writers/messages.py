"""`messages`: `{"messages": [{"role", "content", …}]}`, as OpenAI, TRL and axolotl read it.

Source: OpenAI's FineTuneChatRequestInput; TRL's conversational format. Arguments of tool calls are JSON
strings in every row, and the policy `tools` makes `tools` a list, so that each column has one type.
"""

from collections.abc import Iterable
from typing import Any

from talekeep.core.content import as_json
from talekeep.core.entry import Message
from talekeep.training.base import MESSAGE_KEYS
from talekeep.training.base import TRAINING_KEYS
from talekeep.training.base import Draft
from talekeep.training.base import Rows
from talekeep.training.base import key_losses

NAME = "messages"
TITLE = "Messages with roles (OpenAI, TRL, axolotl)"
_KEYS = frozenset(MESSAGE_KEYS)
_AS_JSON = "arguments and results of tools written as JSON text"


def write(draft: Draft) -> Rows:
    row: dict[str, Any] = {"messages": message_rows(draft.messages)}
    row |= {key: training_value(key, draft.entry[key]) for key in TRAINING_KEYS if key in draft.entry}
    return Rows((row,), tuple(key_losses(draft)), row_alterations(draft))


def message_rows(messages: Iterable[Message]) -> list[Message]:
    """Messages with the keys that trainers read; see `message_row`."""
    return [message_row(message) for message in messages]


def message_row(message: Message) -> Message:
    """A message with the keys that trainers read; arguments of calls and objects that a tool gave are JSON
    strings."""
    row = {key: value for key, value in message.items() if key in _KEYS}
    calls = row.get("tool_calls")
    if isinstance(calls, list):
        row["tool_calls"] = [_call_row(call) for call in calls]
    if isinstance(row.get("function_call"), dict):
        row["function_call"] = _with_json(row["function_call"])
    if row.get("role") == "tool" and isinstance(row.get("content"), dict):
        row["content"] = as_json(row["content"])
    return row


def row_alterations(draft: Draft) -> tuple[str, ...]:
    """What `message_row` changes in the messages of a draft and its replies, in words."""
    given = [*draft.messages, *draft.replies("chosen"), *draft.replies("rejected")]
    kept = [{key: value for key, value in message.items() if key in _KEYS} for message in given]
    return (_AS_JSON,) if kept != message_rows(given) else ()


def _call_row(call: Any) -> Any:
    if not isinstance(call, dict) or not isinstance(call.get("function"), dict):
        return call
    return {**call, "function": _with_json(call["function"])}


def _with_json(function: dict[str, Any]) -> dict[str, Any]:
    return {**function, "arguments": as_json(function["arguments"])} if "arguments" in function else function


def training_value(key: str, value: Any) -> Any:
    """What stands beside the messages; a reply in it has the keys that trainers read."""
    if key in ("chosen", "rejected"):
        return message_row(value) if isinstance(value, dict) else value
    return value
