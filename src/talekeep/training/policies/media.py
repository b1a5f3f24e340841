"""`media`: pictures, videos and sound."""

import re

from talekeep.core.content import take_apart
from talekeep.core.entry import Message
from talekeep.core.errors import Refused
from talekeep.training.base import Context
from talekeep.training.base import Draft

NAME = "media"
HELP = "Pictures, videos and sound: keep them, drop them, or refuse the export."
VALUES: tuple[str, ...] = ("keep", "drop", "refuse")
KEYS = ("images", "videos", "audios")
_PLACEHOLDER = re.compile(r"<(?:image|video|audio)>\n?")


def apply(draft: Draft, value: str, context: Context) -> list[Draft]:
    held = [key for key in KEYS if key in draft.entry]
    parts = any(take_apart(message).media for message in draft.messages)
    if value == "keep" or not (held or parts):
        return [draft]
    if value == "refuse":
        raise Refused(f"entry {draft.entry.get('id', '?')} has pictures, videos or sound", "--media drop")
    entry = {key: item for key, item in draft.entry.items() if key not in KEYS}
    messages = [_bare(message, placeholders=bool(held)) for message in draft.messages]
    return [draft.noting(loss="pictures, videos and sound", entry={**entry, "messages": messages})]


def _bare(message: Message, *, placeholders: bool) -> Message:
    """The message without parts that are media, and without the placeholders that stand for them."""
    content = message.get("content")
    if isinstance(content, str):
        return {**message, "content": _PLACEHOLDER.sub("", content)} if placeholders else message
    if not isinstance(content, list) or not take_apart(message).media:
        return message
    kept = [part for part in content if not take_apart({"content": [part]}).media]
    # A list without a part has no type; an empty text has.
    return {**message, "content": kept or ""}
