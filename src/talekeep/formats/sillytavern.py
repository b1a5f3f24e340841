"""SillyTavern chats: a header line, then a message a line.

    {"user_name": "Wren", "character_name": "Mara", "chat_metadata": {…}}
    {"name": "Mara", "is_user": false, "mes": "You came.", "swipes": ["You came.", "Late."], "swipe_id": 0}

The lines of a file are one record, `{"header": {…}, "lines": […]}`. Hidden lines (`is_system`) and comments
are no messages; the shape keeps them with their places. Swipes of the greeting are its variants, other ones
replies that were not taken. `extra.reasoning` is the reasoning of a reply.
"""

from collections.abc import Sequence
from typing import Any

from talekeep.core.codec import digest
from talekeep.core.content import in_one_text
from talekeep.core.entry import Entry
from talekeep.core.entry import Message
from talekeep.core.entry import messages_of
from talekeep.core.entry import text_of
from talekeep.core.errors import BadRecord
from talekeep.formats.base import Alternative
from talekeep.formats.base import Reading
from talekeep.formats.base import Written
from talekeep.formats.base import require
from talekeep.formats.conversation.assemble import Other
from talekeep.formats.conversation.assemble import assemble
from talekeep.formats.conversation.identity import Shape
from talekeep.formats.conversation.identity import given_id
from talekeep.formats.conversation.identity import given_tags
from talekeep.formats.conversation.paths import MISSING
from talekeep.formats.conversation.paths import first
from talekeep.formats.conversation.paths import is_true
from talekeep.formats.conversation.paths import without

NAME = "sillytavern"
TITLE = "SillyTavern chats, alone and in groups"
KEYS = frozenset({"lines"})
SAMPLE = """\
{"user_name":"Wren","character_name":"Mara","create_date":"2024-09-28@01h02m36s","chat_metadata":{}}
{"name":"Mara","is_user":false,"is_system":false,"mes":"You came.","swipes":["You came.","Late."]}
{"name":"Wren","is_user":true,"is_system":false,"mes":"I said I would.","extra":{}}"""


class ChatLines:
    """The lines of a chat; a header begins the next one."""

    def is_line(self, value: dict[str, Any]) -> bool:
        return is_header(value) or ("mes" in value and ("is_user" in value or "is_system" in value))

    def conversation(self, value: dict[str, Any]) -> Any:
        return "header" if is_header(value) else None

    def goes_on(self, opened: Any, conversation: Any) -> bool:
        return conversation is None

    def joined(self, lines: list[dict[str, Any]]) -> Any:
        header = lines[0] if is_header(lines[0]) else None
        return {"header": header, "lines": lines[1:] if header is not None else lines}


def is_header(value: dict[str, Any]) -> bool:
    """True for the first line of a chat."""
    return "mes" not in value and (
        "chat_metadata" in value or {"user_name", "character_name"} <= value.keys()
    )


def claims(record: dict[str, Any]) -> bool:
    lines = record.get("lines")
    return isinstance(lines, list) and "header" in record and all(isinstance(line, dict) for line in lines)


def read(record: dict[str, Any]) -> Reading:
    """Read one chat.

    Raises:
        BadRecord: no line of it is a message.
    """
    require(claims(record), TITLE)
    messages: list[Message] = []
    others: list[Other] = []
    hidden: list[list[Any]] = []
    for number, line in enumerate(record["lines"]):
        text = _text(line)
        if text is None:
            raise BadRecord(f"line {number + 1} of the chat has no text")
        if (is_true(line.get("is_system")) and _kind(line) != "narrator") or _kind(line) == "comment":
            hidden.append([number, line])
            continue
        kind = "greeting" if not messages and not _is_user(line) else "swipe"
        others += _swipes(line, text, len(messages), kind)
        messages.append(_message(line, text))
    if not messages:
        raise BadRecord("the chat has no messages, or all of them are hidden")
    reading = assemble(without(record, ["header", "lines"]), messages, others)
    shape: Shape = {**(reading.shape or {}), "header": record["header"]}
    if hidden:
        shape["hidden"] = hidden
    names = {
        slugged: label for label, slugged in ((k, v.partition(":")[2]) for k, v in reading.speakers.items())
    }
    shape["names"] = {slugged: label for slugged, label in names.items() if slugged != label}
    mended = {**reading.mended, **({"hidden lines": len(hidden)} if hidden else {})}
    identity = _identity(record["header"]) if reading.foreign_id is None else reading.foreign_id
    return Reading(reading.entry, identity, shape, reading.speakers, reading.alternatives, mended)


def _identity(header: Any) -> str | None:
    """What a chat keeps while it grows."""
    if not isinstance(header, dict):
        return None
    integrity = first(header, "chat_metadata.integrity")[1]
    if isinstance(integrity, str) and integrity:
        return integrity
    texts = [header.get(key) for key in ("character_name", "user_name", "create_date")]
    return " ".join(map(str, texts)) if all(isinstance(part, str | int) for part in texts) else None


def _text(line: dict[str, Any]) -> str | None:
    mes = line.get("mes")
    if isinstance(mes, dict):
        # Chub writes objects where others write texts.
        mes = mes.get("message")
    return mes if isinstance(mes, str) else None


def _kind(line: dict[str, Any]) -> Any:
    return first(line, "extra.type")[1]


_TOLD = ("name", "is_user", "mes", "swipes", "swipe_info", "swipe_id")


def _message(line: dict[str, Any], text: str) -> Message:
    role = "user" if _is_user(line) else "assistant"
    message: Message = {"role": role, "content": text}
    name = line.get("name")
    if isinstance(name, str) and name.strip():
        message["name"] = name
    reasoning = first(line, "extra.reasoning")[1]
    extra = line.get("extra")
    if isinstance(reasoning, str) and reasoning:
        message["reasoning_content"] = reasoning
        extra = (
            {key: value for key, value in extra.items() if key != "reasoning"}
            if isinstance(extra, dict)
            else extra
        )
    rest = {key: value for key, value in line.items() if key not in (*_TOLD, "extra", "is_system")}
    if is_true(line.get("is_system")):
        rest["is_system"] = True
    if line.get("swipes") is not None and not isinstance(line["swipes"], list):
        rest["swipes"] = line["swipes"]
    return message | rest | ({"extra": extra} if extra not in (None, {}) else {})


def _is_user(line: dict[str, Any]) -> bool:
    """Whether the user speaks in a line.

    Raises:
        BadRecord: it does not say so.
    """
    held = line.get("is_user")
    truth = False if held is None else is_true(held)
    if truth is None:
        raise BadRecord(f"a line whose is_user is neither true nor false: {str(held)[:40]}")
    return truth


def _swipes(line: dict[str, Any], text: str, place: int, kind: str) -> list[Other]:
    swipes, infos = line.get("swipes"), line.get("swipe_info")
    result = []
    for number, swipe in enumerate(swipes if isinstance(swipes, list) else []):
        texts = swipe.get("message") if isinstance(swipe, dict) else swipe
        if isinstance(texts, str) and texts != text:
            info = infos[number] if isinstance(infos, list) and number < len(infos) else None
            message = {"role": "user" if _is_user(line) else "assistant", "content": texts}
            name = line.get("name")
            result.append(
                Other(
                    place,
                    [message | ({"name": name} if isinstance(name, str) and name.strip() else {})],
                    kind,
                    _known(info),
                )
            )
    return result


def _known(info: Any) -> Alternative:
    model = first(info, "extra.model")[1] if isinstance(info, dict) else MISSING
    known: Alternative = {"model": model} if isinstance(model, str) else {}
    return known | ({"about": info} if isinstance(info, dict) and info else {})


def write(
    entry: Entry,
    *,
    shape: Shape | None = None,
    foreign_id: str | int | None = None,
    clean: bool = False,
    alternatives: Sequence[Alternative] = (),
) -> Written:
    """Write one chat as the record of its lines."""
    given = shape or {}
    losses: list[str] = []
    names = given.get("names")
    known = names if isinstance(names, dict) and all(isinstance(name, str) for name in names.values()) else {}
    lines = [_line(message, known, alternatives, losses) for message in messages_of(entry)]
    hidden = given.get("hidden")
    for item in hidden if isinstance(hidden, list) and not clean else ():
        if isinstance(item, list) and len(item) == 2 and type(item[0]) is int and isinstance(item[1], dict):
            lines.insert(item[0], item[1])
    header = given.get("header", {"user_name": "unused", "character_name": "unused", "chat_metadata": {}})
    record = {"header": header if isinstance(header, dict) else None, "lines": lines}
    if clean:
        return Written(record, tuple(dict.fromkeys(losses)))
    rest = {key: value for key, value in entry.items() if key not in ("id", "messages", "tags")}
    losses += [f"the key {key!r}" for key in record if key in rest]
    own = given_id(entry, given, None if foreign_id == _identity(header) else foreign_id)
    return Written({**own, **rest, **given_tags(entry, given), **record}, tuple(dict.fromkeys(losses)))


def _line(
    message: Message, names: dict[str, str], others: Sequence[Alternative], losses: list[str]
) -> dict[str, Any]:
    original = message
    message, changed = in_one_text(message)
    losses += changed
    role, name = message.get("role"), message.get("name")
    if role not in ("user", "assistant"):
        losses.append(f"the role {role!r} (written as the narrator)")
    content = message.get("content")
    if not isinstance(content, str):
        losses.append("content that is no text")
    text = text_of(message)
    line: dict[str, Any] = {
        "name": names.get(str(name), name) if isinstance(name, str) else "",
        "is_user": role == "user",
    }
    line |= {"is_system": message.get("is_system") is True, "mes": text}
    texts = {"role", "name", "content", "reasoning_content", "extra", "is_system"}
    line |= {key: value for key, value in message.items() if key not in texts}
    held = message.get("extra")
    extra = dict(held) if isinstance(held, dict) else {}
    if isinstance(message.get("reasoning_content"), str):
        extra["reasoning"] = message["reasoning_content"]
    if role not in ("user", "assistant"):
        extra["type"] = "narrator"
    line["extra"] = extra or ({} if held is None else held)
    swipes = [
        one
        for one in others
        if one.get("of") == digest(original) and one.get("kind") in ("swipe", "greeting")
    ]
    if swipes:
        line["swipe_id"] = 0
        line["swipes"] = [text, *(text_of(one["messages"][0]) for one in swipes if _is_one(one))]
        infos = [one.get("about", {}) for one in swipes if _is_one(one)]
        line |= {"swipe_info": [{}, *infos]} if any(infos) else {}
    return line


def _is_one(alternative: Alternative) -> bool:
    messages = alternative.get("messages")
    return isinstance(messages, list) and len(messages) == 1 and isinstance(messages[0], dict)
