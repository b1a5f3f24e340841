"""C4xx: an entry and the character library."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from talekeep.core.entry import messages_in
from talekeep.core.entry import text_of
from talekeep.core.slug import slug
from talekeep.rules.base import Context
from talekeep.rules.base import Hit
from talekeep.rules.base import Rule
from talekeep.rules.base import asked_once
from talekeep.rules.base import shown
from talekeep.rules.base import turns
from talekeep.rules.roles import PROMPT_ROLES
from talekeep.rules.roles import canonical
from talekeep.rules.word_match import folded
from talekeep.rules.word_match import mentions


# Few prompts serve many entries, and they mostly stand together.
@lru_cache(64)
def _named(prompt: str, names: tuple[str, ...]) -> tuple[str, ...]:
    text = folded(prompt)
    # A slug and a display name that differ in case alone are one name.
    spelled = {folded(name): name for name in names}
    return tuple(name for plain, name in spelled.items() if mentions(text, plain))


@asked_once
def _names(value: Any, context: Context) -> list[tuple[int, Any]]:
    """The names that messages carry, each with the index of its message; a tool's is no speaker's."""
    return [
        (index, message["name"])
        for index, message in turns(value, context)
        if message.get("name") is not None and message.get("role") != "tool"
    ]


@asked_once
def has_no_names(value: Any, context: Context) -> bool:
    return not _names(value, context)


def _inactive_character(value: Any, context: Context) -> Iterator[Hit]:
    first = next(iter(turns(value, context)), None) if context.inactive_names else None
    if first is None or first[0] != 0 or canonical(first[1].get("role")) not in PROMPT_ROLES:
        return
    for name in _named(text_of(first[1]), context.inactive_names):
        yield Hit(f"the system prompt names {shown(name)}, who is inactive", ("messages", 0, "content"))


def _unknown_speaker(value: Any, context: Context) -> Iterator[Hit]:
    if not context.characters:
        return
    for index, name in _names(value, context):
        if _settled(name) not in context.characters:
            yield Hit(f"{shown(name)} is not in the character library", ("messages", index, "name"))


def _settled(name: Any) -> str:
    """The slug a name means; "" for what names nobody."""
    return slug(name) if isinstance(name, str) else ""


def _speaker_spelling(value: Any, context: Context) -> Iterator[Hit]:
    for index, name in _names(value, context):
        if _settled(name) not in ("", name):
            yield Hit(f"{shown(name)} is no slug ({_settled(name)})", ("messages", index, "name"))


def _spelled(value: Any, context: Context) -> Any:
    messages = [_with_slug(message) for message in messages_in(value)]
    return value if messages == messages_in(value) else {**value, "messages": messages}


def _with_slug(message: Any) -> Any:
    named = _settled(message.get("name")) if isinstance(message, dict) else ""
    return {**message, "name": named} if named and message.get("role") != "tool" else message


# What the examples below are judged by.
EXAMPLE = Context(
    characters={"mara": True, "al": False},
    inactive_names=("Al",),
    tags={"slow_burn": "active", "dialogue": "active", "foggy": "archived"},
    renamed={"slow_fire": "slow_burn"},
)


def _entry(prompt: str, speaker: str) -> dict[str, Any]:
    return {
        "id": "0193c7aa-0000-7000-8000-000000000001",
        "messages": [
            {"role": "system", "content": prompt},
            {"role": "user", "content": "Who goes there?"},
            {"role": "assistant", "name": speaker, "content": "Only the keeper, and the gulls."},
        ],
    }


RULES = (
    Rule(
        "C401",
        "inactive-character",
        "warning",
        "A system prompt names a character who is inactive.",
        "An inactive character that is still named in a prompt, keeps being trained. Names count as whole "
        "words, in any script and case; Al is not found in always. The example's library holds Mara, "
        "active, and Al, inactive.",
        _inactive_character,
        "take the name out of the prompt, or talekeep character restore NAME",
        _entry("You are Mara. Al's boat is late.", "mara"),
        _entry("You are Mara, always at the lamp.", "mara"),
    ),
    Rule(
        "C402",
        "unknown-speaker",
        "info",
        "A message is spoken by somebody the character library does not know.",
        "Counts by character and exports by character leave the speaker out; most often the name is "
        "misspelled. The rule is silent while the library is empty. The example's library holds Mara.",
        _unknown_speaker,
        "talekeep character create NAME, or talekeep character rename OLD NEW",
        _entry("You are Mara.", "marra"),
        _entry("You are Mara.", "mara"),
        unless=has_no_names,
    ),
    Rule(
        "C403",
        "speaker-spelling",
        "info",
        "A message names its speaker in free words, not by slug.",
        "Mara Voss, mara voss and mara_voss are one character only while all of them are written as "
        "mara_voss; how people read a name stands in the character library.",
        _speaker_spelling,
        "write the slug",
        _entry("You are Mara.", "Mara Voss"),
        _entry("You are Mara.", "mara_voss"),
        mend=_spelled,
        unless=has_no_names,
    ),
)
