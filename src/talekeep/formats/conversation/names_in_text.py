"""Names of speakers that stand in the texts: `Mara: You came.` in most messages of one side."""

import re
from collections import Counter
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from talekeep.core.entry import Message
from talekeep.core.entry_edit.sidecars import following
from talekeep.core.entry_edit.speakers import Speaker
from talekeep.core.slug import slug
from talekeep.formats.base import Reading
from talekeep.formats.files.marked_text import is_heading

_NAME = re.compile(r"([^\W\d_][\w.'’\-]{0,30}(?: [\w.'’\-]{1,30}){0,2}):[ \t\n]+")
# So many messages of a side begin with the same name, and at least two of them do.
_SHARE, _FEWEST = 0.8, 2


def names_in_text(messages: Sequence[Message]) -> dict[str, str]:
    """Role → the name that most of its messages begin with; a side whose messages have names is left out."""
    result = {}
    for role in ("user", "assistant"):
        own = [message for message in messages if message.get("role") == role]
        if len(own) < _FEWEST or any("name" in message for message in own):
            continue
        starts = Counter(match[1] for message in own if (match := _start(message)) is not None)
        name, count = starts.most_common(1)[0] if starts else ("", 0)
        if slug(name) and not is_heading(f"{name}: ") and count >= _FEWEST and count >= _SHARE * len(own):
            result[role] = name
    return result


def _start(message: Message) -> re.Match[str] | None:
    content = message.get("content")
    return _NAME.match(content) if isinstance(content, str) and ":" in content[:120] else None


def lifted(reading: Reading) -> Reading:
    """The reading with such names as the names of who speaks, and without them in the texts."""
    names = names_in_text(reading.entry["messages"])
    if not names:
        return reading
    messages = [_lifted(message, names) for message in reading.entry["messages"]]
    entry = {**reading.entry, "messages": messages}
    moved = following({"alternatives": list(reading.alternatives)}, reading.entry, entry)["alternatives"]
    others = tuple({**one, "messages": [_lifted(m, names) for m in one["messages"]]} for one in moved)
    speakers = {name: str(Speaker(role, slug(name))) for role, name in names.items()}
    mended = {
        **reading.mended,
        "names": sum(a != b for a, b in zip(messages, reading.entry["messages"], strict=True)),
    }
    return replace(
        reading, entry=entry, alternatives=others, speakers={**reading.speakers, **speakers}, mended=mended
    )


def _lifted(message: Any, names: Mapping[str, str]) -> Any:
    match = _start(message) if isinstance(message, dict) else None
    name = names.get(str(message.get("role"))) if match is not None else None
    if match is None or match[1] != name:
        return message
    return {**message, "name": slug(match[1]), "content": message["content"][match.end() :]}
