"""One value of a file that holds several records, or a record in another dress: envelopes, columns, objects
keyed by id, bare lists of turns, texts of JSON.
"""

from collections.abc import Callable
from collections.abc import Iterator
from typing import Any

from talekeep.core.codec import decode
from talekeep.core.errors import BadRecord
from talekeep.formats.conversation.roles import canonical_role
from talekeep.formats.conversation.turns import CONTAINERS
from talekeep.formats.shapes.messages_at import rows_of

# Keys under which programs put the list of records.
_ENVELOPES = (
    *(
        "data",
        "rows",
        "train",
        "valid",
        "validation",
        "dev",
        "test",
        "examples",
        "records",
        "samples",
        "results",
        "result",
        "items",
        "chats",
    ),
    *("histories", "conversations", "dialogues", "dialogs", "documents", "logs", "tasks"),
)
_ROLE_KEYS = ("role", "from", "speaker")
_TEXT_KEYS = ("content", "value", "text", "message")
_MAX_DEPTH = 4

IsRecord = Callable[[dict[str, Any]], bool]


def unfold(value: Any, is_record: IsRecord, depth: int = 0) -> Iterator[Any]:
    """The records in a value, in order; the value itself where it is one, or nothing is known of it."""
    if depth > _MAX_DEPTH:
        yield value
    elif isinstance(value, list):
        yield from _of_list(value, is_record, depth)
    elif isinstance(value, str):
        inner = _json_in(value)
        yield from [value] if inner is None else unfold(inner, is_record, depth + 1)
    elif isinstance(value, dict) and (holds_chats(value) or not is_record(value)):
        yield from _of_object(value, is_record, depth)
    else:
        yield value


def _json_in(text: str) -> Any:
    if text.lstrip()[:1] not in ("{", "["):
        return None
    try:
        return decode(text.encode("utf-8", "surrogatepass"))
    except BadRecord:
        return None


def _of_list(items: list[Any], is_record: IsRecord, depth: int) -> Iterator[Any]:
    if is_conversation(items):
        yield of_turns(items)
    elif items and all(_is_pair(item) for item in items):
        yield {"conversation": [{"human": human, "assistant": reply} for human, reply in items]}
    elif items and all(isinstance(item, dict | list) for item in items):
        for item in items:
            yield from unfold(item, is_record, depth + 1)
    else:
        yield items


def _is_pair(item: Any) -> bool:
    return isinstance(item, list) and len(item) == 2 and all(isinstance(text, str) for text in item)


def is_turn(value: Any) -> bool:
    """True for an object that is nothing but one message of a conversation."""
    if not isinstance(value, dict):
        return False
    if value.get("type") in _LANGCHAIN and isinstance(value.get("data"), dict):
        return True
    if value.get("type") == "constructor" and isinstance(value.get("kwargs"), dict):
        return "content" in value["kwargs"]
    if isinstance(value.get("role"), str) and isinstance(value.get("parts"), list):
        return True
    texts = [key for key in _TEXT_KEYS if key in value]
    roles = [key for key in _ROLE_KEYS if isinstance(value.get(key), str)]
    if texts and roles:
        return roles != ["role"] or "turn_role" not in value
    return bool(texts) and canonical_role(value.get("author")) is not None


_LANGCHAIN = ("human", "ai", "system", "tool", "function", "chat")


# What names role and text of a turn that says which conversation it is of.
_TOLD_BY = ("speaker_id", "speaker_idx", "author", "sender", "user", "agent", "name", "who", *_ROLE_KEYS)
_TOLD_TEXTS = ("utterance", "body", *_TEXT_KEYS)


def is_told(value: dict[str, Any]) -> bool:
    """True for an object with a text and somebody who says it, and nothing that replies beside it."""
    texts = any(isinstance(value.get(key), str) for key in _TOLD_TEXTS)
    return texts and any(isinstance(value.get(key), str | int) for key in _TOLD_BY)


def is_conversation(items: list[Any]) -> bool:
    """True for a list of turns."""
    return bool(items) and all(is_turn(item) for item in items)


def of_turns(turns: list[Any]) -> dict[str, Any]:
    """The record that a bare list of turns is."""
    if not all(map(is_turn, turns)):
        return {"turns": turns}
    plain = any(not _PLAIN_KEYS.isdisjoint(turn) for turn in turns)
    return {"messages" if plain else "conversations": turns}


_PLAIN_KEYS = frozenset({"content", "data", "kwargs", "parts"})


def _of_object(value: dict[str, Any], is_record: IsRecord, depth: int) -> Iterator[Any]:
    row = value.get("row")
    if isinstance(row, dict):
        yield from unfold(row, is_record, depth + 1)
        return
    inside = [list(unfold(inner, is_record, depth + 1)) for inner in _enveloped(value)]
    held = [records for records in inside if any(isinstance(r, dict) and is_record(r) for r in records)]
    if held:
        for records in held:
            yield from records
        return
    rows = rows_of(value)
    if rows is None and holds_chats(value) and len(value) == 1:
        rows = [{key: chat} for key, chats in value.items() for chat in chats]
    if rows and is_record(rows[0]):
        yield from rows
    elif (keyed := _keyed(value)) and sum(map(is_record, keyed)) * 2 > len(keyed):
        yield from keyed
    else:
        yield value


def _enveloped(value: dict[str, Any]) -> Iterator[Any]:
    """The lists of an envelope: one, or those of the parts of a set (train, validation, test)."""
    for key in _ENVELOPES:
        inner = value.get(key)
        within = [inner[name] for name in _ENVELOPES if name in inner] if isinstance(inner, dict) else [inner]
        yield from (
            one for one in within if isinstance(one, list) and one and isinstance(one[0], dict | list)
        )


def holds_chats(value: dict[str, Any]) -> bool:
    """True where a container holds several conversations, as columns do."""
    cells = next((value[key] for key in CONTAINERS if key in value), None)
    return (
        isinstance(cells, list)
        and bool(cells)
        and all(isinstance(c, list) and is_conversation(c) for c in cells)
    )


def _keyed(value: dict[str, Any]) -> list[dict[str, Any]]:
    if not value or not all(isinstance(inner, dict) for inner in value.values()):
        return []
    return [inner if "id" in inner else {"id": key, **inner} for key, inner in value.items()]
