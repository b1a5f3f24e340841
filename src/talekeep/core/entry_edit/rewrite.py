"""Changes of whole entries, as functions from entry to entry: nothing a change does not name is lost.

Messages are carried over as they are, with their names, weights, tool calls and unknown keys; so is every
top-level key of the entry.
"""

import re
from collections.abc import Callable
from collections.abc import Container
from collections.abc import Sequence
from typing import Any
from typing import TypeAlias

from talekeep.core.entry import CONFLICT_KEY
from talekeep.core.entry import ROLES
from talekeep.core.entry import Entry
from talekeep.core.entry import Message
from talekeep.core.errors import Refused
from talekeep.core.errors import Usage
from talekeep.core.text.scripts import MARKS

Replacement: TypeAlias = str | Callable[[re.Match[str]], str]


def messages_in(entry: Entry) -> list[Any]:
    """The messages of an entry, malformed ones included.

    Raises:
        Refused: it has no list of messages, or an open conflict (whose place would no longer be right).
    """
    found = entry.get("messages")
    if CONFLICT_KEY in entry:
        raise Refused(f"entry {entry.get('id', '(no id)')} has an open conflict", "talekeep conflicts")
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


def pattern_of(
    find: str, *, ignore_case: bool = False, whole_word: bool = False, regex: bool = False
) -> re.Pattern[str]:
    """What `replaced` looks for: the text as it stands, or a regular expression.

    Raises:
        Usage: it is empty, or not a regular expression.
    """
    if not find:
        raise Usage("there is nothing to find in an empty text")
    body = f"(?:{find})" if regex else re.escape(find)
    around = rf"(?<![\w{MARKS}]){body}(?![\w{MARKS}])" if whole_word else body
    try:
        return re.compile(around, re.IGNORECASE if ignore_case else 0)
    except re.error as error:
        raise Usage(f"{find!r} is not a regular expression: {error}") from None


def replacement_of(pattern: re.Pattern[str], text: str, *, regex: bool = False) -> Replacement:
    """What `replaced` puts in: the text as it stands, or with the groups of an expression filled in.

    Raises:
        Usage: the text names a group that the expression does not have.
    """
    if not regex:
        return lambda _: text
    try:
        pattern.sub(text, "")
    except (re.error, IndexError) as error:
        raise Usage(f"{text!r} cannot stand for a match: {error}") from None
    return text


def replaced(
    entry: Entry,
    pattern: re.Pattern[str],
    replacement: Replacement,
    roles: Container[str] = ROLES,
) -> tuple[Entry, int]:
    """The entry with every match in the texts of its messages of these roles replaced, and how many.

    Texts are string contents and the text of content parts; names, keys and tool calls are left alone.

    Raises:
        Refused: it has no list of messages.
    """
    messages, total = [], 0
    for message in messages_in(entry):
        if isinstance(message, dict) and message.get("role") in roles:
            content, count = _replaced_in(message.get("content"), pattern, replacement)
            message, total = ({**message, "content": content} if count else message), total + count
        messages.append(message)
    return ({**entry, "messages": messages}, total) if total else (entry, 0)


def _replaced_in(value: Any, pattern: re.Pattern[str], replacement: Replacement) -> tuple[Any, int]:
    """A content, or a part of one."""
    if isinstance(value, str):
        return pattern.subn(replacement, value)
    if isinstance(value, list):
        parts = [_replaced_in(part, pattern, replacement) for part in value]
        return [part for part, _ in parts], sum(count for _, count in parts)
    key = next((k for k in ("text", "value") if k in value), None) if isinstance(value, dict) else None
    if key is None or not isinstance(value[key], str):
        return value, 0
    text, count = pattern.subn(replacement, value[key])
    return {**value, key: text}, count


def planned(
    system: str = "", characters: Sequence[str] = (), exchanges: int = 1, tags: Sequence[str] = ()
) -> Entry:
    """An entry laid out to be written: a system prompt and empty exchanges.

    The first character speaks as the user; the others take turns with the replies.
    """
    user, replies = characters[:1], characters[1:]
    messages: list[Message] = [{"role": "system", "content": system}]
    for number in range(exchanges):
        messages.append(_blank("user", user, 0))
        messages.append(_blank("assistant", replies, number))
    return {"messages": messages, "tags": list(tags)}


def _blank(role: str, names: Sequence[str], number: int) -> Message:
    name = {"name": names[number % len(names)]} if names else {}
    return {"role": role, **name, "content": ""}


def without_blanks(entry: Entry) -> tuple[Entry, int]:
    """The entry without messages that have no text and no other key but a name, and how many there were."""
    messages = messages_in(entry)
    kept = [message for message in messages if not _is_blank(message)]
    return {**entry, "messages": kept}, len(messages) - len(kept)


def _is_blank(message: Any) -> bool:
    if not isinstance(message, dict) or message.keys() - {"role", "name", "content"}:
        return False
    content = message.get("content")
    return isinstance(content, str) and not content.strip()
