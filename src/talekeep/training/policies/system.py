"""`system`: system messages that are not the first message."""

from talekeep.training.base import Context
from talekeep.training.base import Draft
from talekeep.training.content import take_apart

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
    contents = [take_apart(m) for m in prompts]
    if any(content.media or content.calls for content in contents):
        # These have no place in one text.
        return [draft]
    text = "\n\n".join(content.text for content in contents if content.text)
    front = {**prompts[0], "content": text}
    return [draft.with_messages([front, *others], alteration="system messages moved to the front")]
