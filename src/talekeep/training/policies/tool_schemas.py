"""`tool_schemas`: definitions of tools whose parameters are no JSON Schema, or have no properties."""

from collections.abc import Callable
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from talekeep.core.content import take_apart
from talekeep.core.entry import Message
from talekeep.training import tool_schema
from talekeep.training.base import Context
from talekeep.training.base import Draft
from talekeep.training.tool_schema import Definition

NAME = "tool_schemas"
HELP = (
    "Tool definitions with faults: keep them; make a list of them and leave out what is no definition; mend "
    "them too, to a JSON Schema with properties; give them the form and names that OpenAI asks for too; or "
    "drop the faulty ones."
)
VALUES: tuple[str, ...] = ("keep", "list", "mend", "openai", "drop")
KEYS = ("tools", "functions")


def apply(draft: Draft, value: str, context: Context) -> list[Draft]:
    if value == "keep":
        return [draft]
    for key in KEYS:
        if key in draft.entry:
            draft = _applied(draft, key, value)
    return [_with_plain_names(draft) if value == "openai" else draft]


def _applied(draft: Draft, key: str, value: str) -> Draft:
    draft = _as_list(draft, key)
    if value in ("mend", "openai"):
        draft = _with(
            draft, key, tool_schema.mended, "tool definitions mended to a JSON Schema with properties"
        )
    if value != "list":
        draft = _without(draft, key, lambda each: not tool_schema.is_sound(each))
    if value == "openai" and key == "tools":
        draft = _with(draft, key, tool_schema.as_openai, "tool definitions written as OpenAI's API has them")
    return draft


def _as_list(draft: Draft, key: str) -> Draft:
    """The draft with a list of objects, if there are any; as JSON text where it was that."""
    given = draft.entry[key]
    if tool_schema.definitions(given) is not None:
        return draft
    value = tool_schema.parsed(given)
    if isinstance(value, dict):
        return draft.noting(
            alteration="a tool definition written as a list", entry={**draft.entry, key: [value]}
        )
    definitions = value if isinstance(value, list) else []
    made = [each if isinstance(each, dict) else {} for each in definitions]
    return _without(replace(draft, entry={**draft.entry, key: made}), key, lambda each: not each)


def _with(draft: Draft, key: str, change: Callable[[Definition], Definition], alteration: str) -> Draft:
    given = tool_schema.definitions(draft.entry.get(key)) or []
    made = [change(each) for each in given]
    return draft if made == given else draft.noting(alteration=alteration, entry={**draft.entry, key: made})


def _without(draft: Draft, key: str, is_faulty: Callable[[Definition], bool]) -> Draft:
    """The draft without the definitions that are faulty, and without the key where none is left."""
    given = tool_schema.definitions(draft.entry.get(key)) or []
    sound = [each for each in given if not is_faulty(each)]
    if given and len(sound) == len(given):
        return draft
    rest = {name: item for name, item in draft.entry.items() if name != key}
    return draft.noting(loss="faulty tool definitions", entry={**rest, key: sound} if sound else rest)


def _with_plain_names(draft: Draft) -> Draft:
    """Names of functions of letters, digits, `_` and `-`, the same in definitions, calls and results."""
    plain = tool_schema.plain_names(names_in(draft))
    if not plain:
        return draft
    entry = {**draft.entry, "messages": [_renamed(message, plain) for message in draft.messages]}
    for key in KEYS:
        given = tool_schema.definitions(entry.get(key))
        if given is not None:
            entry[key] = [_named(each, plain) for each in given]
    return draft.noting(alteration="names of tools written with letters, digits, _ and -", entry=entry)


def names_in(draft: Draft) -> list[str]:
    """The names of the functions that are defined, called or answer."""
    names: list[object] = []
    for key in KEYS:
        given = tool_schema.definitions(draft.entry.get(key)) or []
        names += [tool_schema.function_in(each).get("name") for each in given]
    for message in draft.messages:
        calls = [call.get("function") for call in take_apart(message).calls]
        names += [call.get("name") for call in calls if isinstance(call, dict)]
        names += [message.get("name")] if message.get("role") == "tool" else []
    return [name for name in names if isinstance(name, str)]


def _renamed(message: Message, plain: Mapping[str, str]) -> Message:
    made = dict(message)
    if message.get("role") in ("tool", "function") and "name" in message:
        made = _named(made, plain)
    if isinstance(message.get("tool_calls"), list):
        made["tool_calls"] = [
            _named(call, plain) if isinstance(call, dict) else call for call in message["tool_calls"]
        ]
    if isinstance(message.get("function_call"), dict):
        made["function_call"] = _named(message["function_call"], plain)
    return made


def _named(value: dict[str, Any], plain: Mapping[str, str]) -> dict[str, Any]:
    if isinstance(value.get("function"), dict):
        return {**value, "function": _named(value["function"], plain)}
    name = value.get("name")
    return {**value, "name": plain[name]} if isinstance(name, str) and name in plain else value
