"""S116–S118: an entry's tags and the vocabulary."""

from collections.abc import Iterator
from typing import Any

from talekeep.core.tags import name_of
from talekeep.core.tags import replaced
from talekeep.rules.base import Context
from talekeep.rules.base import Hit
from talekeep.rules.base import Rule
from talekeep.rules.base import shown
from talekeep.rules.tags import has_no_tags
from talekeep.rules.tags import texts
from talekeep.rules.tags import with_tags


def _renamed_tag(value: Any, context: Context) -> Iterator[Hit]:
    for index, tag in texts(value) if context.renamed else ():
        new = context.renamed.get(name_of(tag))
        if new is not None:
            yield Hit(f"{shown(tag)} is called {shown(new)} now", ("tags", index))


def _rename(value: Any, context: Context) -> Any:
    if any(name_of(tag) in context.renamed for _, tag in texts(value)):
        return with_tags(value, replaced(value["tags"], context.renamed))
    return value


def _unknown_tag(value: Any, context: Context) -> Iterator[Hit]:
    for index, tag in texts(value) if context.tags else ():
        name = name_of(tag)
        if name and name not in context.tags and name not in context.renamed:
            yield Hit(f"{shown(tag)} is not in the vocabulary", ("tags", index))


def _archived_tag(value: Any, context: Context) -> Iterator[Hit]:
    for index, tag in texts(value):
        name = name_of(tag)
        if context.tags.get(context.renamed.get(name, name), "active") != "active":
            yield Hit(f"{shown(tag)} is archived", ("tags", index))


def _entry(*tags: str) -> dict[str, Any]:
    return {
        "id": "0193c7aa-0000-7000-8000-000000000001",
        "messages": [
            {"role": "system", "content": "You keep the lighthouse at Harrow Point."},
            {"role": "user", "content": "Who goes there?"},
            {"role": "assistant", "content": "Only the keeper, and the gulls."},
        ],
        "tags": [*tags],
    }


RULES = (
    Rule(
        "S116",
        "renamed-tag",
        "warning",
        "A tag is an old name of another.",
        "It was renamed or merged into that one, and this entry came in later or from another branch. Counts "
        "understand it, a trainer or a filter outside does not. In the example's vocabulary slow_fire was "
        "renamed slow_burn.",
        _renamed_tag,
        "write the current name",
        _entry("slow_fire"),
        _entry("slow_burn"),
        mend=_rename,
        unless=has_no_tags,
    ),
    Rule(
        "S117",
        "unknown-tag",
        "info",
        "A tag is not in the vocabulary.",
        "It came in with an import, or is misspelled. Off unless it is asked for: imported data is full "
        "of such tags: talekeep tag review lists them with counts. The example's vocabulary holds slow_burn.",
        _unknown_tag,
        "adopt the tag, merge it into another, or remove it",
        _entry("slow_brun"),
        _entry("slow_burn"),
        unless=has_no_tags,
    ),
    Rule(
        "S118",
        "archived-tag",
        "info",
        "A tag is archived.",
        "It was refused or deleted, and stands on this entry all the same. Off unless it is asked for: to "
        "archive a tag and leave it where it is, is a good choice too. The example's vocabulary holds foggy, "
        "archived.",
        _archived_tag,
        "restore the tag, merge it into another, or remove it",
        _entry("slow_burn", "foggy"),
        _entry("slow_burn"),
        unless=has_no_tags,
    ),
)
