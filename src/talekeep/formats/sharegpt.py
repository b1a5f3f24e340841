"""ShareGPT: `{"conversations": [{"from": "human", "value": …}]}`, and its many relatives.

Relatives name the container, the role key or the text key otherwise (`turns.find`), hold one object an
exchange, or a string of JSON. What reading cannot leave to the defaults of writing goes into the shape:

key, role, content  the container and the keys of its turns, where not conversations, from and value
labels              the label of a role (or `role:name` of a speaker), where not the usual one
names, nulls        turns have a `name` of their own; keys they carry with null
pair, text, system  keys of an exchange; the container is a string; the system prompt stands beside it
turns               turns that still differ, by the digest of the message they became
whole               the container, with the digest of all messages, where the turns do not give it back
id, tags, messages  as `identify` says
"""

from collections import Counter
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from talekeep.core.entry import Entry
from talekeep.core.entry import Message
from talekeep.core.entry import messages_of
from talekeep.core.errors import BadRecord
from talekeep.formats.base import Alternative
from talekeep.formats.base import Reading
from talekeep.formats.base import Written
from talekeep.formats.base import others_lost
from talekeep.formats.chatml import SYSTEM_KEYS
from talekeep.formats.chatml import Settled
from talekeep.formats.chatml import settle
from talekeep.formats.chatml import system_beside
from talekeep.formats.conversation.identity import Shape
from talekeep.formats.conversation.identity import digest
from talekeep.formats.conversation.identity import given_id
from talekeep.formats.conversation.identity import given_tags
from talekeep.formats.conversation.identity import identify
from talekeep.formats.conversation.roles import is_call
from talekeep.formats.conversation.roles import label_of
from talekeep.formats.conversation.turns import CONTAINERS
from talekeep.formats.conversation.turns import CONTENT_KEYS
from talekeep.formats.conversation.turns import LABELS
from talekeep.formats.conversation.turns import ROLE_KEYS
from talekeep.formats.conversation.turns import Found
from talekeep.formats.conversation.turns import Style
from talekeep.formats.conversation.turns import find
from talekeep.formats.conversation.turns import keys_of
from talekeep.formats.conversation.turns import part_of
from talekeep.formats.conversation.turns import shape_of
from talekeep.formats.conversation.turns import style_of
from talekeep.formats.conversation.turns import tell
from talekeep.formats.conversation.turns import written_turn

NAME = "sharegpt"
TITLE = "ShareGPT conversations"
SAMPLE = """\
{"conversations":[{"from":"human","value":"Who goes there?"},{"from":"gpt","value":"A friend."}]}"""
KEYS = frozenset(CONTAINERS)


def claims(record: dict[str, Any]) -> bool:
    """True if a container holds turns with a role and a text, or exchanges, or is an empty list.

    A container called `messages` counts only where its turns are told under other keys than ChatML's.
    """
    result = find(record)
    return result is not None and not (result.key == "messages" and _is_chatml(result))


def _is_chatml(container: Found) -> bool:
    keys = next(filter(None, (keys_of(turn) for turn in container.turns if isinstance(turn, dict))), None)
    return container.spelled is None and container.pair is None and keys == ("role", "content")


def read(record: dict[str, Any]) -> Reading:
    """Read one record; the law is `write(entry, shape=…, foreign_id=…).record == record`.

    Only what RoleThread Lite stamps into a record (`_rolethread`) is not given back, beside its id.

    Raises:
        BadRecord: no turns, or one that is no object, has no role or text, or a role that names nobody.
    """
    plain = _plain_messages(record)
    if plain is not None:
        entry, foreign_id, shape = identify(record, plain, ("conversations",))
        if record.get("tags") == []:
            shape["tags"] = []
        return Reading(entry, foreign_id, shape or None)
    result = find(record)
    if result is None or not result.turns:
        raise BadRecord("it has no messages")
    raw, keys = _raw(result)
    beside = _system_beside(record, raw)
    settled = settle([{"role": "system", "content": record[beside]}, *raw] if beside else raw)
    spoken = settled.messages[1:] if beside else settled.messages
    style = Style(
        key=result.key,
        role=keys[0],
        content=keys[1],
        labels={} if result.pair else _labels(raw, spoken, settled),
        names=any("name" in message for message in raw),
        nulls=list(settled.nulls),
        pair=list(result.pair or ()),
        text=result.spelled is not None,
        system=beside is not None,
        system_key=beside or "system",
    )
    style = _exact(style, result, spoken)
    taken = (result.key, beside) if beside else (result.key,)
    entry, foreign_id, shape = identify(record, settled.messages, taken)
    if record.get("tags") == []:
        shape["tags"] = []
    kept = shape | shape_of(style) or None
    return Reading(entry, foreign_id, kept, settled.named(), mended=settled.mended)


_ROLES = {"human": "user", "gpt": "assistant", "system": "system"}
_ELSEWHERE = frozenset({*CONTAINERS, *SYSTEM_KEYS}) - {"conversations"}


def _plain_messages(record: dict[str, Any]) -> list[Message] | None:
    """The messages of plain ShareGPT, told quickly: most records are; None for any other record."""
    turns = record.get("conversations")
    if type(turns) is not list or not turns or not _ELSEWHERE.isdisjoint(record):
        return None
    messages: list[Message] = []
    for turn in turns:
        if type(turn) is not dict or len(turn) != 2 or type(turn.get("value")) is not str:
            return None
        label = turn.get("from")
        role = _ROLES.get(label) if type(label) is str else None
        if role is None:
            return None
        messages.append({"role": role, "content": turn["value"]})
    return messages


def _system_beside(record: dict[str, Any], raw: list[Message]) -> str | None:
    if _is_text(record.get("system")):
        return "system"
    return system_beside(record, raw)


def _raw(container: Found) -> tuple[list[Message], tuple[str, str]]:
    """The turns as messages whose role is still a label, and the keys most turns have."""
    plain = ("from", "value")
    if container.pair:
        return [m for exchange in container.turns for m in _exchange(exchange, container.pair)], plain
    keys = next(filter(None, (keys_of(turn) for turn in container.turns if isinstance(turn, dict))), plain)
    return [_message(turn, keys, number) for number, turn in enumerate(container.turns, 1)], keys


def _exchange(exchange: Any, pair: Sequence[str]) -> list[Message]:
    if not isinstance(exchange, dict):
        raise BadRecord("an exchange is not an object")
    user = {"role": "user", "content": exchange.get(pair[0])}
    if pair[1] not in exchange:
        return [user]
    extra = {key: value for key, value in exchange.items() if key not in pair}
    return [user, extra | {"role": "assistant", "content": exchange[pair[1]]}]


def _message(turn: Any, keys: tuple[str, str], number: int) -> Message:
    if not isinstance(turn, dict):
        raise BadRecord(f"message {number} is not an object")
    role = keys[0] if keys[0] in turn else next((key for key in ROLE_KEYS if key in turn), keys[0])
    content = keys[1] if keys[1] in turn else next((key for key in CONTENT_KEYS if key in turn), keys[1])
    label = label_of(turn, role, number)
    if content not in turn and "tool_calls" not in turn:
        raise BadRecord(f"message {number} has no {content}")
    extra = {key: value for key, value in turn.items() if key not in (role, content)}
    return extra | {"role": label, "content": turn.get(content)}


def _labels(raw: list[Message], messages: list[Message], settled: Settled) -> dict[str, str]:
    """The most frequent label of each role and speaker, where it is not the usual one."""
    counted: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for given, message in zip(raw, messages, strict=True):
        part, label = part_of(message), given["role"]
        speaker = settled.speakers.get(label.strip())
        if speaker is not None and speaker.slug:
            part = f"{part}:{message['name']}"
        if part == "function_call" or not is_call(label):
            counted[part][label] += 1
    most = {part: labels.most_common(1)[0][0] for part, labels in counted.items()}
    return {part: label for part, label in most.items() if label != LABELS.get(part) or part == "developer"}


def _exact(style: Style, container: Found, messages: list[Message]) -> Style:
    """The style with what is still missing to give the container back as it was found."""
    if not container.pair:
        odd = [
            (digest([message]), turn)
            for turn, message in zip(container.turns, messages, strict=True)
            if written_turn(message, style, []) != turn
        ]
        style = replace(style, turns=dict(odd))
    given = container.turns if container.spelled is None else container.spelled
    if tell(messages, style)[0] != given:
        whole = {"digest": digest(messages), "value": given}
        style = replace(style, turns={}, whole=whole)
    return style


def write(
    entry: Entry,
    *,
    shape: Shape | None = None,
    foreign_id: str | int | None = None,
    clean: bool = False,
    alternatives: Sequence[Alternative] = (),
) -> Written:
    """Write one entry; clean: the container, the tools and a system prompt that stood beside it.

    The id written is the source's, where the entry came with one that is no UUID.
    """
    given = shape or {}
    style = style_of(given)
    messages = messages_of(entry)
    beside = style.system and bool(messages) and _is_prompt(messages[0])
    container, losses = tell(messages[1:] if beside else messages, style)
    record: dict[str, Any] = {} if clean else given_id(entry, given, foreign_id)
    record |= {style.system_key: messages[0]["content"]} if beside else {}
    record[style.key] = container
    if clean:
        record |= {"tools": entry["tools"]} if "tools" in entry else {}
    else:
        _add_rest(record, entry, given, losses)
    losses += others_lost(alternatives)
    return Written(record, tuple(dict.fromkeys(losses)))


def _is_prompt(message: Message) -> bool:
    return (
        message.keys() == {"role", "content"} and message["role"] == "system" and _is_text(message["content"])
    )


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _add_rest(record: dict[str, Any], entry: Entry, shape: Shape, losses: list[str]) -> None:
    """Every other key of the entry, unless the conversation took its place."""
    rest = {key: value for key, value in entry.items() if key not in ("id", "messages", "tags")}
    rest |= given_tags(entry, shape)
    if "messages" in shape:
        rest["messages"] = shape["messages"]
    losses += [f"the key {key!r}" for key in rest.keys() & record.keys()]
    if "system" not in record and _is_text(rest.get("system")):
        losses.append("the key 'system' (it reads as the system prompt)")
    for key, value in rest.items():
        record.setdefault(key, value)
