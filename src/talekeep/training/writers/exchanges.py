"""A conversation as plain exchanges, for shapes that hold nothing else."""

from dataclasses import dataclass

from talekeep.core.content import take_apart
from talekeep.core.entry import Message
from talekeep.training.content import lost_keys


@dataclass(frozen=True, slots=True)
class Exchanges:
    """`system` is "" where there is none; `pairs` are (user, assistant) texts in order."""

    system: str
    pairs: tuple[tuple[str, str], ...]


def exchanges_of(messages: list[Message]) -> Exchanges | str:
    """The system prompt and the exchanges, or in words why there is no such reading."""
    texts = [_text(message) for message in messages]
    if any(text is None for text in texts):
        return "it has tool calls, reasoning, media or messages without text"
    roles = [message.get("role") for message in messages]
    system = bool(roles) and roles[0] in ("system", "developer")
    rest = roles[1:] if system else roles
    if not rest or len(rest) % 2 or rest != ["user", "assistant"] * (len(rest) // 2):
        return "it is not a user message and a reply in turn"
    spoken = [str(text) for text in texts[int(system) :]]
    pairs = tuple(zip(spoken[::2], spoken[1::2], strict=True))
    return Exchanges(str(texts[0]) if system else "", pairs)


def _text(message: Message) -> str | None:
    content = take_apart(message)
    return None if content.reasoning or content.calls or content.media else content.text


def speech_losses(messages: list[Message]) -> list[str]:
    """What a shape of bare texts leaves out of messages that it can hold."""
    return list(dict.fromkeys(loss for message in messages for loss in lost_keys(message)))
