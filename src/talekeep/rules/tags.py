"""S110–S115: how an entry's tags are written."""

from collections.abc import Iterator
from typing import Any

from talekeep.core.tags import as_tag
from talekeep.core.tags import listed
from talekeep.core.tags import name_of
from talekeep.core.tags import without_twins
from talekeep.rules.base import Context
from talekeep.rules.base import Hit
from talekeep.rules.base import Rule
from talekeep.rules.base import asked_once
from talekeep.rules.base import shown


def _items(value: Any) -> list[Any]:
    tags = value.get("tags") if isinstance(value, dict) else None
    return tags if isinstance(tags, list) else []


def texts(value: Any) -> Iterator[tuple[int, str]]:
    """The tags that are words, each with its place."""
    for index, tag in enumerate(_items(value)):
        if isinstance(tag, str) and tag.strip():
            yield index, tag


@asked_once
def has_no_tags(value: Any, context: Context) -> bool:
    """Whether it says that it has no tags, by an empty list."""
    return isinstance(value, dict) and value.get("tags") == []


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
    met: set[str] = set()
    for index, tag in texts(value):
        name = name_of(tag) or tag
        if name in met:
            yield Hit(f"{shown(tag)} stands here already", ("tags", index))
        met.add(name)


def _tag_spelling(value: Any, context: Context) -> Iterator[Hit]:
    for index, tag in texts(value):
        name = name_of(tag)
        if name != tag:
            better = f"is spelled {shown(name)}" if name else "has no letter, digit or picture"
            yield Hit(f"the tag {shown(tag)} {better}", ("tags", index))


def with_tags(value: Any, tags: list[Any]) -> Any:
    """The entry with these tags; the very same where they are its own."""
    return value if tags == value.get("tags") else {**value, "tags": tags}


def _add_tags(value: Any, context: Context) -> Any:
    return {**value, "tags": []} if isinstance(value, dict) and "tags" not in value else value


def _list_tags(value: Any, context: Context) -> Any:
    if not isinstance(value, dict) or isinstance(value.get("tags", []), list):
        return value
    tags = listed(value["tags"])
    return value if tags is None else {**value, "tags": tags}


def _spell_values(value: Any, context: Context) -> Any:
    """Numbers become words and nulls go; of an object nobody can say which tag it is, so it stays."""
    tags = [tag if isinstance(tag, str) else as_tag(tag) for tag in _items(value) if tag is not None]
    return with_tags(value, tags) if _items(value) else value


def _drop_blank(value: Any, context: Context) -> Any:
    tags = [tag for tag in _items(value) if not (isinstance(tag, str) and not tag.strip())]
    return with_tags(value, tags) if _items(value) else value


def _drop_twins(value: Any, context: Context) -> Any:
    return with_tags(value, without_twins(_items(value))) if _items(value) else value


def _spell(value: Any, context: Context) -> Any:
    """Each tag as its slug; what is the same then stands once, what has no letters stays."""
    tags = _items(value)
    spelled = [(name_of(tag) or tag) if isinstance(tag, str) else tag for tag in tags]
    return value if spelled == tags else with_tags(value, without_twins(spelled))


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
        mend=_add_tags,
        unless=has_no_tags,
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
        mend=_list_tags,
        unless=has_no_tags,
    ),
    Rule(
        "S112",
        "invalid-tag-value",
        "warning",
        "A tag is not text.",
        "Numbers, nulls and objects among the tags cannot be searched or renamed, and a loader that "
        "expects a list of texts fails on the whole file.",
        _invalid_tag_value,
        "write it as a word, or remove it",
        {**_ENTRY, "tags": ["slow_burn", 7, None]},
        _GOOD,
        mend=_spell_values,
        unless=has_no_tags,
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
        mend=_drop_blank,
        unless=has_no_tags,
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
        mend=_drop_twins,
        unless=has_no_tags,
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
        mend=_spell,
        unless=has_no_tags,
    ),
)
