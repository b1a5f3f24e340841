"""`as`: the point of view of one character, whose lines become the assistant's."""

from talekeep.core.entry import Message
from talekeep.training.base import Context
from talekeep.training.base import Draft
from talekeep.training.policies.names import prefixed
from talekeep.training.policies.turns import joined
from talekeep.training.policies.weights import KEYS

NAME = "as"
HELP = "The character whose lines are the assistant's; `each` writes one row for every speaker."
VALUES: tuple[str, ...] = ()
_SPOKEN = ("user", "assistant")
# What a reply has and a user's message has not.
_OF_REPLIES = (*KEYS, "prefix", "reasoning_content", "tool_calls", "function_call")


def apply(draft: Draft, value: str, context: Context) -> list[Draft]:
    if not value:
        return [draft]
    speakers = list(dict.fromkeys(name for m in draft.messages if (name := speaker_of(m))))
    wanted = speakers if value == "each" else [value]
    return [seen_by(draft, character, context) for character in wanted if character in speakers]


def speaker_of(message: Message) -> str:
    """The slug of who speaks; "" for nobody."""
    name = message.get("name")
    return name if message.get("role") in _SPOKEN and isinstance(name, str) else ""


def seen_by(draft: Draft, character: str, context: Context) -> Draft:
    """The scene in which `character` is the assistant and everyone else, narrators too, is the user.

    mara: "Wait."  wren: "Why?"  osric: "Hush."  mara: "Listen."      (as mara)
    → assistant "Wait."   user "Wren: Why?\n\nOsric: Hush."   assistant "Listen."

    Names are written before the user's lines where several others speak, so that none is lost; where one
    does, the name stays for the policy `names`.
    """
    others = {speaker_of(m) for m in draft.messages if m.get("role") in _SPOKEN} - {character}
    lines = [_line(m, character, context, several=len(others) > 1) for m in draft.messages]
    return draft.with_messages(
        joined(lines, ("user",)), alteration="roles follow the point of view of one character"
    )


def _line(message: Message, character: str, context: Context, *, several: bool) -> Message:
    if message.get("role") not in _SPOKEN:
        return message
    if speaker_of(message) == character:
        return {**message, "role": "assistant"}
    line = prefixed(message, context) if several else message
    return {key: value for key, value in line.items() if key not in _OF_REPLIES} | {"role": "user"}
