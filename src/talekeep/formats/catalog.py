"""The table of formats: one module or row each, in the order they are asked."""

from collections.abc import Iterable
from collections.abc import Mapping
from functools import lru_cache
from itertools import chain
from types import MappingProxyType
from typing import Any
from typing import cast

import talekeep.formats.chatml as chatml
import talekeep.formats.interviews as interviews
import talekeep.formats.rolethread as rolethread
import talekeep.formats.sharegpt as sharegpt
import talekeep.formats.sillytavern as sillytavern
from talekeep.core.errors import Usage
from talekeep.formats.base import Format
from talekeep.formats.base import Reader
from talekeep.formats.conversation.paths import MISSING
from talekeep.formats.conversation.paths import first as path_first
from talekeep.formats.conversation.paths import lookup
from talekeep.formats.conversation.turns import CONTAINERS
from talekeep.formats.programs.agent_sessions import AgentSession
from talekeep.formats.programs.annotators import Doccano
from talekeep.formats.programs.annotators import ProdigyChoice
from talekeep.formats.programs.block_formats import BLOCK_FORMATS
from talekeep.formats.programs.block_formats import Responses
from talekeep.formats.programs.chat_exports import ChatGPT
from talekeep.formats.programs.chat_exports import LibreChat
from talekeep.formats.programs.chat_exports import OpenAssistant
from talekeep.formats.programs.chat_exports import OpenWebUI
from talekeep.formats.programs.comparisons import Comparison
from talekeep.formats.programs.desk_chats import AIStudio
from talekeep.formats.programs.desk_chats import LMStudio
from talekeep.formats.programs.dialogue_sets import BlendedSkillTalk
from talekeep.formats.programs.dialogue_sets import Moss
from talekeep.formats.programs.discord import Discord
from talekeep.formats.programs.roleplay import CharacterAI
from talekeep.formats.programs.roleplay import Kobold
from talekeep.formats.programs.roleplay import TextGeneration
from talekeep.formats.shapes import ShapeFormat
from talekeep.formats.shapes.shape import Shape
from talekeep.formats.shapes.table import FIRST
from talekeep.formats.shapes.table import TABLE

_FIRST = tuple(map(ShapeFormat, FIRST))
_ROWS = tuple(map(ShapeFormat, TABLE[len(FIRST) :]))
_PROGRAMS: tuple[Reader, ...] = (
    sillytavern,
    TextGeneration(),
    Kobold(),
    ChatGPT(),
    OpenWebUI(),
    AIStudio(),
    OpenAssistant(),
    Moss(),
    BlendedSkillTalk(),
    ProdigyChoice(),
)
_READERS: tuple[Reader, ...] = (
    rolethread,
    Comparison(),
    *_FIRST,
    LMStudio(),
    LibreChat(),
    Discord(),
    CharacterAI(),
    *BLOCK_FORMATS,
    Responses(),
    chatml,
    sharegpt,
    interviews,
    *_PROGRAMS,
    AgentSession(),
    *_ROWS,
    Doccano(),
)
_by_name: dict[str, Reader] = {reader.NAME: reader for reader in _READERS}
READERS: Mapping[str, Reader] = MappingProxyType(_by_name)
BUILT_IN = frozenset(READERS)
_WRITERS: tuple[Format, ...] = (
    rolethread,
    chatml,
    sharegpt,
    interviews,
    sillytavern,
    *(row for row in (*_FIRST, *_ROWS) if row.shape.writes),
)
_writers: dict[str, Format] = {module.NAME: module for module in _WRITERS}
FORMATS: Mapping[str, Format] = MappingProxyType(_writers)
_BY_KEY: dict[str, tuple[int, ...]] = {}
for _place, _module in enumerate(_READERS):
    for _key in _module.KEYS:
        _BY_KEY[_key] = (*_BY_KEY.get(_key, ()), _place)

# What a file may hold that is no conversation: (keys it has, what it is and what to do with it).
NO_CONVERSATIONS = (
    ({"spec", "data"}, "a character card: talekeep character import FILE"),
    ({"first_mes"}, "a character card: talekeep character import FILE"),
    ({"char_name", "char_persona"}, "a character card: talekeep character import FILE"),
    ({"segments"}, "template-free segments: they have no roles"),
    ({"custom_id", "result"}, "the answer of a batch: its question is in the file of requests"),
    ({"custom_id", "response"}, "the answer of a batch: its question is in the file of requests"),
    ({"lorebookVersion"}, "a lorebook (NovelAI)"),
    ({"spec", "entries"}, "a lorebook"),
    ({"personas", "persona_descriptions"}, "a backup of SillyTavern personas"),
    ({"error"}, "an error message of a server, not the file that was asked for"),
)


def extend(added: Iterable[Reader | Format]) -> None:
    """Put formats of other packages behind the built-in ones, in place of those put there before. One that
    has `write` is written too."""
    for name in READERS.keys() - BUILT_IN:
        del _by_name[name]
        _writers.pop(name, None)
    for reader in added:
        _by_name[reader.NAME] = reader
        if hasattr(reader, "write"):
            _writers[reader.NAME] = cast(Format, reader)


def named(name: str) -> Format:
    """The format of that name, to write in: one for any entry, or one that writes those that came in it.

    Raises:
        Usage: there is none.
    """
    own = READERS.get(name)
    if name not in FORMATS and own is not None and hasattr(own, "write"):
        return cast(Format, own)
    if name not in FORMATS:
        hint = f"formats: {', '.join(FORMATS)}"
        if why := why_read_only(own):
            raise Usage(f"{name} is only read: {why}", hint)
        raise Usage(f"there is no format {name!r}" + (" to write" if name in READERS else ""), hint)
    return FORMATS[name]


def why_read_only(reader: Reader | None) -> str:
    """Why a format is never written, "" for one that is."""
    return str(getattr(reader, "READ_ONLY", ""))


def reader_named(name: str) -> Reader:
    """The format of that name, to read.

    Raises:
        Usage: there is none.
    """
    if name not in READERS:
        raise Usage(f"there is no format {name!r}", f"formats: {', '.join(READERS)}")
    return READERS[name]


def recognise(record: Any) -> Reader | None:
    """The format of one record, by its own keys alone; None for what no format reads.

    Where `messages` and a ShareGPT conversation stand side by side, `messages` counts if it holds any.
    """
    if not isinstance(record, dict):
        return None
    known = _asked(frozenset(record)) if len(record) <= _MOST_KEYS else _ordered(record)
    added = (READERS[name] for name in READERS if name not in BUILT_IN)
    claiming = (reader for reader in chain(known, added) if reader.claims(record))
    first = next(claiming, None)
    if first is chatml and not _has_role(record["messages"]):
        return next(claiming, first)
    return first


# Records of one file have the same few sets of keys; an object with more keys is a table of its own.
_MOST_KEYS = 64


@lru_cache(maxsize=256)
def _asked(keys: frozenset[str]) -> tuple[Reader, ...]:
    """The readers that records with these keys may be of, in the order they are asked."""
    return _ordered(keys)


def _ordered(keys: Iterable[str]) -> tuple[Reader, ...]:
    places = {place for key in keys if key in _BY_KEY for place in _BY_KEY[key]}
    return tuple(_READERS[place] for place in sorted(places) if _may_claim(_READERS[place], keys))


def _may_claim(reader: Reader, keys: Iterable[str]) -> bool:
    """False for a row of the table that needs a place whose first key is missing."""
    needed = reader.needed if isinstance(reader, ShapeFormat) else ()
    return not any(one.isdisjoint(keys) for one in needed)


def _has_role(messages: list[Any]) -> bool:
    return any(isinstance(message, dict) and "role" in message for message in messages)


def reason_unrecognised(record: Any) -> str:
    """Why `recognise` says None, in words that stand beside a line number."""
    if not isinstance(record, dict):
        return f"not an object but {_KINDS.get(type(record), 'null')}"
    if _is_lorebook(record):
        return "no conversation but a lorebook: it belongs to a character card"
    for keys, item in NO_CONVERSATIONS:
        if keys <= record.keys():
            return f"no conversation but {item}"
    held = [key for key in CONTAINERS if key in record]
    if held:
        return f"no conversation: {held[0]} holds no turns with a role and a text"
    if not record:
        return "an empty object"
    names = [str(key) for key in record][:_KEYS_SHOWN]
    keys_told = f"its keys: {', '.join(names)}" + (" …" if len(record) > len(names) else "")
    if record.keys() <= {"text", "id", "meta", "source"} and "text" in record:
        return f"plain text without speakers ({keys_told})"
    nearest = _nearest(record)
    hint = f"; nearest known shape: {nearest.name}, which needs {_needs(nearest)}" if nearest else ""
    return f"no conversation ({keys_told}){hint}"


def _is_lorebook(record: dict[str, Any]) -> bool:
    """True for a book of SillyTavern, NovelAI, Agnai or RisuAI that stands alone."""
    if str(record.get("spec", "")).startswith("lorebook"):
        return True
    entries = record.get("entries", record.get("data") if record.get("type") == "risu" else None)
    listed = list(entries.values()) if isinstance(entries, dict) else entries
    if not isinstance(listed, list) or not listed:
        return False
    keys = {"key", "keys", "keywords"}
    return all(isinstance(one, dict) and not keys.isdisjoint(one) for one in listed)


def _nearest(record: dict[str, Any]) -> Shape | None:
    """The shape that has most of its needs met, or else most keys in common."""
    scored = [(_likeness(shape, record), place, shape) for place, shape in enumerate(TABLE)]
    score, _, shape = max(scored)
    return shape if score[0] > 0 else None


def _likeness(shape: Shape, record: dict[str, Any]) -> tuple[float, int]:
    """How many needs are met, and how many in their usual spelling."""
    met = sum(path_first(record, need)[1] is not MISSING for need in shape.needs)
    usual = sum(lookup(record, need.split("|")[0]) is not MISSING for need in shape.needs)
    return met / len(shape.needs), usual


def _needs(shape: Shape) -> str:
    return " and ".join(need.replace("|", " or ", 2).split("|")[0] for need in shape.needs)


_KEYS_SHOWN = 8
_KINDS = {str: "text", bool: "true or false", int: "a number", float: "a number", list: "a list"}
