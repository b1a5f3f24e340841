"""`same_role`: two messages of one role in a row."""

from collections.abc import Sequence

from talekeep.core.entry import Message
from talekeep.training.base import Context
from talekeep.training.base import Draft

NAME = "same_role"
HELP = "Two messages of one role in a row: keep them, or join their texts by a blank line."
VALUES: tuple[str, ...] = ("keep", "join")
_ROLES = ("user", "assistant")


def apply(draft: Draft, value: str, context: Context) -> list[Draft]:
    if value == "keep":
        return [draft]
    return [
        draft.with_messages(
            joined(draft.messages, _ROLES), alteration="messages of one role in a row joined by a blank line"
        )
    ]


def joined(messages: list[Message], roles: Sequence[str]) -> list[Message]:
    """Messages of one of `roles` that follow each other as one; those with parts, different names or
    different weights stay apart. A text takes the calls of the message behind it.

    user "A"  user "B"  assistant "C"   → user "A\n\nB"  assistant "C"
    """
    result: list[Message] = []
    for message in messages:
        last = result[-1] if result else None
        if last is not None and message.get("role") in roles and _alike(last, message):
            text = message.get("content")
            joint = last["content"] if text is None else f"{last['content']}\n\n{text}"
            result[-1] = {**last, **message, "content": joint}
        else:
            result.append(message)
    return result


def _alike(a: Message, b: Message) -> bool:
    text = b.get("content")
    is_text = isinstance(text, str) or (text is None and "tool_calls" in b)
    rest_a = {key: value for key, value in a.items() if key != "content"}
    rest_b = {key: value for key, value in b.items() if key not in ("content", "tool_calls")}
    return isinstance(a.get("content"), str) and is_text and rest_a == rest_b
