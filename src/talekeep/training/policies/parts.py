"""`parts`: content that is a list of typed parts."""

from talekeep.core.content import is_read
from talekeep.core.content import take_apart
from talekeep.core.entry import Message
from talekeep.training.base import Context
from talekeep.training.base import Draft

NAME = "parts"
HELP = "Content that is a list of parts: keep the list, or write texts, calls and reasoning as text and keys."
VALUES: tuple[str, ...] = ("keep", "text")


def apply(draft: Draft, value: str, context: Context) -> list[Draft]:
    if value == "keep":
        return [draft]
    messages = [_flat(message) for message in draft.messages]
    return [draft.with_messages(messages, alteration="typed parts written as text and keys")]


def _flat(message: Message) -> Message:
    """The message without a list as its content, where every part of it can stand elsewhere.

    [{"type": "text", "text": "Wait."}, {"type": "tool_call", "value": {"name": "look", "arguments": {}}}] →
    content "Wait.", tool_calls [{"type": "function", "function": {"name": "look", "arguments": "{}"}}]
    """
    content = message.get("content")
    if not isinstance(content, list) or not content or not all(map(is_read, content)):
        return message
    taken = take_apart(message)
    flat = {**message, "content": taken.text}
    if taken.calls and "function_call" not in message:
        flat["tool_calls"] = [*taken.calls]
    if taken.reasoning:
        flat["reasoning_content"] = taken.reasoning
    return flat
