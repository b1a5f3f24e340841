"""Replies as the rules of family P read them: without code, by speaker."""

from collections.abc import Iterator
from typing import Any
from typing import TypeAlias

from talekeep.core.entry import text_of
from talekeep.core.slug import slug
from talekeep.rules.base import Context
from talekeep.rules.base import turns
from talekeep.rules.roles import canonical

Reply: TypeAlias = tuple[int, str]


def texts_of(value: Any, context: Context, *roles: str) -> Iterator[Reply]:
    """Index and text of what is said in these roles (by the assistant, where none is named)."""
    for index, message in turns(value, context):
        if canonical(message.get("role")) in (roles or ("assistant",)):
            text = text_of(message)
            if text.strip():
                yield index, text


def by_speaker(value: Any, context: Context) -> list[list[Reply]]:
    """The replies of each character the assistant speaks for, in order."""
    spoken: dict[str, list[Reply]] = {}
    messages = dict(turns(value, context))
    for index, text in texts_of(value, context):
        spoken.setdefault(_name(messages[index].get("name")), []).append((index, text))
    return [*spoken.values()]


def names_of_user(value: Any, context: Context) -> frozenset[str]:
    """The slugs of the characters only the user speaks for."""
    names: dict[str | None, set[str]] = {"user": set(), "assistant": set()}
    for _, message in turns(value, context):
        names.setdefault(canonical(message.get("role")), set()).add(_name(message.get("name")))
    return frozenset(names["user"] - names["assistant"] - {""})


def _name(name: object) -> str:
    return slug(name) if isinstance(name, str) else ""
