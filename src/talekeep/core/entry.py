"""An entry is a JSON object; these are the questions asked of it.

Entries stay plain dicts, so unknown keys survive everything without being modelled. Nobody changes an
entry in place: a change is a new dict. Every function here accepts malformed entries (validation needs
to look at them) and answers with what is there.
"""

import re
from collections.abc import Iterator
from operator import itemgetter
from typing import Any
from typing import TypeAlias

Entry: TypeAlias = dict[str, Any]
Message: TypeAlias = dict[str, Any]

ROLES = ("system", "user", "assistant", "tool", "developer")
_ROLES = frozenset(ROLES)
_role = itemgetter("role")
CONFLICT_KEY = "talekeep_conflict"

_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def is_uuid(value: object) -> bool:
    """True for a UUID of any version in its 36-character spelling."""
    return isinstance(value, str) and _UUID.fullmatch(value) is not None


def uuid7(milliseconds: int, counter: int, random: int) -> str:
    """A version 7 UUID (RFC 9562 §5.7): 48 bits of time, 12 of counter, 62 of randomness."""
    value = (milliseconds & (1 << 48) - 1) << 80 | 0x7 << 76 | (counter & 0xFFF) << 64
    digits = f"{value | 0b10 << 62 | random & (1 << 62) - 1:032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def messages_in(value: Any) -> list[Any]:
    """Everything in an entry's `messages`, objects or not; empty where there is no list, or no entry."""
    messages = value.get("messages") if isinstance(value, dict) else None
    return messages if isinstance(messages, list) else []


def messages_of(entry: Entry) -> list[Message]:
    """The messages that are objects, in order; empty where there are none."""
    messages = entry.get("messages")
    return [m for m in messages if isinstance(m, dict)] if isinstance(messages, list) else []


def has_plain_roles(messages: list[Any]) -> bool:
    """True where every item is a message and every role is spelled as one of `ROLES`: the usual case, told
    quickly."""
    try:
        return _ROLES.issuperset(map(_role, messages))
    except (KeyError, TypeError):
        return False


def tags_of(entry: Entry) -> list[str]:
    """The tags that are strings, in order."""
    tags = entry.get("tags")
    return [t for t in tags if isinstance(t, str)] if isinstance(tags, list) else []


def text_of(message: Message) -> str:
    """The readable text of a message: its string content, or the text of its content parts by line."""
    content = message.get("content")
    if isinstance(content, str):
        return content
    return "\n".join(_part_texts(content)) if isinstance(content, list) else ""


def _part_texts(parts: list[Any]) -> Iterator[str]:
    for part in parts:
        if isinstance(part, str):
            yield part
        elif isinstance(part, dict):
            # OpenAI parts carry `text`, LLaMA-Factory v1 parts carry `value`.
            text = part.get("text", part.get("value"))
            if isinstance(text, str):
                yield text


def exchanges_of(entry: Entry) -> int:
    """How many user messages get an assistant's reply before the next user message."""
    count, waiting = 0, False
    for message in messages_of(entry):
        role = message.get("role")
        if role == "user":
            waiting = True
        elif role == "assistant" and waiting:
            count, waiting = count + 1, False
    return count
