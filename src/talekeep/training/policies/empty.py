"""`empty`: replies without a text, a call or a picture."""

from talekeep.core.content import take_apart
from talekeep.core.entry import Message
from talekeep.training.base import Context
from talekeep.training.base import Draft

NAME = "empty"
HELP = "Replies with nothing in them: keep or drop them."
VALUES: tuple[str, ...] = ("keep", "drop")


def apply(draft: Draft, value: str, context: Context) -> list[Draft]:
    if value == "keep":
        return [draft]
    kept = [message for message in draft.messages if not is_empty_reply(message)]
    return [draft.with_messages(kept, loss="empty replies")]


def is_empty_reply(message: Message) -> bool:
    """Whether an assistant's message has no text, no reasoning, no call and no picture."""
    content = take_apart(message)
    has_text = bool((content.text or "").strip())
    return message.get("role") == "assistant" and not (
        has_text or content.reasoning or content.calls or content.media
    )
