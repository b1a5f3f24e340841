"""The short way for most records of the table: one exchange whose places are texts right under the record.

Which keys are read is told by the keys a record has, once for all records with the same ones.
"""

from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from talekeep.core.entry import Message
from talekeep.formats.base import Reading
from talekeep.formats.conversation.assemble import alternative
from talekeep.formats.conversation.identity import identify
from talekeep.formats.shapes.shape import Shape

# A text that begins so may spell turns, and is read the long way.
_MAY_BE_TURNS = frozenset("[{ \t\r\n")
_TRANSCRIPT = "<extra_id_1>"


@dataclass(frozen=True, slots=True)
class Plan:
    """The keys of the system prompt ("" for none), the prompts, the reply and the other replies; and the form
    that a record with these keys has."""

    system: str
    prompts: tuple[str, ...]
    reply: str
    others: tuple[str, ...]
    form: Mapping[str, Any]

    @property
    def keys(self) -> tuple[str, ...]:
        return (*((self.system,) if self.system else ()), *self.prompts, self.reply, *self.others)


class Plans:
    """The plans of one shape."""

    def __init__(self, shape: Shape) -> None:
        self._shape = shape
        self._of = lru_cache(maxsize=64)(self._made)
        self._plain = _is_plain(shape)

    def read(self, record: dict[str, Any]) -> Reading | None:
        """The record as an entry; None where it must be read the long way."""
        plan = self._of(frozenset(record)) if self._plain else None
        if plan is None:
            return None
        texts = [record[key] for key in plan.prompts]
        reply, others = record[plan.reply], [record[key] for key in plan.others]
        system = [record[plan.system]] if plan.system else []
        asked = [text for text in texts if text]
        if not asked or texts != asked + [""] * (len(texts) - len(asked)):
            return None
        if not all(map(_is_one_text, (*system, *asked, reply, *others))) or reply in others:
            return None
        messages: list[Message] = [{"role": "system", "content": text} for text in system]
        messages += [{"role": "user", "content": "\n".join(asked)}, {"role": "assistant", "content": reply}]
        entry, foreign_id, kept = identify(record, messages, plan.keys)
        if record.get("tags") == []:
            kept["tags"] = []
        form = {**plan.form, "cuts": [len(text) for text in texts[:-1]]} if len(asked) > 1 else plan.form
        if form:
            kept["form"] = form
        return Reading(entry, foreign_id, kept or None, {}, self._alternatives(messages, others))

    def _alternatives(self, messages: Sequence[Message], others: list[str]) -> tuple[dict[str, Any], ...]:
        at, kind = len(messages) - 1, self._shape.kind
        return tuple(
            alternative(messages, at, [{"role": "assistant", "content": text}], kind, {}) for text in others
        )

    def _made(self, keys: frozenset[str]) -> Plan | None:
        shape = self._shape
        places = (*shape.system, *shape.prompt, shape.reply, *shape.others)
        spelled = {place: _spelled(place, keys) for place in places}
        odd = (shape.history, *shape.names.values())
        if None in spelled.values() or any(_spelled(place, keys) != "" for place in odd if place):
            return None
        prompts = tuple(key for place in shape.prompt if (key := spelled[place]))
        reply = spelled[shape.reply]
        if not prompts or not reply or "messages" in keys:
            return None
        missing = [place for place in (*shape.prompt, *shape.others) if not spelled[place]]
        at = {_first(p): key for p, key in spelled.items() if key and key != _first(p)}
        form: dict[str, Any] = {"missing": [_first(place) for place in missing]} if missing else {}
        return Plan(
            (spelled[shape.system[0]] or "") if shape.system else "",
            prompts,
            reply,
            tuple(key for place in shape.others if (key := spelled[place])),
            {**form, **({"at": at} if at else {})},
        )


def _is_plain(shape: Shape) -> bool:
    """True for a row whose places are texts of their own accord."""
    odd = (shape.speakers, shape.ratings, shape.score, shape.rank, shape.swipes, shape.tags, shape.assistant)
    return (
        bool(shape.reply)
        and shape.how == "field"
        and shape.spelled == "text"
        and not any(odd)
        and (
            len(shape.system) <= 1
            and not (shape.marked or shape.texts or shape.keyed or shape.labels or shape.unanswered)
        )
    )


def _spelled(place: str, keys: frozenset[str]) -> str | None:
    """The key at which a place stands in a record with these keys, "" for none; None where a path leads to
    it."""
    for path in place.split("|"):
        if "." in path and path.split(".")[0] in keys:
            return None
        if path in keys:
            return path
    return ""


def _first(place: str) -> str:
    return place.split("|", 1)[0]


def _is_one_text(text: Any) -> bool:
    if type(text) is not str or text == "" or _TRANSCRIPT in text:
        return False
    if text[0] not in _MAY_BE_TURNS:
        return True
    begins = text.lstrip()[:1]
    return text[0] == " " and begins != "" and begins not in _MAY_BE_TURNS
