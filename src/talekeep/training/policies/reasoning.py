"""`reasoning`: what the model thinks before it answers."""

import re

from talekeep.core.content import take_apart
from talekeep.core.content import with_text
from talekeep.core.entry import Message
from talekeep.training.base import Context
from talekeep.training.base import Draft

NAME = "reasoning"
HELP = "Reasoning of a reply: keep it as it is, write it into the text in think tags, or drop it (tags too)."
VALUES: tuple[str, ...] = ("keep", "think", "drop")
# Reasoning that a source wrote into the text.
_TAGGED = re.compile(r"\A\s*<think(?:ing)?>.*?</think(?:ing)?>\s*", re.DOTALL | re.IGNORECASE)
_KINDS = ("reasoning", "thinking")


def apply(draft: Draft, value: str, context: Context) -> list[Draft]:
    if value == "keep":
        return [draft]
    messages = [_without(m, tags=value == "think") for m in draft.messages]
    if value == "think":
        return [draft.with_messages(messages, alteration="reasoning written into the text in think tags")]
    return [draft.with_messages(messages, loss="reasoning")]


def _without(message: Message, *, tags: bool) -> Message:
    content = take_apart(message)
    if not tags and message.get("role") == "assistant":
        message = with_text(message, lambda text: _TAGGED.sub("", text), first=True)
    if not content.reasoning:
        return message
    bare = {key: value for key, value in message.items() if key != "reasoning_content"}
    thought = f"<think>\n{content.reasoning}\n</think>\n\n"
    if not isinstance(bare.get("content"), list):
        return {**bare, "content": thought + (content.text or "")} if tags else bare
    parts = [part for part in bare["content"] if not (isinstance(part, dict) and part.get("type") in _KINDS)]
    return {**bare, "content": [{"type": "text", "text": thought}, *parts] if tags else parts}
