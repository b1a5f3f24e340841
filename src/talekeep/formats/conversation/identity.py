"""What every format keeps of a record beside its conversation: id, tags, unknown keys, null padding."""

from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

from talekeep.core.codec import encode
from talekeep.core.entry import Entry
from talekeep.core.entry import Message
from talekeep.core.entry import is_uuid
from talekeep.core.slug import slug

Shape = dict[str, Any]

# RoleThread Lite builds these anew at each save; of them only the entry's own id is information.
_BOOKKEEPING = ("version", "native", "validated_at", "entry_uuid", "dataset_uuid")


def identify(
    record: dict[str, Any], messages: list[Message], taken: Sequence[str]
) -> tuple[Entry, str | int | None, Shape]:
    """The entry of a record, its foreign id, and what has no place in the entry.

    `taken` names the keys the conversation was read from. The shape gets `id` where the record's id is
    neither text nor a whole number, and `tags` where the entry's slugs are not the tags as written.
    """
    shape: Shape = {}
    read = ("id", "tags", *taken)
    rest = {key: value for key, value in record.items() if key not in read}
    stamp = rest.get("_rolethread")
    own, foreign_id = _ids(record, stamp, shape)
    entry: Entry = {} if own is None else {"id": own}
    entry["messages"] = messages
    _add_tags(entry, record, shape)
    if isinstance(stamp, dict):
        kept = _unstamped(rest.pop("_rolethread"), own)
        rest |= {"_rolethread": kept} if kept else {}
    if "messages" in rest:
        shape["messages"] = rest.pop("messages")
    return entry | rest, foreign_id, shape


def _ids(record: dict[str, Any], stamp: Any, shape: Shape) -> tuple[str | None, str | int | None]:
    given = record.get("id")
    if isinstance(given, str) and is_uuid(given):
        # Swift and .NET write them in capitals; two spellings of one id are one id.
        if given != given.lower():
            shape["id"] = given
        return given.lower(), None
    stamped = stamp.get("entry_uuid") if isinstance(stamp, dict) else None
    own = stamped.lower() if isinstance(stamped, str) and is_uuid(stamped) else None
    if isinstance(given, str | int) and not isinstance(given, bool):
        return own, given
    if "id" in record:
        shape["id"] = given
    return own, None


def _unstamped(stamp: dict[str, Any], own: str | None) -> dict[str, Any]:
    """What of a `_rolethread` block is more than bookkeeping."""
    kept = {key: value for key, value in stamp.items() if key not in _BOOKKEEPING}
    if "entry_uuid" in stamp and stamp["entry_uuid"] != own:
        kept["entry_uuid"] = stamp["entry_uuid"]
    return kept


def _add_tags(entry: Entry, record: dict[str, Any], shape: Shape) -> None:
    if "tags" not in record:
        return
    slugs = slugs_of(record["tags"])
    if slugs is not None:
        entry["tags"] = slugs
    if slugs is None or slugs != record["tags"]:
        shape["tags"] = record["tags"]


def slugs_of(tags: Any) -> list[str] | None:
    """The slugs of tags as a file spells them, each once, in order; None where no tag is text.

    A text holds several, divided by commas.
    """
    listed = tags.split(",") if isinstance(tags, str) else tags
    if not isinstance(listed, list):
        return None
    named = [tag for tag in listed if isinstance(tag, str)]
    if listed and not named:
        return None
    return [item for item in dict.fromkeys(map(slug, named)) if item]


def given_id(entry: Entry, shape: Shape, foreign_id: str | int | None) -> Shape:
    """`{"id": …}` as the source had it, else the entry's own; empty where there is neither."""
    if "id" in shape:
        return {"id": shape["id"]}
    entry_id = entry.get("id") if foreign_id is None else foreign_id
    return {} if entry_id is None else {"id": entry_id}


def given_tags(entry: Entry, shape: Shape) -> Shape:
    """`{"tags": …}` as the source spelled them while they still are the entry's; empty without tags."""
    tags = entry.get("tags")
    if "tags" in shape and slugs_of(shape["tags"]) == tags:
        return {"tags": shape["tags"]}
    return {"tags": tags} if tags else {}


def padding(messages: Sequence[Any]) -> tuple[str, ...]:
    """The keys every message carries and some hold null in: what Arrow adds to make a column.

    `content` is left out; a null there means a message of tool calls.
    """
    objects = [m for m in messages if isinstance(m, dict)]
    if not objects or len(objects) < len(messages):
        return ()
    carried = [key for key in objects[0] if key != "content" and all(key in m for m in objects)]
    return tuple(key for key in carried if any(m[key] is None for m in objects))


def unpadded(message: Message, nulls: Sequence[str]) -> Message:
    """The message without the keys of `nulls` that hold null."""
    if not nulls:
        return message
    return {key: value for key, value in message.items() if value is not None or key not in nulls}


def digest(messages: Sequence[Message]) -> str:
    """A short name for exactly these messages, to notice that they were edited.

    Raises:
        BadRecord: they hold something that is not JSON.
    """
    return blake2b(encode({"messages": list(messages)}), digest_size=6).hexdigest()
