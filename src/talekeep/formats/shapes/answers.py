"""Writing what several answers, swipes and texts with speakers in them leave open: the inverse of those parts
of `reader`."""

from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

from talekeep.core.codec import digest
from talekeep.core.entry import Message
from talekeep.core.entry import text_of
from talekeep.core.errors import BadRecord
from talekeep.core.slug import slug
from talekeep.formats.base import Alternative
from talekeep.formats.base import Reading
from talekeep.formats.conversation.paths import MISSING
from talekeep.formats.conversation.paths import first
from talekeep.formats.conversation.paths import put
from talekeep.formats.shapes.messages_at import messages_at
from talekeep.formats.shapes.reader import Taken
from talekeep.formats.shapes.shape import Shape

_TITLES = {"user": "User", "assistant": "Assistant", "system": "System", "tool": "Tool"}


def form_of(shape: Shape, taken: Taken, reading: Reading) -> dict[str, Any]:
    """The order of the answers, how many of them stand at the place of the reply, and the names of speakers
    as they are spelled; as far as a shape has these."""
    form: dict[str, Any] = {}
    if taken.order and taken.order != sorted(taken.order):
        form["order"] = taken.order
    reply = taken.values.get(first(taken.record, shape.reply)[0]) if shape.reply and shape.others else None
    if isinstance(reply, list) and all(isinstance(text, str) for text in reply):
        form["own"] = len(reply) - 1
    if shape.assistant or shape.name_key or shape.marked:
        labels = {slug(label): label for label in reading.speakers if slug(label) not in ("", label)}
        form |= {"labels": labels} if labels else {}
    return form


def ranked(
    shape: Shape, reply: Message, others: Sequence[Alternative], text_key: str, order: Any
) -> list[Any]:
    """The answers as objects, in the order they stood in; the best one first where that is not known."""
    about = {key: value for key, value in reply.items() if key not in ("role", "content", "name")}
    answers = [{**about, text_key: reply.get("content")}]
    usual = {"model": shape.model, "score": shape.score, "rank": shape.rank}
    for other in others:
        known = other.get("about")
        answer = {**(known if isinstance(known, dict) else {}), text_key: _one_text(other)}
        for name, key in usual.items():
            if key and name in other and first(answer, key)[1] is MISSING:
                put(answer, key.split("|", 1)[0], other[name])
        answers.append(answer)
    return in_order(answers, order)


def in_order(answers: list[Any], order: Any) -> list[Any]:
    """The answers at the places they had, where these are known."""
    if not isinstance(order, list) or not all(type(place) is int for place in order):
        return answers
    if sorted(order) != list(range(len(answers))):
        return answers
    return [answer for _, answer in sorted(zip(order, answers, strict=True), key=lambda pair: pair[0])]


def _one_text(other: Alternative) -> Any:
    messages = other.get("messages")
    one = messages[0] if isinstance(messages, list) and messages else None
    return one.get("content") if isinstance(one, dict) else None


def of_message(message: Message, others: Sequence[Alternative]) -> list[Alternative]:
    """The alternatives to one message that are one text each."""
    named = digest(message) if others else ""
    return [
        other
        for other in others
        if other.get("of") == named and isinstance(_one_text(other), str) and len(other["messages"]) == 1
    ]


def texts_of(others: Sequence[Alternative]) -> list[str]:
    return [_one_text(other) for other in others]


def marked(shape: Shape, messages: Sequence[Message], labels: Mapping[str, str]) -> tuple[str, list[str]]:
    """The messages as one text: lines of `Name: text` where these say the same, else in ChatML's marks."""
    names = [_named(message, labels) for message in messages]
    lines = "\n".join(f"{name}: {text_of(message)}" for name, message in zip(names, messages, strict=True))
    turns_made = [{"role": n, "content": m.get("content")} for n, m in zip(names, messages, strict=True)]
    if _says(shape, lines) == turns_made:
        return lines, []
    marks = (f"<|im_start|>{m.get('role')}\n{text_of(m)}<|im_end|>\n" for m in messages)
    return "".join(marks), ["speaker names"] if any("name" in message for message in messages) else []


def _named(message: Message, labels: Mapping[str, str]) -> str:
    name, role = message.get("name"), str(message.get("role"))
    return labels.get(name, name) if isinstance(name, str) and name else _TITLES.get(role, role)


def _says(shape: Shape, text: str) -> list[Message] | None:
    try:
        return messages_at(shape, text, "")
    except BadRecord:
        return None
