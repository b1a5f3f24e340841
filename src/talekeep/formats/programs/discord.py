"""Discord channels as DiscordChatExporter writes them."""

from datetime import datetime
from datetime import timedelta
from typing import Any

from talekeep.core.entry import Message
from talekeep.core.errors import BadRecord
from talekeep.formats.base import Reading
from talekeep.formats.base import require
from talekeep.formats.conversation.assemble import assemble
from talekeep.formats.conversation.paths import MISSING
from talekeep.formats.conversation.paths import first
from talekeep.formats.conversation.paths import without

# Other types are notices of the program: joins, pins, boosts.
_SPOKEN = ("Default", "Reply", "ThreadStarterMessage", 0, 19)
# Messages of one person that follow each other so soon are one; Discord shows them so too.
_SOON = timedelta(minutes=7)
# What a message keeps; the account behind it is nobody's business in a training set.
_KEPT = ("id", "timestamp", "reference", "attachments", "stickers")


class Discord:
    """`messages` with an author each. Notices are left out, and messages without a text."""

    NAME = "discord"
    READ_ONLY = "an export of a channel, which no program takes in"
    TITLE = "Discord chats of DiscordChatExporter"
    KEYS = frozenset({"messages"})
    SAMPLE = """\
{"guild":{"id":"1","name":"Harbor"},"channel":{"id":"2","name":"light"},"messages":[
{"id":"3","type":"Default","content":"Who keeps the light?","author":{"id":"8","name":"wren"}},
{"id":"4","type":"Default","content":"*nods* I do.","author":{"id":"9","name":"mara"}}]}"""

    def claims(self, record: dict[str, Any]) -> bool:
        return {"guild", "channel"} <= record.keys() and first(record, "messages.0.author.name")[
            1
        ] is not MISSING

    def read(self, record: dict[str, Any]) -> Reading:
        """Read one channel; the names are those people show.

        Raises:
            BadRecord: nobody says anything, or a message has no author.
        """
        require(self.claims(record), self.TITLE)
        messages: list[Message] = []
        left, before = 0, None
        for number, line in enumerate(record["messages"], 1):
            if not isinstance(line, dict):
                raise BadRecord(f"message {number} is not an object")
            text = line.get("content")
            if line.get("type", "Default") not in _SPOKEN or not isinstance(text, str) or not text.strip():
                left += 1
                continue
            name = _name(line, number)
            if before is not None and messages[-1]["role"] == name and _is_soon(before, line):
                messages[-1]["content"] += f"\n{text}"
            else:
                messages.append({"role": name, "content": text, **_known(line)})
            before = line
        if not messages:
            raise BadRecord("nobody says anything in it")
        reading = assemble(without(record, ["messages"]), messages)
        mended = {
            **reading.mended,
            **({"notices and messages without a text left out": left} if left else {}),
        }
        return Reading(reading.entry, reading.foreign_id, reading.shape, reading.speakers, (), mended)


def _name(line: dict[str, Any], number: int) -> str:
    name = first(line, "author.nickname|author.name")[1]
    if not isinstance(name, str) or not name.strip():
        raise BadRecord(f"message {number} has no author with a name")
    return name


def _known(line: dict[str, Any]) -> dict[str, Any]:
    return {f"source_{key}": line[key] for key in _KEPT if line.get(key) not in (None, [], {})}


def _is_soon(before: dict[str, Any], line: dict[str, Any]) -> bool:
    if line.get("reference"):
        return False
    try:
        return timedelta() <= _time(line) - _time(before) <= _SOON
    except (KeyError, TypeError, ValueError):
        return False


def _time(line: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(line["timestamp"])
