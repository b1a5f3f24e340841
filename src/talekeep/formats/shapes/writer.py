"""Writing an entry back in the shape its record had.

The sidecar keeps `form`: what the shape leaves open (spelled places, forms, labels), as far as it differs
from the shape's own; and `whole`: what stood at the places, with the digest of all messages, where the form
does not give the very same back.
"""

from collections import Counter
from collections.abc import Mapping
from collections.abc import Sequence
from functools import cache
from typing import Any

import talekeep.formats.shapes.answers as answers
from talekeep.core import codec
from talekeep.core.content import in_one_text
from talekeep.core.entry import Entry
from talekeep.core.entry import Message
from talekeep.core.entry import text_of
from talekeep.formats.base import Alternative
from talekeep.formats.base import Reading
from talekeep.formats.conversation.identity import digest
from talekeep.formats.conversation.paths import first
from talekeep.formats.conversation.paths import put
from talekeep.formats.conversation.paths import steps_of
from talekeep.formats.shapes.messages_at import turns_in
from talekeep.formats.shapes.shape import Shape

Form = dict[str, Any]

# The transcripts of Anthropic's hh-rlhf.
_HUMAN, _ASSISTANT = "\n\nHuman: ", "\n\nAssistant: "

# What the usual keys of a turn call the roles.
_LABELS = {"from": {"user": "human", "assistant": "gpt", "tool": "observation"}}


def form_of(shape: Shape, values: Mapping[str, Any], reading: Reading) -> Form:
    """What a record leaves open, as far as it differs from the shape's own."""
    form: Form = {}
    values = {path: turns_in(shape, value) for path, value in values.items()}
    messages = reading.entry["messages"]
    for place in _places(shape):
        key, spelled = _key(place), next((path for path in _spellings(place) if path in values), None)
        if spelled is None:
            is_prompt = place in shape.system and bool(messages) and messages[0].get("role") == "system"
            if is_prompt or place in (*shape.prompt, shape.reply, *shape.others):
                form.setdefault("missing", []).append(key)
            continue
        if spelled != key:
            form.setdefault("at", {})[key] = spelled
        if (kind := _kind(values[spelled])) != _usual(shape, place):
            form.setdefault("as", {})[key] = kind
        if (
            kind == "turns"
            and shape.reply
            and place != shape.history
            and len(values[spelled]) == len(messages)
        ):
            form.setdefault("full", []).append(key)
    if any(values.get(path) == [] for path in _spellings(shape.history)):
        form["no_history"] = True
    spelled_prompts = (next((p for p in _spellings(place) if p in values), "") for place in shape.prompt)
    pieces = [values[path] for path in spelled_prompts if isinstance(values.get(path), str)]
    if len(list(filter(None, pieces))) > 1:
        form["cuts"] = [len(piece) for piece in pieces[:-1]]
    if len(shape.system) > 1:
        system = [
            _joined(values[path]) for place in shape.system for path in _spellings(place) if path in values
        ]
        form |= {"system_cuts": [len(piece) for piece in system[:-1]]} if len(system) > 1 else {}
    keys = _turn_keys(shape, values)
    return {**form, "keys": keys} if keys else form


def _joined(value: Any) -> str:
    return "\n".join(value) if isinstance(value, list) else str(value)


def placed_tags(shape: Shape, entry: Entry, given: Mapping[str, Any]) -> dict[str, Any]:
    """The tags at the place that the shape has for them, spelled as they were while they are the same."""
    tags, places = entry.get("tags"), given.get("placed")
    if not shape.tags or "placed_tags" not in given or not tags:
        return {}
    if given["placed_tags"] == tags and isinstance(places, dict):
        return dict(places)
    return {_key(shape.tags[0]): tags}


def is_plain(
    shape: Shape,
    values: Mapping[str, Any],
    messages: Sequence[Message],
    alternatives: Sequence[Alternative],
) -> bool:
    """True where only texts stood at the places and each is a message as it was: then the form gives them
    back, and nobody need try."""
    if shape.how == "alternate" or shape.speakers or not shape.reply:
        return False
    if not all(type(value) is str for value in values.values()):
        return False
    asked = [_first_of(values, place) for place in shape.prompt]
    texts = [text for text in asked if text is not None]
    reply, system = _first_of(values, shape.reply), [_first_of(values, place) for place in shape.system]
    others = [text for place in shape.others if (text := _first_of(values, place)) is not None]
    if reply is None or not texts or "" in texts[:-1] or len(others) != len(alternatives):
        return False
    is_prompt = [text for text in system if text is not None]
    wanted = [*is_prompt, "\n".join(filter(None, texts)), reply]
    return (
        len(is_prompt) <= 1
        and [message["content"] for message in messages] == wanted
        and all(
            other["messages"][0]["content"] == text and len(other["messages"]) == 1
            for other, text in zip(alternatives, others, strict=True)
        )
    )


def _first_of(values: Mapping[str, Any], place: str) -> Any:
    return next((values[path] for path in _spellings(place) if path in values), None)


def _places(shape: Shape) -> list[str]:
    return [*shape.system, *shape.prompt, *filter(None, (shape.history, shape.reply)), *shape.others]


@cache
def _spellings(place: str) -> tuple[str, ...]:
    return tuple(place.split("|"))


@cache
def _key(place: str) -> str:
    """What a place is called in a form: its first spelling."""
    return _spellings(place)[0]


def _usual(shape: Shape, place: str) -> str:
    """How a shape spells a place of its own accord."""
    listed = place == shape.history or (
        place in shape.prompt and (not shape.reply or place.startswith("messages|"))
    )
    return "turns" if listed else shape.spelled


def _kind(value: Any) -> str:
    if isinstance(value, list):
        return "texts" if value and isinstance(value[0], str) else "turns"
    if isinstance(value, str) and value.startswith(_HUMAN):
        return "transcript"
    return "turn" if isinstance(value, dict) else "text"


def _turn_keys(shape: Shape, values: Mapping[str, Any]) -> list[str]:
    """The keys of the first turn that name role and text, where they are not the shape's first ones."""
    for value in values.values():
        turn = value[0] if isinstance(value, list) and value else value
        if isinstance(turn, dict):
            pair = [_named_key(turn, keys) for keys in (shape.role, shape.text)]
            return pair if pair != [_key(shape.role), _key(shape.text)] else []
    return []


def _named_key(turn: Mapping[str, Any], keys: str) -> str:
    """The key of a turn that is one of these, also where null stands there."""
    spelled = keys.split("|")
    return first(turn, keys)[0] or next((key for key in spelled if key in turn), spelled[0])


def write(
    shape: Shape,
    messages: Sequence[Message],
    kept: Mapping[str, Any],
    alternatives: Sequence[Alternative],
) -> tuple[dict[str, Any], list[str]]:
    """What stands at which path of the record, and what has no place there."""
    whole = kept.get("whole")
    if isinstance(whole, dict) and whole.get("of") == _digest(messages, alternatives):
        values = whole.get("values")
        return (dict(values) if isinstance(values, dict) else {}), []
    form = kept.get("form")
    return _Writing(shape, form if isinstance(form, dict) else {}).write(list(messages), alternatives)


def whole_of(values: Mapping[str, Any], messages: Sequence[Message], others: Sequence[Alternative]) -> Form:
    return {"of": _digest(messages, others), "values": dict(values)}


def _digest(messages: Sequence[Message], alternatives: Sequence[Alternative]) -> str:
    return digest([*messages, *alternatives])


class _Writing:
    """One entry on its way into the places of a record."""

    def __init__(self, shape: Shape, form: Form) -> None:
        self.shape = shape
        self.missing = set(_texts(form.get("missing")))
        self.full = set(_texts(form.get("full")))
        self.at = _table(form.get("at"))
        self.kinds = _table(form.get("as"))
        self.cuts = form.get("cuts")
        self.no_history = form.get("no_history") is True
        self.system_cuts = form.get("system_cuts")
        self.labels = _table(form.get("labels"))
        self.order = form.get("order")
        self.own = form.get("own")
        self.swipes: Sequence[Alternative] = ()
        keys = form.get("keys")
        plain = [_key(shape.role), _key(shape.text)]
        self.keys = keys if isinstance(keys, list) and len(keys) == 2 and all(map(_is_text, keys)) else plain
        self.losses: Counter[str] = Counter()
        self.record: dict[str, Any] = {}

    def write(
        self, messages: list[Message], others: Sequence[Alternative]
    ) -> tuple[dict[str, Any], list[str]]:
        shape = self.shape
        if shape.swipes:
            of_turns = [other for message in messages for other in answers.of_message(message, others)]
            self.swipes = of_turns
            others = [other for other in others if other not in of_turns]
        messages = whole = self._system(messages)
        reply: list[Message] = []
        if shape.reply:
            at = len(messages) - (bool(messages) and messages[-1].get("role") == "assistant")
            messages, reply = messages[:at], messages[at:]
            if shape.score or shape.rank:
                others = self._ranked(reply, others)
            elif self._is_there(shape.reply):
                value = self._value(shape.reply, reply, "assistant", whole)
                others = self._beside(value, reply, others)
                self._put(shape.reply, value)
        self._before(messages, whole)
        self._others(whole, others)
        return self.record, list(self.losses)

    def _ranked(self, reply: list[Message], others: Sequence[Alternative]) -> Sequence[Alternative]:
        """Put the reply and the other answers into their list; those that are left."""
        if not reply:
            self._put(self.shape.reply, [])
            return others
        taken = answers.of_message(reply[0], others)
        if self.shape.ratings:
            texts = [self._text(reply[0]), *answers.texts_of(taken)]
            self._put(self.shape.reply, answers.in_order(texts, self.order))
        else:
            value = answers.ranked(self.shape, reply[0], taken, self.keys[1], self.order)
            self._put(self.shape.reply, value)
        return [other for other in others if other not in taken]

    def _beside(
        self, texts: Any, reply: list[Message], others: Sequence[Alternative]
    ) -> Sequence[Alternative]:
        """Put other replies into the list of texts that the reply stands in; those that are left."""
        if self._kind(self.shape.reply) != "texts" or not reply or not isinstance(texts, list):
            return others
        taken = answers.of_message(reply[0], others)
        if self.shape.others:
            taken = taken[: self.own] if type(self.own) is int and self.own >= 0 else []
        texts += answers.texts_of(taken)
        return [other for other in others if other not in taken]

    def _is_there(self, place: str) -> bool:
        return _key(place) not in self.missing

    def _system(self, messages: list[Message]) -> list[Message]:
        head = messages[0] if messages else {}
        places = [place for place in self.shape.system if self._is_there(place)]
        if not places or head.get("role") != "system" or not _is_text(head.get("content")):
            return messages
        for place, piece in zip(
            places, self._cut(self._text(head), len(places), self.system_cuts), strict=True
        ):
            if piece:
                self._put(place, piece)
        return messages[1:]

    def _before(self, messages: list[Message], whole: list[Message]) -> None:
        shape = self.shape
        places = [place for place in shape.prompt if self._is_there(place)]
        if shape.marked:
            plain = [in_one_text(message) for message in messages]
            self.losses.update(loss for _, changed in plain for loss in changed)
            text, losses = answers.marked(shape, [message for message, _ in plain], self.labels)
            self.losses.update(losses)
            self._put(places[0] if places else shape.prompt[0], text)
            return
        if not shape.reply or any(self._kind(place) != "text" for place in places):
            for place in places[:1]:
                place_messages = messages if self._kind(place) == "transcript" else whole
                self._put(place, self._value(place, messages, "user", place_messages))
            return
        if self.no_history:
            self._put(shape.history, [])
        if shape.history and len(messages) > 1 and (pairs := _pairs(messages[:-1])) is not None:
            self._put(shape.history, pairs)
            messages = messages[-1:]
        if not places:
            return
        if len(messages) != 1 or messages[0].get("role") != "user":
            self.losses["messages beyond one exchange"] += 1
        asked = [message for message in messages if message.get("role") == "user"]
        text = self._text(asked[-1]) if asked else ""
        for place, piece in zip(places, self._cut(text, len(places), self.cuts), strict=True):
            self._put(place, piece)

    def _kind(self, place: str) -> str:
        return self.kinds.get(_key(place), _usual(self.shape, place))

    def _cut(self, text: str, count: int, cuts: Any) -> list[str]:
        """The text of several places, cut where it was joined."""
        if not count:
            return []
        cuts = cuts if isinstance(cuts, list) else []
        pieces = []
        for cut in cuts[: count - 1]:
            if type(cut) is not int or not 0 <= cut <= len(text) or text[cut : cut + 1] not in ("", "\n"):
                break
            pieces.append(text[:cut])
            text = text[cut + 1 :]
        pieces.append(text)
        return [*pieces, *[""] * (count - len(pieces))]

    def _others(self, messages: list[Message], alternatives: Sequence[Alternative]) -> None:
        """The other replies to the last message, or to what it answers, at their places."""
        names = {codec.digest(message): place for place, message in enumerate(messages)}
        fitting = [a for a in alternatives if a.get("of") in names and isinstance(a.get("messages"), list)]
        places = [place for place in self.shape.others if self._is_there(place)]
        if len(places) == 1 and self._kind(places[0]) == "texts" and len(fitting) > 1:
            self._put(places[0], answers.texts_of(fitting))
            return
        for place, other in zip(places, fitting, strict=False):
            texts = [message for message in other["messages"] if isinstance(message, dict)]
            whole = [*messages[: names[other["of"]]], *texts]
            self._put(place, self._value(place, texts, "assistant", whole))
        if len(alternatives) > len(places):
            self.losses["alternatives (other replies)"] += 1
        for place in places[len(fitting) :]:
            self.losses["no other reply to stand beside the chosen one"] += 1
            self._put(place, "")

    def _put(self, place: str, value: Any) -> None:
        self.record[self.at.get(_key(place), _key(place))] = value

    def _value(self, place: str, messages: list[Message], role: str, whole: list[Message]) -> Any:
        """The messages as the place spells them."""
        kind = self._kind(place)
        if kind == "transcript":
            return self._transcript(whole)
        if _key(place) in self.full:
            return [self._turn(message) for message in whole]
        if kind == "texts" and (self.shape.speakers or self.shape.how == "alternate"):
            return self._utterances(messages)
        if kind == "turns":
            return [self._turn(message) for message in messages]
        if kind == "turn" and len(messages) == 1:
            return self._turn(messages[0])
        texts = [self._text(message) for message in messages if message.get("role") == role]
        if len(texts) != 1 or len(messages) != 1:
            self.losses["messages beyond one exchange"] += 1
        text = texts[-1] if texts else ""
        return [text] if kind == "texts" else text

    def _transcript(self, messages: list[Message]) -> str:
        if any(message.get("role") not in ("user", "assistant") for message in messages):
            self.losses["roles beside user and assistant"] += 1
        labels = {"assistant": _ASSISTANT}
        return "".join(labels.get(str(m.get("role")), _HUMAN) + self._text(m) for m in messages)

    def _turn(self, message: Message) -> dict[str, Any]:
        shape = self.shape
        rest = {key: value for key, value in message.items() if key not in ("role", "content")}
        if "name" in rest and shape.how == "field" and message.get("role") != "tool":
            del rest["name"]
        if shape.names or shape.name_key or shape.assistant:
            rest.pop("name", None)
        turn = {key.removeprefix("source_"): value for key, value in rest.items()}
        if shape.name_key and "name" in message:
            put(turn, _key(shape.name_key), self._spelled(message["name"]))
        role, text = self.keys
        if any(step[0] in turn and not isinstance(turn[step[0]], dict) for step in map(steps_of, self.keys)):
            self.losses["a value where a turn says who speaks, or what"] += 1
        if swipes := answers.of_message(message, self.swipes):
            put(turn, shape.swipes, answers.texts_of(swipes))
        if shape.how == "present" and message.get("role") == "user" and role not in turn:
            put(turn, role, message.get("name", "user"))
        elif shape.how == "boolean":
            put(turn, role, message.get("role") == "user")
        elif shape.how == "field":
            put(turn, role, self._label(message, role))
        put(turn, text, message.get("content"))
        return turn

    def _label(self, message: Message, key: str) -> Any:
        """What a turn calls who speaks."""
        role = message.get("role")
        if not self.shape.name_key and not self.shape.names and "name" in message and role != "tool":
            return self._spelled(message["name"])
        own = next((label for label, meant in self.shape.roles.items() if meant == role), None)
        return own or _LABELS.get(key, {}).get(str(role), role)

    def _spelled(self, name: Any) -> Any:
        """A speaker's name as the source has it."""
        return self.labels.get(name, name) if isinstance(name, str) else name

    def _utterances(self, messages: list[Message]) -> list[Any]:
        if self.shape.speakers:
            self.record[self.shape.speakers] = [self._spelled(m.get("name", m.get("role"))) for m in messages]
        return [message.get("content") for message in messages]

    def _text(self, message: Message) -> str:
        message, changed = in_one_text(message)
        self.losses.update(changed)
        content = message.get("content")
        if not isinstance(content, str):
            self.losses["content that is no text"] += 1
        self._extra(message)
        return text_of(message)

    def _extra(self, message: Message) -> None:
        for key in message.keys() - {"role", "content"}:
            self.losses[f"the message key {key!r}" if key != "name" else "speaker names"] += 1


def _pairs(messages: Sequence[Message]) -> list[list[Any]] | None:
    """`[user, assistant]` pairs of texts; None where the messages are none."""
    for place, message in enumerate(messages):
        if message.get("role") != ("user", "assistant")[place % 2] or not isinstance(
            message.get("content"), str
        ):
            return None
        if message.keys() != {"role", "content"}:
            return None
    if len(messages) % 2:
        return None
    return [[a["content"], b["content"]] for a, b in zip(messages[::2], messages[1::2], strict=True)]


def _texts(value: Any) -> list[str]:
    return [text for text in value if isinstance(text, str)] if isinstance(value, list) else []


def _table(value: Any) -> dict[str, str]:
    return {k: v for k, v in value.items() if isinstance(v, str)} if isinstance(value, dict) else {}


def _is_text(value: Any) -> bool:
    return isinstance(value, str)
