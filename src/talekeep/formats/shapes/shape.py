"""What a shape is: a row that says where in a record its conversation stands."""

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from dataclasses import fields
from typing import Any
from typing import Literal

from talekeep.core.errors import Usage

How = Literal["field", "boolean", "present", "alternate"]
ROLE_KEYS = "role|from|speaker|author|sender|source|agent"
TEXT_KEYS = "content|value|text|message|msg|mes|utterance|parts"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """Where the parts of a conversation stand; each place is a path (`paths`), spellings joined by `|`.

    A place may hold a text (one message), an object (one turn), a list of turns, an object of parallel
    lists, or any of these as a string of JSON. Texts of several prompts are one message, joined by lines.

    Args:
        needs: what a record must have to be of this shape.
        prompt: what comes before the reply, in order; for a list of turns often all there is.
        reply: the assistant's message or messages at the end.
        others: replies that were not chosen; they become alternatives.
        history: `[user, assistant]` pairs before the prompt.
        system: texts that make the system prompt, joined by lines.
        role, text, name: keys of a turn. `how` a role is told: as a field, true for the user, by a key that
            only turns of the user have, or by taking turns.
        speakers: a list beside the turns with who speaks in each.
        roles: labels of this shape that are no common spelling of a role.
        names: who speaks for a role, as a place in the record.
        assistant: the place of the name under which the assistant speaks; everybody else is the user.
        tags: places whose words become tags.
        score: key of an answer that says how good it is; the best one is the reply. `rank`: the lowest is.
        model: key of an answer that says which model gave it.
        swipes: key of a turn that lists all texts it could have had; `swipe_text` is the key of the text
            where these are objects.
        ratings, models: lists beside a list of replies, with how good each is and which model gave it.
        labels: the first turn's role must be one of these.
        texts: the turns are texts, not objects. `keyed`: they are objects with a role and a text.
        marked: the prompt is a text with speakers marked in it, else it is none of this shape.
        kind: what the other replies are called.
        needs_text: the first prompt is a text. `unanswered`: the prompt does not end with a reply.
        writes: any entry is written in it, else only those that came in it.
        spelled: how prompt and reply are written where nothing else is known.
    """

    name: str
    title: str
    sample: str = ""
    needs: tuple[str, ...] = ()
    prompt: tuple[str, ...] = ()
    reply: str = ""
    others: tuple[str, ...] = ()
    history: str = ""
    system: tuple[str, ...] = ()
    role: str = ROLE_KEYS
    text: str = TEXT_KEYS
    name_key: str = ""
    how: How = "field"
    speakers: str = ""
    roles: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    assistant: str = ""
    tags: tuple[str, ...] = ()
    score: str = ""
    rank: str = ""
    model: str = ""
    kind: str = "rejected"
    swipes: str = ""
    swipe_text: str = ""
    ratings: str = ""
    models: str = ""
    labels: tuple[str, ...] = ()
    texts: bool = False
    keyed: bool = False
    needs_text: bool = False
    marked: bool = False
    spelled: Literal["text", "turns", "turn"] = "text"
    unanswered: bool = False
    writes: bool = True


_TEXTS = {"needs", "prompt", "others", "system", "tags", "labels"}
_OURS = {"sample", "writes", "needs_text", "spelled", "unanswered", "texts", "keyed"}
_TABLES = {"roles", "names"}


def from_table(table: Mapping[str, Any]) -> Shape:
    """A shape that a user wrote as TOML.

    Raises:
        Usage: a key that no shape has, a value of another type, or no place for a conversation.
    """
    known = {one.name for one in fields(Shape)} - _OURS
    given: dict[str, Any] = {"name": "own", "title": "a shape of one's own"}
    for key, value in table.items():
        if key not in known:
            raise Usage(f"a shape has no key {key!r}", f"keys of a shape: {', '.join(sorted(known))}")
        given[key] = _typed(key, value)
    if not given.get("prompt") and not given.get("reply"):
        raise Usage("the shape names no place of a conversation", 'add: prompt = ["messages"]')
    needs = given.get("needs") or (*given.get("prompt", ())[:1], *filter(None, [given.get("reply")]))
    return Shape(**{**given, "needs": needs})


def _typed(key: str, value: Any) -> Any:
    if key in _TEXTS:
        listed = [value] if isinstance(value, str) else value
        if isinstance(listed, list) and all(isinstance(item, str) for item in listed):
            return tuple(listed)
    elif key in _TABLES:
        if isinstance(value, dict) and all(isinstance(item, str) for item in value.values()):
            return dict(value)
    elif key == "how":
        if value in ("field", "boolean", "present", "alternate"):
            return value
    elif isinstance(value, str):
        return value
    raise Usage(f"the key {key!r} of the shape is of the wrong type")
