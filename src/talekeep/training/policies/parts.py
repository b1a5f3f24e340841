"""`parts`: content that is a list of typed parts."""

from talekeep.core.entry import Message
from talekeep.training.base import Context
from talekeep.training.base import Draft

NAME = "parts"
HELP = "Content that is a list of text parts alone: keep the list, or join the texts by lines."
VALUES: tuple[str, ...] = ("keep", "text")


def apply(draft: Draft, value: str, context: Context) -> list[Draft]:
    if value == "keep":
        return [draft]
    messages = [_joined(message) for message in draft.messages]
    return [draft.with_messages(messages, alteration="text parts joined to one text")]


def _joined(message: Message) -> Message:
    """[{"type": "text", "text": "Wait."}, {"type": "text", "value": "Why?"}] → "Wait.\\nWhy?" """
    content = message.get("content")
    if not isinstance(content, list) or not content:
        return message
    texts = [_text(part) for part in content]
    if not all(isinstance(text, str) for text in texts):
        return message
    return {**message, "content": "\n".join(map(str, texts))}


def _text(part: object) -> object:
    if isinstance(part, dict) and part.get("type") == "text":
        return part.get("text", part.get("value"))
    return part if isinstance(part, str) else None
