"""Tool calls: the JSON text of a ShareGPT `function_call` turn ↔ the `tool_calls` of a message.

Text: `{"name": …, "arguments": {…}}` or a list of such objects, with `id` where the call has one
(LLaMA-Factory, data/README.md). Message: OpenAI's, whose `arguments` are a string of JSON.
"""

import json
from typing import Any

from talekeep.core.codec import decode
from talekeep.core.entry import Message
from talekeep.core.errors import BadRecord

_CALL_KEYS = {"name", "arguments", "id"}


def calls_of(text: Any) -> list[dict[str, Any]] | None:
    """The tool calls a text spells; None where it is no JSON of calls, or says more than a call can hold."""
    if not isinstance(text, str):
        return None
    try:
        value = decode(text.encode("utf-8", "surrogatepass"))
    except BadRecord:
        return None
    listed = value if isinstance(value, list) else [value]
    calls = [_call(item) for item in listed]
    return None if not calls or None in calls else [call for call in calls if call is not None]


def _call(item: Any) -> dict[str, Any] | None:
    if not isinstance(item, dict) or not isinstance(item.get("name"), str) or not item.keys() <= _CALL_KEYS:
        return None
    if not isinstance(item.get("id", ""), str):
        return None
    arguments = item.get("arguments", {})
    text = arguments if isinstance(arguments, str) else _spelled(arguments)
    call = {"type": "function", "function": {"name": item["name"], "arguments": text}}
    return {"id": item["id"], **call} if "id" in item else call


def openai_calls(calls: list[Any]) -> list[Any]:
    """Calls as OpenAI spells them; LangChain's hold `name` and `args` themselves, any other stays."""
    return [_of_langchain(call) for call in calls]


def _of_langchain(call: Any) -> Any:
    if not isinstance(call, dict) or not isinstance(call.get("name"), str) or "args" not in call:
        return call
    function = {"name": call["name"], "arguments": _spelled(call["args"])}
    made: dict[str, Any] = {"type": "function", "function": function}
    return {"id": call["id"], **made} if isinstance(call.get("id"), str) else made


def _spelled(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def text_of_calls(message: Message) -> tuple[str, bool] | None:
    """The text of a message that is nothing but tool calls, and whether reading it gives the same calls.

    None for any other message, and for calls the text has no place for.
    """
    calls = message.get("tool_calls")
    if (
        message.get("role") != "assistant"
        or message.get("content") is not None
        or not isinstance(calls, list)
    ):
        return None
    items = [_item(call) for call in calls]
    if not items or None in items:
        return None
    text = _spelled(items[0] if len(items) == 1 else items)
    return text, calls_of(text) == calls and "content" in message


def _item(call: Any) -> dict[str, Any] | None:
    if not isinstance(call, dict) or not call.keys() <= {"id", "type", "function"}:
        return None
    function = call.get("function")
    if call.get("type", "function") != "function" or not isinstance(function, dict):
        return None
    if function.keys() != {"name", "arguments"} or not isinstance(function["name"], str):
        return None
    item = {"name": function["name"], "arguments": _parsed(function["arguments"])}
    return {**item, "id": call["id"]} if "id" in call else item


def _parsed(arguments: Any) -> Any:
    """Arguments as trainers want them in the text: the object, not a string that holds one."""
    if not isinstance(arguments, str):
        return arguments
    try:
        value = decode(arguments.encode("utf-8", "surrogatepass"))
    except BadRecord:
        return arguments
    return value if isinstance(value, dict) else arguments
