"""The tags of one entry as a list: reading them from its line, putting names in place of others."""

import re
from collections.abc import Iterable
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from talekeep.core.slug import slug

# A dataset has few tags and many entries.
name_of = lru_cache(maxsize=4096)(slug)

_KEY = b'],"tags":['
_END = re.compile(rb'\],"tags":\[((?:"[^"\\]*"(?:,"[^"\\]*")*)?)\]\}')


def replaced(tags: Iterable[Any], to: Mapping[str, str | None]) -> list[Any]:
    """Tags with other names in place of those in `to` (None: nothing), in order; a name that was put in
    stands once, and what is not in `to` stays as it is.

    A tag is known by its slug, however it is spelled.
    """
    kept: list[Any] = []
    came = frozenset(to.values())
    there: set[str] = set()
    for tag in tags:
        name = name_of(tag) if isinstance(tag, str) else None
        put = to.get(name, tag) if name else tag
        is_new = isinstance(put, str) and name_of(put) in came
        if put is None and tag is not None:
            continue
        if is_new and name_of(put) in there:
            continue
        if is_new:
            there.add(name_of(put))
        kept.append(put)
    return kept


def without_twins(tags: Iterable[Any]) -> list[Any]:
    """Tags without those that stand there already, in this or another spelling; the first one stays."""
    kept: list[Any] = []
    names_met: set[str] = set()
    for tag in tags:
        name = (name_of(tag) or tag) if isinstance(tag, str) and tag.strip() else None
        if name is None or name not in names_met:
            kept.append(tag)
        if name is not None:
            names_met.add(name)
    return kept


def listed(value: Any) -> list[Any] | None:
    """The value of an entry's `tags` as a list: a text is one tag, a number its digits, null none; None
    where a list could not hold what it says."""
    if value is None:
        return []
    if isinstance(value, list):
        return value
    result = _as_text(value)
    return None if result is None else [result] if result else []


def as_tag(item: Any) -> Any:
    """An item of a list of tags as text where one can be read from it; else the item."""
    result = _as_text(item)
    return item if result is None else result


def _as_text(value: Any) -> str | None:
    if isinstance(value, str):
        return name_of(value) or value.strip()
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else None


def tags_in_line(line: bytes) -> list[str] | None:
    """The tags of a canonical line that ends with them, without decoding it; None for any other line."""
    start = line.rfind(_KEY)
    match = _END.fullmatch(line, start) if start > 0 else None
    if match is None:
        return None
    text = match[1].decode("utf-8", "replace")
    return text[1:-1].split('","') if text else []
