"""Changes of whole entries, as functions from entry to entry: nothing a change does not name is lost.

Messages are carried over as they are, with their names, weights, tool calls and unknown keys; so is every
top-level key of the entry.
"""

import re
from collections.abc import Callable
from collections.abc import Container
from collections.abc import Sequence
from functools import partial
from typing import Any
from typing import TypeAlias

from talekeep.core.entry import CONFLICT_KEY
from talekeep.core.entry import ROLES
from talekeep.core.entry import Entry
from talekeep.core.entry import Message
from talekeep.core.errors import Refused
from talekeep.core.errors import Usage
from talekeep.core.text.normalize import exact_places
from talekeep.core.text.scripts import MARKS

# From a text to the text with matches replaced, and how many there were.
Substitution: TypeAlias = Callable[[str], tuple[str, int]]


def messages_in(entry: Entry) -> list[Any]:
    """The messages of an entry, malformed ones included.

    Raises:
        Refused: it has no list of messages, or an open conflict (whose place would no longer be right).
    """
    messages = entry.get("messages")
    if CONFLICT_KEY in entry:
        raise Refused(f"entry {entry.get('id', '(no id)')} has an open conflict", "talekeep conflicts")
    if not isinstance(messages, list):
        raise Refused(f"entry {entry.get('id', '(no id)')} has no list of messages", "talekeep validate")
    return messages


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


def substitution(
    find: str,
    replacement: str,
    *,
    ignore_case: bool = False,
    whole_word: bool = False,
    regex: bool = False,
    loose: bool = False,
) -> Substitution:
    """What `replaced` does to a text: what stands there for `find`, as `search` compares texts, is replaced;
    or what a regular expression finds, with its groups filled in.

    Raises:
        Usage: `find` is empty, or no regular expression; the replacement names a group that it does not have;
        `loose` beside `regex`.
    """
    if not find:
        raise Usage("there is nothing to find in an empty text")
    if regex:
        if loose:
            raise Usage("a regular expression is never loose", "leave out --regex or --loose")
        return _of_pattern(_pattern_of(find, ignore_case, whole_word), replacement)

    def substitute(text: str) -> tuple[str, int]:
        pieces: list[str] = []
        at = count = 0
        for start, end in exact_places(find, text, whole=whole_word, ignore_case=ignore_case, loose=loose):
            if text[start:end] != replacement:
                pieces += [text[at:start], replacement]
                at, count = end, count + 1
        return ("".join([*pieces, text[at:]]) if count else text), count

    return substitute


def _pattern_of(find: str, ignore_case: bool, whole_word: bool) -> re.Pattern[str]:
    body = f"(?:{find})"
    around = rf"(?<![\w{MARKS}]){body}(?![\w{MARKS}])" if whole_word else body
    try:
        return re.compile(around, re.IGNORECASE if ignore_case else 0)
    except re.error as error:
        raise Usage(f"{find!r} is not a regular expression: {error}") from None


def _of_pattern(pattern: re.Pattern[str], replacement: str) -> Substitution:
    try:
        pattern.sub(replacement, "")
    except (re.error, IndexError) as error:
        raise Usage(f"{replacement!r} cannot stand for a match: {error}") from None
    return partial(pattern.subn, replacement)


def replaced(entry: Entry, substitute: Substitution, roles: Container[str] = ROLES) -> tuple[Entry, int]:
    """The entry with every match in the texts of its messages of these roles replaced, and how many.

    Texts are string contents and the text of content parts; names, keys and tool calls are left alone.

    Raises:
        Refused: it has no list of messages.
    """
    messages, total = [], 0
    for message in messages_in(entry):
        if isinstance(message, dict) and message.get("role") in roles:
            content, count = _replaced_in(message.get("content"), substitute)
            message, total = ({**message, "content": content} if count else message), total + count
        messages.append(message)
    return ({**entry, "messages": messages}, total) if total else (entry, 0)


def _replaced_in(value: Any, substitute: Substitution) -> tuple[Any, int]:
    """A content, or a part of one."""
    if isinstance(value, str):
        return substitute(value)
    if isinstance(value, list):
        parts = [_replaced_in(part, substitute) for part in value]
        return [part for part, _ in parts], sum(count for _, count in parts)
    key = next((k for k in ("text", "value") if k in value), None) if isinstance(value, dict) else None
    if key is None or not isinstance(value[key], str):
        return value, 0
    text, count = substitute(value[key])
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
