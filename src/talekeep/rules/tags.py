"""S110–S115: an entry's tags."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from talekeep.core.slug import slug
from talekeep.rules.base import Context
from talekeep.rules.base import Hit
from talekeep.rules.base import Rule
from talekeep.rules.base import shown

# A dataset has few tags and many entries.
_slug = lru_cache(4096)(slug)


def _items(value: Any) -> list[Any]:
    found = value.get("tags") if isinstance(value, dict) else None
    return found if isinstance(found, list) else []


def _texts(value: Any) -> Iterator[tuple[int, str]]:
    for index, tag in enumerate(_items(value)):
        if isinstance(tag, str) and tag.strip():
            yield index, tag


def _missing_tags(value: Any, context: Context) -> Iterator[Hit]:
    if isinstance(value, dict) and "tags" not in value:
        yield Hit("the entry has no tags", ("tags",))


def _tags_not_list(value: Any, context: Context) -> Iterator[Hit]:
    if isinstance(value, dict) and not isinstance(value.get("tags", []), list):
        yield Hit(f"tags is {shown(value['tags'])}, not a list", ("tags",))


def _invalid_tag_value(value: Any, context: Context) -> Iterator[Hit]:
    for index, tag in enumerate(_items(value)):
        if not isinstance(tag, str):
            yield Hit(f"the tag is {shown(tag)}, not text", ("tags", index))


def _empty_tag(value: Any, context: Context) -> Iterator[Hit]:
    for index, tag in enumerate(_items(value)):
        if isinstance(tag, str) and not tag.strip():
            yield Hit("the tag is blank", ("tags", index))


def _duplicate_tag(value: Any, context: Context) -> Iterator[Hit]:
    seen: set[str] = set()
    for index, tag in _texts(value):
        name = _slug(tag) or tag
        if name in seen:
            yield Hit(f"{shown(tag)} stands here already", ("tags", index))
        seen.add(name)


def _tag_spelling(value: Any, context: Context) -> Iterator[Hit]:
    for index, tag in _texts(value):
        name = _slug(tag)
        if name != tag:
            better = f"is spelled {shown(name)}" if name else "has neither letters nor digits"
            yield Hit(f"the tag {shown(tag)} {better}", ("tags", index))


_ENTRY = {
    "id": "0193c7aa-0000-7000-8000-000000000001",
    "messages": [
        {"role": "system", "content": "You keep the lighthouse at Harrow Point."},
        {"role": "user", "content": "Who goes there?"},
        {"role": "assistant", "content": "Only the keeper, and the gulls."},
    ],
}
_GOOD = {**_ENTRY, "tags": ["slow_burn", "dialogue"]}

RULES = (
    Rule(
        "S110",
        "missing-tags",
        "info",
        "An entry has no tags key.",
        "Nothing breaks here; such an entry is simply untagged. RoleThread Lite refuses to save an entry "
        "without the key.",
        _missing_tags,
        "add tags: []",
        _ENTRY,
        {**_ENTRY, "tags": []},
    ),
    Rule(
        "S111",
        "tags-not-list",
        "warning",
        "The tags of an entry are not a list.",
        "A single text in place of a list is not seen by any tag filter, and some tools throw it away.",
        _tags_not_list,
        "write tags as a list of words",
        {**_ENTRY, "tags": "slow_burn"},
        _GOOD,
    ),
    Rule(
        "S112",
        "invalid-tag-value",
        "warning",
        "A tag is not text.",
        "Numbers, nulls and objects among the tags cannot be searched or renamed, and a loader that "
        "expects a list of texts fails on the whole file.",
        _invalid_tag_value,
        "remove the value",
        {**_ENTRY, "tags": ["slow_burn", 7, None]},
        _GOOD,
    ),
    Rule(
        "S113",
        "empty-tag",
        "info",
        "A tag is blank.",
        "It names nothing and shows up as an empty row in every count.",
        _empty_tag,
        "remove the blank tag",
        {**_ENTRY, "tags": ["slow_burn", " "]},
        _GOOD,
    ),
    Rule(
        "S114",
        "duplicate-tag",
        "warning",
        "The same tag stands twice on an entry.",
        "It is counted twice, and removing it once seems to do nothing. Two spellings of one tag count as "
        "the same.",
        _duplicate_tag,
        "keep one of them",
        {**_ENTRY, "tags": ["slow_burn", "Slow Burn"]},
        _GOOD,
    ),
    Rule(
        "S115",
        "tag-spelling",
        "warning",
        "A tag is not spelled as a slug.",
        "Slow Burn, slow-burn and slow_burn are one tag to people and three to every filter. A slug is lower "
        "case, with one underscore between words; letters of any script are welcome.",
        _tag_spelling,
        "spell the tag as the message shows it",
        {**_ENTRY, "tags": ["Slow Burn"]},
        {**_ENTRY, "tags": ["slow_burn", "恋愛", "café"]},
    ),
)
