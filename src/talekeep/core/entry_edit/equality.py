"""When two entries are one: what is compared when datasets become one."""

import unicodedata
from typing import Any

from talekeep.core import codec
from talekeep.core.entry import Entry
from talekeep.core.entry import has_plain_roles
from talekeep.core.entry import tags_of
from talekeep.core.tags import listed

_PROMPTS = ("system", "developer")


def content_key(entry: Entry) -> str | None:
    """A name for a conversation: all its messages, system prompts included, with all they hold, and the
    tools offered to it. Unicode form (NFC), line ends and white space around a text do not count.

    None for an entry of unknown shape: it is like no other.
    """
    messages = entry.get("messages")
    if not isinstance(messages, list) or not messages or not has_plain_roles(messages):
        return None
    return codec.digest({"messages": [_settled(m) for m in messages], "tools": entry.get("tools")})


def frame_key(entry: Entry) -> str:
    """A name for what must be equal where two conversations are only nearly so: the system prompts, the
    tools, and whatever in its messages is no text."""
    messages = [_settled(m) for m in entry["messages"]]
    prompts = [m for m in messages if m["role"] in _PROMPTS]
    texts = (m for m in messages if m["role"] not in _PROMPTS)
    calls = [_without_text(m) for m in texts]
    return codec.digest({"prompts": prompts, "tools": entry.get("tools"), "calls": [c for c in calls if c]})


def _settled(message: dict[str, Any]) -> dict[str, Any]:
    content = message.get("content")
    if not isinstance(content, str):
        return message
    text = unicodedata.normalize("NFC", content).replace("\r\n", "\n").strip()
    return {**message, "content": text}


def _without_text(message: dict[str, Any]) -> dict[str, Any]:
    result = {key: value for key, value in message.items() if key not in ("role", "name", "content")}
    content = message.get("content")
    return result if isinstance(content, str | None) else {**result, "content": content}


def united(kept: Entry, dropped: Entry) -> tuple[Entry, list[str]]:
    """The first of two equal entries with the tags and the keys it lacks of the second, and the names of
    the keys in which they differ: there it stays as it is."""
    more = {k: v for k, v in dropped.items() if k not in kept and k not in ("id", "tags", "messages")}
    differ = [
        key
        for key in kept
        if key not in ("id", "tags", "messages") and key in dropped and kept[key] != dropped[key]
    ]
    there, tags = listed(kept.get("tags")), tags_of(dropped)
    if there is None or not tags:
        return {**kept, **more}, differ
    return {**kept, **more, "tags": there + [t for t in dict.fromkeys(tags) if t not in there]}, differ
