"""Interviews with a character: turns of an interviewer and of the character, each of several segments.

    {"content": [{"turn_id": 0, "turn_role": "interviewer", "turn_content": [
        {"role": "Man", "action": "(speaking)", "content": …}]}, …]}

Each segment becomes a message with its speaker as `name`. Who speaks for the interviewer somewhere is the
user also where a turn of the character puts words in that mouth. The shape keeps what the messages cannot
say: labels (slug → label), turns (their id, role and number of segments), whole (the container, with the
digest of all messages), and what `identify` keeps.
"""

from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

from talekeep.core.entry import ROLES
from talekeep.core.entry import Entry
from talekeep.core.entry import Message
from talekeep.core.entry import messages_of
from talekeep.core.entry_edit.speakers import Speaker
from talekeep.core.errors import BadRecord
from talekeep.core.slug import slug
from talekeep.formats.base import Alternative
from talekeep.formats.base import Reading
from talekeep.formats.base import Written
from talekeep.formats.base import others_lost
from talekeep.formats.conversation.identity import Shape
from talekeep.formats.conversation.identity import digest
from talekeep.formats.conversation.identity import given_id
from talekeep.formats.conversation.identity import given_tags
from talekeep.formats.conversation.identity import identify

NAME = "interviews"
TITLE = "Interviews with a character"
SAMPLE = """\
{"content":[{"turn_id":0,"turn_role":"interviewer","turn_content":[{"role":"Man","content":"You rest?"}]},
{"turn_id":0,"turn_role":"character","turn_content":[{"role":"Mara","content":"By day."}]}]}"""
KEYS = frozenset({"content"})

_SIDES = {"interviewer": "user", "character": "assistant"}
_TURN_ROLES = {role: side for side, role in _SIDES.items()}


def claims(record: dict[str, Any]) -> bool:
    """True if `content` is a list of turns with a role and segments."""
    turns = record.get("content")
    return isinstance(turns, list) and bool(turns) and all(map(_is_turn, turns))


def _is_turn(turn: Any) -> bool:
    return isinstance(turn, dict) and "turn_role" in turn and isinstance(turn.get("turn_content"), list)


def read(record: dict[str, Any]) -> Reading:
    """Read one record; the law is `write(entry, shape=…, foreign_id=…).record == record`.

    Raises:
        BadRecord: no turns, one of another role, or a segment that is no object or has no content.
    """
    if not claims(record):
        raise BadRecord("it has no turns with a role and segments")
    turns = record["content"]
    spoken = list(_messages(turns))
    if not spoken:
        raise BadRecord("it has no messages")
    messages = [message for message, _ in spoken]
    named = [(label, message) for message, label in spoken if label is not None]
    entry, foreign_id, shape = identify(record, messages, ("content",))
    if record.get("tags") == []:
        shape["tags"] = []
    labels = {m["name"]: label for label, m in named if m["name"] != label}
    shape |= {"labels": labels} if labels else {}
    shape |= _exact(turns, messages, labels)
    speakers = {label: str(Speaker(m["role"], m["name"])) for label, m in named}
    return Reading(entry, foreign_id, shape or None, speakers)


def _messages(turns: Sequence[dict[str, Any]]) -> Iterator[tuple[Message, str | None]]:
    """Each segment as a message, and the label of who speaks."""
    asking = {slug(label) for turn in turns for label in _labels(turn) if turn["turn_role"] == "interviewer"}
    number = 0
    for turn in turns:
        role = _SIDES.get(turn["turn_role"], turn["turn_role"]) if _is_text(turn["turn_role"]) else None
        if role not in ROLES:
            raise BadRecord(f"a turn of the role {turn['turn_role']!r}")
        # A turn whose segments are all one person's is that person's, whatever they are called.
        several = len({slug(label) for label in _labels(turn)}) > 1
        for segment in turn["turn_content"]:
            number += 1
            message, label = _message(segment, role, number)
            if several and role == "assistant" and message.get("name") in asking:
                message["role"] = "user"
            yield message, label


def _labels(turn: Mapping[str, Any]) -> list[str]:
    segments = turn["turn_content"]
    return [s["role"] for s in segments if isinstance(s, dict) and _is_text(s.get("role"))]


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _message(segment: Any, role: str, number: int) -> tuple[Message, str | None]:
    if not isinstance(segment, dict):
        raise BadRecord(f"message {number} is not an object")
    if "content" not in segment and "tool_calls" not in segment:
        raise BadRecord(f"message {number} has no content")
    rest = {key: value for key, value in segment.items() if key != "role"}
    if "role" not in segment:
        return {"role": role, **rest}, None
    label = segment["role"]
    if not isinstance(label, str) or not slug(label):
        raise BadRecord(f"message {number}: its role names nobody")
    if "name" in rest:
        raise BadRecord(f"message {number} has both a role and a name")
    return {"role": role, "name": slug(label), **rest}, label


def _exact(turns: list[Any], messages: list[Message], labels: Mapping[str, str]) -> Shape:
    """What is missing to give the container back as it was found."""
    if _single(messages, labels) == turns:
        return {}
    cuts = [[turn.get("turn_id"), turn["turn_role"], len(turn["turn_content"])] for turn in turns]
    if _cut(messages, labels, cuts) == turns:
        return {"turns": cuts}
    return {"whole": {"digest": digest(messages), "value": turns}}


def write(
    entry: Entry,
    *,
    shape: Shape | None = None,
    foreign_id: str | int | None = None,
    clean: bool = False,
    alternatives: Sequence[Alternative] = (),
) -> Written:
    """Write one entry; clean: the turns, and the tools where there are some."""
    given = shape or {}
    messages = messages_of(entry)
    losses = list(others_lost(alternatives))
    if any(_unnamed(message) for message in messages):
        losses.append("names that are no slugs")
    record: dict[str, Any] = {} if clean else given_id(entry, given, foreign_id)
    record["content"] = _texts(messages, given)
    if clean:
        return Written(record | ({"tools": entry["tools"]} if "tools" in entry else {}), tuple(losses))
    rest = {key: value for key, value in entry.items() if key not in ("id", "messages", "tags")}
    rest |= given_tags(entry, given) | ({"messages": given["messages"]} if "messages" in given else {})
    losses += [f"the key {key!r}" for key in rest.keys() & record.keys()]
    return Written({**rest, **record}, tuple(losses))


def _unnamed(message: Message) -> bool:
    name = message.get("name")
    return "name" in message and not (isinstance(name, str) and name and slug(name) == name)


def _texts(messages: list[Message], shape: Shape) -> list[Any]:
    whole, labels, cuts = shape.get("whole"), shape.get("labels"), shape.get("turns")
    if isinstance(whole, dict) and whole.get("digest") == digest(messages):
        value = whole.get("value")
        if isinstance(value, list):
            return value
    known = labels if isinstance(labels, dict) and all(map(_is_text, labels.values())) else {}
    texts = _cut(messages, known, cuts) if isinstance(cuts, list) else []
    return texts if _reads_as(texts, messages) else _single(messages, known)


def _reads_as(turns: list[Any], messages: list[Message]) -> bool:
    try:
        return bool(turns) and [message for message, _ in _messages(turns)] == messages
    except BadRecord:
        return False


def _single(messages: Sequence[Message], labels: Mapping[str, str]) -> list[Any]:
    """One turn a message."""
    return [
        _turn(number // 2, _TURN_ROLES.get(str(message.get("role")), message.get("role")), [message], labels)
        for number, message in enumerate(messages)
    ]


def _cut(messages: Sequence[Message], labels: Mapping[str, str], cuts: Sequence[Any]) -> list[Any]:
    """Turns of as many messages each as the cuts say; [] where they do not fit."""
    turns, at = [], 0
    for cut in cuts:
        if not (isinstance(cut, list) and len(cut) == 3 and type(cut[2]) is int and cut[2] >= 0):
            return []
        turns.append(_turn(cut[0], cut[1], messages[at : at + cut[2]], labels))
        at += cut[2]
    return turns if at == len(messages) else []


def _turn(number: Any, role: Any, messages: Sequence[Message], labels: Mapping[str, str]) -> dict[str, Any]:
    return {"turn_id": number, "turn_role": role, "turn_content": [_segment(m, labels) for m in messages]}


def _segment(message: Message, labels: Mapping[str, str]) -> dict[str, Any]:
    rest = {key: value for key, value in message.items() if key not in ("role", "name")}
    name = message.get("name")
    if isinstance(name, str) and slug(name):
        return {"role": labels.get(name, name), **rest}
    return rest
