"""RoleThread Lite's records: ChatML whose contents are texts and whose tags are ASCII, with a stamp.

The stamp (`_rolethread`) names the entry and its dataset; a file in which every record has one is opened in
place, any other is copied. Reading is ChatML's: of the stamp the entry's id is kept, and what is not
bookkeeping.
"""

import json
import re
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from types import MappingProxyType
from typing import Any

import talekeep.formats.chatml as chatml
from talekeep.core.content import in_one_text
from talekeep.core.entry import Entry
from talekeep.core.entry import Message
from talekeep.core.entry import is_uuid
from talekeep.core.entry import messages_of
from talekeep.core.entry import tags_of
from talekeep.formats.base import Alternative
from talekeep.formats.base import Reading
from talekeep.formats.base import Written
from talekeep.formats.base import others_lost
from talekeep.formats.conversation.identity import Shape
from talekeep.formats.conversation.identity import digest

NAME = "rolethread"
TITLE = "RoleThread Lite dataset"
SAMPLE = """\
{"messages":[{"role":"system","content":"Stay in character."},{"role":"user","content":"Hi"},
{"role":"assistant","content":"Hello."}],"tags":["quiet"],
"_rolethread":{"version":"1.0.0","native":true,"entry_uuid":"0193c7a0-0000-7000-8000-000000000001"}}"""
KEYS = frozenset({"_rolethread"})

STAMP = "_rolethread"
VERSION = "1.0.0"
# What an entry counts as by its reviews, as RoleThread Lite's own tags of the category Status say it.
REVIEW_TAGS = MappingProxyType({"approved": "approved", "needs_edit": "needs_edit", "rejected": "invalid"})
# What it calls a slug; anything else it shortens or throws away.
_SLUG = re.compile(r"[a-z0-9]+(?:_[a-z0-9]+)*")
# The system prompt it puts before what it took from ShareGPT, known by its length and digest.
_FILLER = (143, "44191dbf9dacbc53d1b68b07a2c96508a7a70d6fabd2b0e59209e9fa2f3e9ab6")


def claims(record: dict[str, Any]) -> bool:
    """True for a ChatML record with a stamp."""
    if not isinstance(record.get(STAMP), dict) or not chatml.claims(record):
        return False
    return any(isinstance(message, dict) and "role" in message for message in record["messages"])


def read(record: dict[str, Any]) -> Reading:
    """Read one record as `chatml.read` does; an empty text beside tool calls is the null it was.

    Raises:
        BadRecord: no messages, or one that is no object, has no role, or a role that names nobody.
    """
    reading = chatml.read(record)
    messages = [{**m, "content": None} if _is_bare_call(m) else m for m in reading.entry["messages"]]
    if messages != reading.entry["messages"]:
        reading = replace(reading, entry={**reading.entry, "messages": messages})
    originals = _originals(record["messages"], messages)
    return replace(reading, shape={**(reading.shape or {}), "originals": originals}) if originals else reading


def _originals(given: list[Message], messages: list[Message]) -> dict[str, Message]:
    """The messages whose role became another one, by the digest of what they became."""
    if len(given) != len(messages):
        return {}
    pairs = ((one, message) for one, message in zip(given, messages, strict=True) if one is not message)
    return {digest([message]): one for one, message in pairs if one["role"] != message["role"]}


def _is_bare_call(message: Message) -> bool:
    return message.get("content") == "" and "tool_calls" in message


def write(
    entry: Entry,
    *,
    shape: Shape | None = None,
    foreign_id: str | int | None = None,
    clean: bool = False,
    alternatives: Sequence[Alternative] = (),
) -> Written:
    """Write one entry with its half of the stamp; `stamped` adds the dataset's. Clean: without one."""
    losses = list(others_lost(alternatives))
    originals = {} if clean else (shape or {}).get("originals", {})
    originals = originals if isinstance(originals, dict) else {}
    messages = [_original(message, originals) or _message(message, losses) for message in messages_of(entry)]
    if clean:
        return Written({"messages": messages} | ({"tools": entry["tools"]} if "tools" in entry else {}))
    given = _given_id(entry, shape or {}, foreign_id, losses)
    record = given | {"messages": messages, "tags": _tags(entry, losses)}
    record |= {key: value for key, value in entry.items() if key not in ("id", "messages", "tags", STAMP)}
    kept = _kept(entry, losses)
    record[STAMP] = {"version": VERSION, "native": True, "entry_uuid": entry.get("id"), **kept}
    return Written(record, tuple(dict.fromkeys(losses)))


def _original(message: Message, originals: Mapping[str, Any]) -> Message | None:
    """The message as RoleThread Lite stored it, where nobody changed it since."""
    original = originals.get(digest([message])) if originals else None
    return original if isinstance(original, dict) and isinstance(original.get("role"), str) else None


def _given_id(
    entry: Entry, shape: Mapping[str, Any], foreign_id: str | int | None, losses: list[str]
) -> dict[str, Any]:
    """`{"id": …}` as the source had it. One that names another entry would be read as this entry's own."""
    given = shape.get("id", foreign_id)
    if isinstance(given, str) and is_uuid(given) and given.lower() != entry.get("id"):
        losses.append("an id that another entry has")
        return {}
    return {"id": given} if "id" in shape or foreign_id is not None else {}


def _message(message: Message, losses: list[str]) -> Message:
    message, changed = in_one_text(message)
    losses += changed
    content = message.get("content")
    if isinstance(content, str):
        if _is_bare_call(message):
            losses.append("an empty text beside tool calls (it reads as null)")
        return message
    if content is None:
        if "content" not in message or "tool_calls" not in message:
            losses.append("null content (written as an empty text)")
        return {**message, "content": ""}
    losses.append("content that is no text (written as JSON)")
    return {**message, "content": json.dumps(content, ensure_ascii=False)}


def _tags(entry: Entry, losses: list[str]) -> list[str]:
    named = tags_of(entry)
    kept = [tag for tag in named if is_slug(tag)]
    if "tags" not in entry:
        losses.append("a missing list of tags (written as an empty one)")
    elif not isinstance(entry["tags"], list) or len(named) < len(entry["tags"]):
        losses.append("tags that are no text")
    if len(kept) < len(named):
        losses.append("tags of other than a–z, 0–9 and _")
    return kept


def _kept(entry: Entry, losses: list[str]) -> dict[str, Any]:
    """What the entry's stamp held beside bookkeeping."""
    given = entry.get(STAMP, {})
    if not isinstance(given, dict):
        losses.append(f"the key {STAMP!r} (it is the place of the stamp)")
        return {}
    if not given.keys().isdisjoint(_BOOKKEEPING):
        losses.append("a second id in the stamp")
    return {key: value for key, value in given.items() if key not in _BOOKKEEPING}


_BOOKKEEPING = frozenset({"version", "native", "validated_at", "entry_uuid", "dataset_uuid"})


def is_slug(name: str) -> bool:
    """True for what RoleThread Lite keeps letter by letter as the name of a tag, character or prompt."""
    return _SLUG.fullmatch(name) is not None


def reviewed(record: dict[str, Any], state: str) -> dict[str, Any]:
    """A written record with the tag for what its entry counts as by its reviews, if there is one for that."""
    tag = REVIEW_TAGS.get(state)
    if tag is None or tag in record["tags"]:
        return record
    return {**record, "tags": [*record["tags"], tag]}


def stamped(record: dict[str, Any], dataset: str, validated_at: str) -> dict[str, Any]:
    """A written record with the dataset's half of the stamp."""
    return {**record, STAMP: {**record[STAMP], "validated_at": validated_at, "dataset_uuid": dataset}}


def stamp_of(record: Any, key: str) -> str | None:
    """`entry_uuid` or `dataset_uuid` of a record; None where there is none."""
    stamp = record.get(STAMP) if isinstance(record, dict) else None
    value = stamp.get(key) if isinstance(stamp, dict) else None
    return value if isinstance(value, str) and value else None


def settled(record: dict[str, Any]) -> dict[str, Any]:
    """The record without what RoleThread Lite writes anew at every save."""
    stamp = record.get(STAMP)
    if not isinstance(stamp, dict):
        return record
    return {**record, STAMP: {k: v for k, v in stamp.items() if k not in ("validated_at", "version")}}


def is_filler(message: Message) -> bool:
    """True for the system prompt that RoleThread Lite puts before what it took from ShareGPT."""
    content = message.get("content")
    if message.get("role") != "system" or not isinstance(content, str) or len(content) != _FILLER[0]:
        return False
    return sha256(content.encode()).hexdigest() == _FILLER[1]


def without_filler(entry: Entry) -> Entry:
    """The entry without such prompts; the same object where it has none."""
    messages = messages_of(entry)
    kept = [message for message in messages if not is_filler(message)]
    return entry if len(kept) == len(messages) else {**entry, "messages": kept}
