"""What the records of a RoleThread Lite registry are in a dataset's libraries, both ways.

What a library has no field for is kept under `rolethread` in the table, and written back from there.
"""

from typing import Any

from talekeep.core.errors import BadRecord
from talekeep.core.slug import slug
from talekeep.formats.registry import Record
from talekeep.formats.registry import unknown_keys
from talekeep.library.characters import Character
from talekeep.library.prompts import Prompt
from talekeep.library.tags import TAXONOMY
from talekeep.library.tags import Category
from talekeep.library.tags import Origin
from talekeep.library.tags import Status
from talekeep.library.tags import Tag
from talekeep.library.tags import display_name

BUILT_IN = frozenset(tag for tags in TAXONOMY.values() for tag in tags)
# The category that active tags without one go to, for RoleThread Lite has none of that kind.
OTHER = "other"
_KEY = "rolethread"


def category_of(record: Record) -> Category:
    extra = unknown_keys(record, "categories") | ({} if record["is_active"] else {"is_active": False})
    return Category(name=record["name"], order=record["sort_order"], unknown=_beside(extra))


def category_record(name: str, category: Category) -> Record:
    extra = _kept(category)
    active = extra.pop("is_active", True) is not False
    return extra | {
        "slug": name,
        "name": category.name,
        "sort_order": category.order,
        "is_active": active,
        "is_builtin": name in TAXONOMY,
    }


def tag_of(record: Record) -> Tag:
    """The tag of a record.

    Raises:
        BadRecord: its status is none.
    """
    lifecycle = record["lifecycle"] or {}
    status = _status(record)
    category = record["category_slug"] or ""
    origin: Origin = ""
    if status == "archived":
        given = lifecycle.get("archive_origin")
        origin = given if given in ("imported", "deleted") else "deleted" if category else "imported"
        category = category or slug(str(lifecycle.get("previous_category_slug") or ""))
    result = Tag(
        name="" if record["name"] == display_name(record["slug"]) else record["name"],
        category=category,
        status=status,
        origin=origin,
        order=record["sort_order"],
    )
    extra = unknown_keys(record, "tags")
    if lifecycle and _plain(lifecycle) != _plain(_lifecycle(result)):
        extra["lifecycle"] = lifecycle
    return result.replaced(unknown=_beside(extra))


def _status(record: Record) -> Status:
    given = record["status"]
    if given == "uncategorized" or (given == "active" and not record["is_active"]):
        return "archived"
    if given not in ("active", "archived", "hidden"):
        raise BadRecord(f"the status {given!r} is none")
    return given  # type: ignore[no-any-return]


def tag_record(name: str, tag: Tag) -> Record:
    extra = _kept(tag)
    before = extra.pop("lifecycle", None)
    return extra | {
        "slug": name,
        "name": tag.name or display_name(name),
        "category_slug": None if tag.status == "archived" else tag.category or None,
        "sort_order": tag.order,
        "status": tag.status,
        "is_active": tag.status == "active",
        "is_builtin": name in BUILT_IN,
        "lifecycle": _current(tag, before if isinstance(before, dict) else {}),
    }


def _current(tag: Tag, before: dict[str, Any]) -> dict[str, Any]:
    """The lifecycle as it came, where it still says what the tag says; else one made from the tag."""
    made = _lifecycle(tag)
    texts = {**before, "visible_badge": before.get("visible_badge")}
    if not before or texts.get("lifecycle_state") != tag.status:
        return made
    if tag.status == "active":
        return texts | ({"assigned_category_slug": tag.category} if "assigned_category_slug" in texts else {})
    return texts if texts.get("archive_origin") == made.get("archive_origin") else made


def _lifecycle(tag: Tag) -> dict[str, Any]:
    """What RoleThread Lite notes about a tag of this status, its keys sorted."""
    if tag.status == "hidden":
        return {
            "hide_reason": "hidden_from_archive",
            "lifecycle_state": "hidden",
            "visible_badge": None,
        }
    if tag.status == "active":
        return {}
    if tag.origin == "imported":
        return {
            "archive_origin": "imported",
            "archive_reason": "unknown_import",
            "lifecycle_state": "archived",
            "visible_badge": "Imported",
        }
    return {
        "archive_origin": "deleted",
        "archive_reason": "user_soft_delete",
        "lifecycle_state": "archived",
        "previous_category_slug": tag.category or None,
        "visible_badge": "Deleted",
    }


def character_of(record: Record, labels: list[str]) -> Character:
    """The character of a record, with the labels its turns had where they are not its name."""
    extra = unknown_keys(record, "characters")
    if labels and labels != [record["display_name"]]:
        extra["labels"] = labels
    return Character(
        name=record["display_name"],
        description=record["description"] or "",
        active=record["is_active"],
        unknown=_beside(extra),
    )


def character_record(name: str, character: Character) -> Record:
    extra = _kept(character)
    extra.pop("labels", None)
    return extra | {
        "slug": name,
        "display_name": character.name,
        "description": character.description or None,
        "is_active": character.active,
    }


def label_of(character: Character) -> str:
    """The label its turns get: the one they came with, if that was always the same."""
    labels = _kept(character).get("labels")
    known = labels if isinstance(labels, list) else []
    return str(known[0]) if len(known) == 1 else character.name


def prompt_of(record: Record) -> Prompt:
    return Prompt(
        name=record["name"],
        content=record["content"],
        description=record["description"] or "",
        active=record["is_active"],
        unknown=_beside(unknown_keys(record, "system_prompts")),
    )


def prompt_record(name: str, prompt: Prompt) -> Record:
    return _kept(prompt) | {
        "slug": name,
        "name": prompt.name,
        "content": prompt.content,
        "description": prompt.description or None,
        "is_active": prompt.active,
    }


def alias_record(old: str, new: str) -> Record:
    metadata = {
        "alias_type": "rename",
        "lifecycle_state": "hidden",
        "new_slug": new,
        "old_slug": old,
        "resolver_behavior": "map_to_target",
    }
    return {"old_slug": old, "new_slug": new, "action": "rename", "metadata": metadata}


def _beside(extra: dict[str, Any]) -> dict[str, Any]:
    plain = _plain(extra)
    return {_KEY: plain} if plain else {}


def _kept(item: Category | Tag | Character | Prompt) -> dict[str, Any]:
    """What stands under `rolethread` in a table; people may have put anything there."""
    result = item.unknown.get(_KEY)
    return dict(result) if isinstance(result, dict) else {}


def _plain(value: Any) -> Any:
    """The value without nulls, which TOML has no word for."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_plain(item) for item in value if item is not None]
    return value
