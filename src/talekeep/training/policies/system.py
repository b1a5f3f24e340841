"""`system`: system messages that are not the first message."""

from collections.abc import Iterator

from talekeep.core.content import take_apart
from talekeep.core.entry import Message
from talekeep.training.base import Context
from talekeep.training.base import Draft
from talekeep.training.policies.weights import KEYS

NAME = "system"
HELP = "System messages after the first: keep them, join them with the first, or drop them."
VALUES: tuple[str, ...] = ("keep", "first", "drop")


def apply(draft: Draft, value: str, context: Context) -> list[Draft]:
    messages = draft.messages
    later = [m for n, m in enumerate(messages) if n and m.get("role") == "system"]
    if value == "keep" or not later:
        return [draft]
    others = [m for m in messages if m.get("role") != "system"]
    prompts = [m for m in messages if m.get("role") == "system"]
    if value == "drop":
        kept = prompts[:1] if messages[0].get("role") == "system" else []
        return [draft.with_messages([*kept, *others], loss="system messages inside the conversation")]
    contents = [take_apart({"content": m.get("content")}) for m in prompts]
    has_calls = any("tool_calls" in m or "function_call" in m for m in prompts)
    if has_calls or any(each.media or each.calls or each.reasoning for each in contents):
        # These have no place in one text.
        return [draft]
    front = {key: item for message in reversed(prompts) for key, item in message.items()}
    front["content"] = "\n\n".join(content.text for content in contents if content.text)
    moved = draft.with_messages([front, *others], alteration="system messages moved to the front")
    for loss in dict.fromkeys(loss for message in prompts for loss in _lost(message, front)):
        moved = moved.noting(loss=loss)
    return [moved]


def _lost(message: Message, front: Message) -> Iterator[str]:
    """The keys of a system message of which another one has another value."""
    for key, item in message.items():
        if key != "content" and front[key] != item:
            yield "weights of prompts" if key in KEYS else f"the message key {key!r}"
