"""Reading a record by its shape."""

from collections.abc import Sequence
from typing import Any

from talekeep.core.entry import Message
from talekeep.core.errors import BadRecord
from talekeep.formats.base import Alternative
from talekeep.formats.base import Reading
from talekeep.formats.chatml import settle
from talekeep.formats.conversation.assemble import alternative
from talekeep.formats.conversation.assemble import slugged
from talekeep.formats.conversation.identity import identify
from talekeep.formats.conversation.identity import slugs_of
from talekeep.formats.conversation.paths import MISSING
from talekeep.formats.conversation.paths import first
from talekeep.formats.conversation.paths import lookup
from talekeep.formats.conversation.paths import without
from talekeep.formats.conversation.roles import canonical_role
from talekeep.formats.files.marked_text import messages_in_text
from talekeep.formats.files.marked_text import transcript_in
from talekeep.formats.shapes.messages_at import SIDES
from talekeep.formats.shapes.messages_at import SWIPES
from talekeep.formats.shapes.messages_at import messages_at
from talekeep.formats.shapes.messages_at import parsed
from talekeep.formats.shapes.messages_at import spoken
from talekeep.formats.shapes.messages_at import text_of_parts
from talekeep.formats.shapes.shape import Shape


def claims(shape: Shape, record: dict[str, Any]) -> bool:
    """True if the record has all a shape needs, and at its places what a conversation can be made of."""
    if any(first(record, path)[1] is MISSING for path in shape.needs):
        return False
    prompts = [value for path in shape.prompt if (value := first(record, path)[1]) is not MISSING]
    if not prompts and not shape.reply:
        return False
    if not all(_can_say(shape, value) for value in prompts):
        return False
    if shape.marked and not any(isinstance(value, str) and _is_marked(value) for value in prompts):
        return False
    if (shape.keyed or shape.labels) and not _is_turn(shape, prompts):
        return False
    if shape.needs_text and not isinstance(first(record, shape.prompt[0])[1], str):
        return False
    return not (shape.unanswered and _is_answered(shape, record))


def _is_marked(text: str) -> bool:
    return messages_in_text(text) is not None or transcript_in(text) is not None


def _is_turn(shape: Shape, prompts: list[Any]) -> bool:
    """True if the first turn has a role and a text, and a label that the shape asks for."""
    turns = prompts[0] if prompts else None
    table = turns if isinstance(turns, dict) else {}
    turn = {key: column[0] for key, column in table.items() if isinstance(column, list) and column}
    turn = turns[0] if isinstance(turns, list) and turns and isinstance(turns[0], dict) else turn
    label = first(turn, shape.role)[1]
    if shape.labels and (label not in shape.labels or "role" in turn):
        return False
    return label is not MISSING and first(turn, shape.text)[1] is not MISSING


def _is_answered(shape: Shape, record: dict[str, Any]) -> bool:
    """True if the prompt holds a conversation that ends with the assistant."""
    turns = first(record, shape.prompt[0])[1]
    last = turns[-1] if isinstance(turns, list) and turns else None
    label = first(last, shape.role)[1] if isinstance(last, dict) else None
    return not isinstance(last, dict) or canonical_role(label) == "assistant"


def _can_say(shape: Shape, value: Any) -> bool:
    if shape.texts:
        listed = parsed(value) if isinstance(value, str) else value
        return isinstance(listed, list) and bool(listed) and all(isinstance(text, str) for text in listed)
    if isinstance(value, list):
        if len(value) == 1 and isinstance(value[0], list):
            value = value[0]
        texts = str if shape.how == "alternate" or shape.speakers else dict
        return isinstance(value[0], dict | texts) if value else bool(shape.reply)
    return isinstance(value, str | dict)


# A longer text under the key of a character describes one.
_LONGEST_NAME = 60


class Taken:
    """The places a conversation was read from, with what stood there."""

    def __init__(self, record: dict[str, Any]) -> None:
        self.record = record
        self.values: dict[str, Any] = {}
        # Of ranked answers, the place of each in the record, the best one first.
        self.order: list[int] = []

    def take(self, paths: str) -> Any:
        path, value = first(self.record, paths)
        if value is not MISSING:
            self.values[path] = lookup(self.record, path)
        return value


def read(shape: Shape, record: dict[str, Any]) -> tuple[Reading, Taken]:
    """The record as an entry with its alternatives, and the places that were taken.

    Raises:
        BadRecord: no conversation, or a turn that is none.
    """
    taken = Taken(record)
    before = [*_system(shape, taken), *_history(shape, taken), *_prompt(shape, taken)]
    reply, others = _answers(shape, taken)
    whole = _joined(before, reply)
    _name(shape, record, whole)
    if not whole:
        raise BadRecord("it has no messages")
    swipes = {place: m.pop(SWIPES) for place, m in enumerate(whole) if SWIPES in m}
    settled = settle(whole)
    messages, named = _named(shape, settled.messages)
    alternatives = _swiped(messages, swipes)
    alternatives += _alternatives(shape, before, whole, messages, others)
    tags = _tags(shape, taken)
    entry, foreign_id, kept = identify(without(record, taken.values), messages, ())
    if record.get("tags") == []:
        kept["tags"] = []
    if tags:
        entry["tags"] = list(dict.fromkeys([*entry.get("tags", []), *tags]))
        places = {path: held for path, held in taken.values.items() if path in _tag_paths(shape)}
        kept |= {} if "tags" in record else {"placed_tags": entry["tags"], "placed": places}
    speakers = {**settled.named(), **named}
    reading = Reading(entry, foreign_id, kept or None, speakers, tuple(alternatives), settled.mended)
    return reading, taken


def _system(shape: Shape, taken: Taken) -> list[Message]:
    texts = []
    for path in shape.system:
        value = first(taken.record, path)[1]
        value = text_of_parts(value["parts"]) if isinstance(value, dict) and "parts" in value else value
        listed = value if isinstance(value, list) else [value]
        if all(isinstance(text, str) and text.strip() for text in listed) and listed:
            taken.take(path)
            texts.append("\n".join(listed))
    return [{"role": "system", "content": "\n".join(texts)}] if texts else []


def _history(shape: Shape, taken: Taken) -> list[Message]:
    value = first(taken.record, shape.history)[1] if shape.history else MISSING
    if not isinstance(value, list) or not value:
        return []
    taken.take(shape.history)
    if all(_is_pair(pair) for pair in value):
        return [
            {"role": role, "content": text} for pair in value for role, text in zip(SIDES, pair, strict=True)
        ]
    return messages_at(shape, value, "")


def _is_pair(pair: Any) -> bool:
    return isinstance(pair, list) and len(pair) == 2 and all(isinstance(text, str) for text in pair)


def _prompt(shape: Shape, taken: Taken) -> list[Message]:
    """The messages of all prompts; texts beside each other are one message."""
    texts: list[str] = []
    messages: list[Message] = []
    for path in shape.prompt:
        value = taken.take(path)
        if value is MISSING:
            continue
        messages_there = messages_at(shape, value, "user")
        if shape.speakers:
            messages_there = spoken(messages_there, taken.take(shape.speakers))
        for message in messages_there:
            if isinstance(value, str) and message["content"] == value:
                texts.append(value)
            else:
                messages.append(message)
    messages = _sided(shape, taken.record, messages)
    text = "\n".join(text for text in texts if text)
    return [*messages, {"role": "user", "content": text}] if texts else messages


def _sided(shape: Shape, record: dict[str, Any], messages: list[Message]) -> list[Message]:
    """The messages with the roles that the assistant's name, or mere numbers of speakers, tell."""
    name = first(record, shape.assistant)[1] if shape.assistant else MISSING
    if name is not MISSING:
        sides = {label: SIDES[label == name] for label in (m["role"] for m in messages)}
        return [{**m, "name": m["role"], "role": sides[m["role"]]} for m in messages]
    labels = list(dict.fromkeys(message["role"] for message in messages))
    if shape.keyed and len(labels) <= len(SIDES) and all(label.isdecimal() for label in labels):
        return [{**message, "role": SIDES[labels.index(message["role"])]} for message in messages]
    return messages


def _answers(shape: Shape, taken: Taken) -> tuple[list[Message], list[tuple[list[Message], Alternative]]]:
    """The reply, and each other one with what is known of it."""
    value = taken.take(shape.reply) if shape.reply else MISSING
    listed = value if isinstance(value, list) and all(isinstance(v, str) for v in value) and value else None
    if listed and shape.ratings:
        return _rated(shape, taken, listed)
    if shape.score or shape.rank:
        return _best(shape, taken, value)
    chosen, more = (listed[0], listed[1:]) if listed else (value, [])
    others: list[tuple[list[Message], Alternative]]
    others = [(messages_at(shape, text, "assistant"), {}) for text in more]
    for path in shape.others:
        other = taken.take(path)
        if other is not MISSING:
            texts = isinstance(other, list) and all(isinstance(v, str) for v in other)
            others += [(messages_at(shape, one, "assistant"), {}) for one in (other if texts else [other])]
    return ([] if chosen is MISSING else messages_at(shape, chosen, "assistant")), others


def _rated(
    shape: Shape, taken: Taken, texts: list[str]
) -> tuple[list[Message], list[tuple[list[Message], Alternative]]]:
    """Of replies with ratings beside them the best is the reply; the first one where nothing is known."""
    ratings, models = (_beside(taken.record, path, len(texts)) for path in (shape.ratings, shape.models))
    answers = [
        {
            "text": text,
            **({} if rating is None else {"score": rating}),
            **({} if model is None else {"model": model}),
        }
        for text, rating, model in zip(texts, ratings, models, strict=True)
    ]
    row = Shape(name=shape.name, title="", text="text", score="score")
    reply, others = _best(row, taken, answers)
    return [{key: reply[0][key] for key in ("role", "content")}], others


def _beside(record: dict[str, Any], path: str, size: int) -> list[Any]:
    """The list at a path where it has so many items, else as many times nothing."""
    value = first(record, path)[1] if path else MISSING
    return value if isinstance(value, list) and len(value) == size else [None] * size


def _best(
    shape: Shape, taken: Taken, answers: Any
) -> tuple[list[Message], list[tuple[list[Message], Alternative]]]:
    """Of ranked answers the best is the reply; ties go to the first."""
    if not isinstance(answers, list) or not all(isinstance(answer, dict) for answer in answers):
        raise BadRecord("its answers are no list of objects")
    key, sign = (shape.score, -1) if shape.score else (shape.rank, 1)

    def standing(answer: dict[str, Any]) -> float:
        value = first(answer, key)[1]
        return sign * float(value) if isinstance(value, int | float) and value == value else float("inf")

    taken.order = sorted(range(len(answers)), key=lambda place: standing(answers[place]))
    texts = []
    for answer in (answers[place] for place in taken.order):
        text_key, text = first(answer, shape.text)
        known = without(answer, [text_key]) if text_key else answer
        texts.append(([{"role": "assistant", "content": None if text is MISSING else text}], known))
    if not texts:
        return [], []
    messages, about = texts[0]
    return [{**about, **messages[0]}], texts[1:]


def _joined(before: list[Message], reply: list[Message]) -> list[Message]:
    """The conversation; a reply that tells the prompt once more is all of it."""
    prompt = [message for message in before if message["role"] != "system"]
    texts = [message for message in reply if message["role"] != "system"]
    # One text that says what the prompt says is an answer to it.
    longer = len(texts) > len(prompt) or len(texts) == len(prompt) > 1
    if prompt and longer and all(map(_same, prompt, texts)):
        return reply if len(texts) < len(reply) else [*before[: len(before) - len(prompt)], *reply]
    return [*before, *reply]


def _named(shape: Shape, messages: list[Message]) -> tuple[list[Message], dict[str, str]]:
    named = shape.name_key or shape.names or shape.assistant
    return slugged(messages) if named else (messages, {})


def _swiped(messages: Sequence[Message], swipes: dict[int, list[Any]]) -> list[Alternative]:
    """The other texts of turns, each bound to its message."""
    return [
        alternative(messages, place, [{"role": messages[place]["role"], "content": text}], "swipe", {})
        for place, texts in swipes.items()
        for text in texts
        if isinstance(text, str) and text != messages[place]["content"]
    ]


def _instead(before: list[Message], whole: list[Message], reply: list[Message]) -> list[Message]:
    """The conversation with another reply: alone behind the prompt, or told from the beginning."""
    opening = next((message for message in whole if message["role"] != "system"), None)
    texts = [message for message in reply if message["role"] != "system"]
    if len(texts) > 1 and opening is not None and _same(opening, texts[0]):
        system = [message for message in whole if message["role"] == "system"]
        return reply if len(texts) < len(reply) else [*system, *reply]
    return [*whole[: len(before) if len(before) < len(whole) else len(whole) - 1], *reply]


def _same(a: Message, b: Message) -> bool:
    return bool(a["content"] == b["content"])


def _name(shape: Shape, record: dict[str, Any], messages: Sequence[Message]) -> None:
    for role, path in shape.names.items():
        name = first(record, path)[1]
        if isinstance(name, str) and name.strip() and len(name) <= _LONGEST_NAME and "\n" not in name:
            for message in messages:
                if message["role"] == role:
                    message.setdefault("name", name.strip())


def _alternatives(
    shape: Shape,
    before: list[Message],
    whole: list[Message],
    messages: list[Message],
    others: Sequence[tuple[list[Message], Alternative]],
) -> list[Alternative]:
    """Each other reply, bound to the first message at which it differs; one that differs nowhere is none."""
    result: list[Alternative] = []
    for reply, about in others:
        other = _instead(before, whole, reply)
        same = next(
            (n for n, pair in enumerate(zip(other, whole, strict=False)) if not _same(*pair)), len(whole)
        )
        if same >= len(other) or not reply:
            continue
        _name(shape, {}, other)
        rest = _named(shape, settle(other).messages)[0][same:]
        result.append(alternative(messages, same, rest, shape.kind, _known(shape, about)))
    return result


def _known(shape: Shape, about: Alternative) -> Alternative:
    """What is known of an answer beside its text; the usual names come first."""
    usual = {"model": shape.model, "score": shape.score, "rank": shape.rank}
    named = {name: first(about, key)[1] for name, key in usual.items() if key}
    named = {name: value for name, value in named.items() if value is not MISSING}
    rest = without(about, [key for key in usual.values() if key])
    return {**named, **({"about": rest} if rest else {})}


def _tag_paths(shape: Shape) -> set[str]:
    return {path for place in shape.tags for path in place.split("|")}


def _tags(shape: Shape, taken: Taken) -> list[str]:
    result: list[str] = []
    for path in shape.tags:
        value = first(taken.record, path)[1]
        slugs = None if value is MISSING else slugs_of(value)
        if slugs:
            taken.take(path)
            result += slugs
    return result
