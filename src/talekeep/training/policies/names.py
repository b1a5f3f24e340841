"""`names`: the name of the speaker on a message."""

from talekeep.core.content import take_apart
from talekeep.core.content import with_text
from talekeep.core.entry import Message
from talekeep.training.base import Context
from talekeep.training.base import Draft

NAME = "names"
HELP = "The speaker's name: keep the key, drop it, or write it before the text."
VALUES: tuple[str, ...] = ("keep", "drop", "prefix")


def apply(draft: Draft, value: str, context: Context) -> list[Draft]:
    if value == "drop":
        bare = [{k: v for k, v in m.items() if k != "name" or is_tool(m)} for m in draft.messages]
        return [draft.with_messages(bare, loss="speaker names")]
    if value == "prefix":
        written = [prefixed(message, context) for message in draft.messages]
        return [draft.with_messages(written, alteration="speaker names written before the text")]
    return [draft]


def is_tool(message: Message) -> bool:
    """Whether `name` is the name of a function, not of a speaker."""
    return message.get("role") in ("tool", "function")


def prefixed(message: Message, context: Context) -> Message:
    """The message with `Name: ` before its text, without the key `name`; one without text stays.

    {"role": "user", "name": "mara", "content": "Wait."} → {"role": "user", "content": "Mara: Wait."}
    """
    name = message.get("name")
    if is_tool(message) or not isinstance(name, str) or take_apart(message).text is None:
        return message
    rest = {key: value for key, value in message.items() if key != "name"}
    return with_text(rest, lambda text: f"{context.name_of(name)}: {text}", first=True)
