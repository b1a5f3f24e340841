"""The formats Talekeep reads and writes: one module each, in the order they are asked."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from talekeep.core.errors import Usage
from talekeep.formats import chatml
from talekeep.formats import interviews
from talekeep.formats import rolethread
from talekeep.formats import sharegpt
from talekeep.formats.base import Format
from talekeep.formats.base import Reading
from talekeep.formats.base import Written
from talekeep.formats.turns import CONTAINERS

__all__ = ["FORMATS", "Format", "Reading", "Written", "named", "reason_unrecognised", "recognise"]

_MODULES: tuple[Format, ...] = (rolethread, chatml, sharegpt, interviews)
FORMATS: Mapping[str, Format] = MappingProxyType({module.NAME: module for module in _MODULES})

# Shapes met in the wild that no module reads: (keys they all have, what they are).
_KNOWN_SHAPES = (
    ({"instruction", "output"}, "Alpaca (instruction/output)"),
    ({"instruction", "response"}, "Alpaca (instruction/response)"),
    ({"prompt", "completion"}, "prompt/completion"),
    ({"chosen", "rejected"}, "preference pairs (chosen/rejected)"),
    ({"preferred_output", "non_preferred_output"}, "OpenAI preference pairs"),
    ({"question", "answer"}, "question/answer"),
    ({"query", "response"}, "query/response"),
    ({"mapping", "current_node"}, "a ChatGPT account export"),
    ({"mes", "is_user"}, "a line of a SillyTavern chat"),
    ({"chat_metadata"}, "the header of a SillyTavern chat"),
    ({"user_name", "character_name"}, "the header of a SillyTavern chat"),
    ({"internal", "visible"}, "a text-generation-webui history"),
    ({"spec", "data"}, "a character card"),
    ({"first_mes"}, "a character card"),
    ({"segments"}, "template-free segments"),
    ({"text"}, "plain text"),
)


def named(name: str) -> Format:
    """The format of that name.

    Raises:
        Usage: there is none.
    """
    if name not in FORMATS:
        raise Usage(f"there is no format {name!r}", f"formats: {', '.join(FORMATS)}")
    return FORMATS[name]


def recognise(record: Any) -> Format | None:
    """The format of one record, by its own keys alone; None for what no format reads.

    Where `messages` and a ShareGPT conversation stand side by side, `messages` counts if it holds any.
    """
    if not isinstance(record, dict):
        return None
    claiming = (module for module in _MODULES if module.claims(record))
    first = next(claiming, None)
    if first is chatml and not _has_role(record["messages"]):
        return next(claiming, first)
    return first


def _has_role(messages: list[Any]) -> bool:
    return any(isinstance(message, dict) and "role" in message for message in messages)


def reason_unrecognised(record: Any) -> str:
    """Why `recognise` says None, in words that stand beside a line number."""
    if not isinstance(record, dict):
        return f"not an object but {_KINDS.get(type(record), 'null')}"
    for keys, shape in _KNOWN_SHAPES:
        if keys <= record.keys():
            return f"looks like {shape}: not read yet"
    held = [key for key in CONTAINERS if key in record]
    if held:
        return f"no conversation: {held[0]} holds no turns with a role and a text"
    return f"no conversation: none of {', '.join(CONTAINERS)}"


_KINDS = {str: "text", bool: "true or false", int: "a number", float: "a number", list: "a list"}
