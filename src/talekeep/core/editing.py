"""Changes of whole entries, as functions from entry to entry: nothing a change does not name is lost.

Messages are carried over as they are, with their names, weights, tool calls and unknown keys; so is every
top-level key of the entry.
"""

from typing import Any

from talekeep.core.entry import Entry
from talekeep.core.errors import Refused


def messages_in(entry: Entry) -> list[Any]:
    """The messages of an entry, malformed ones included.

    Raises:
        Refused: it has no list of messages.
    """
    found = entry.get("messages")
    if not isinstance(found, list):
        raise Refused(f"entry {entry.get('id', '(no id)')} has no list of messages", "talekeep validate")
    return found


def role_of(message: Any) -> Any:
    return message.get("role") if isinstance(message, dict) else None


def with_system(entry: Entry, text: str) -> Entry:
    """The entry with `text` as its system prompt: the content of its first message where that is a system
    message (its other keys stay), else a new first message.

    Raises:
        Refused: it has no list of messages.
    """
    messages = messages_in(entry)
    has_one = bool(messages) and role_of(messages[0]) == "system"
    prompt = {**(messages[0] if has_one else {"role": "system"}), "content": text}
    return {**entry, "messages": [prompt, *messages[has_one:]]}
