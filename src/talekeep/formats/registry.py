"""RoleThread Lite's `.registry.json`: JSON ↔ checked records. What they mean to a dataset is `ops`' business.

Its own reader takes all or nothing. This one takes what is sound, names what is not, and keeps keys it does
not know.
"""

import json
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from types import MappingProxyType
from typing import Any
from typing import TypeAlias

from talekeep.core import codec
from talekeep.core.errors import BadRecord
from talekeep.core.slug import slug

KIND = "rolethread.tag_registry"
SCHEMA = 1
MAX_BYTES = 256 * 2**20
# Where Talekeep puts records that RoleThread Lite has no name for; it ignores keys it does not know.
BESIDE = "talekeep"

Record: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Field:
    """What a key holds: `kind` is its type; it must be there unless it has a default."""

    kind: type
    default: Any = ...
    null: bool = False
    slug: bool = False

    def holds(self, value: Any) -> bool:
        return type(value) is self.kind


_NAME = _Field(str)
_SLUG = _Field(str, slug=True)
_REFERENCE = _Field(str, None, null=True, slug=True)
_TEXT = _Field(str, None, null=True)
_ORDER = _Field(int, 0)
_ON = _Field(bool, True)
_OFF = _Field(bool, False)
_OBJECT = _Field(dict, None, null=True)

SECTIONS: Mapping[str, Mapping[str, _Field]] = MappingProxyType(
    {
        "categories": {
            "slug": _SLUG,
            "name": _NAME,
            "sort_order": _ORDER,
            "is_active": _ON,
            "is_builtin": _OFF,
        },
        "tags": {
            "slug": _SLUG,
            "name": _NAME,
            "category_slug": _REFERENCE,
            "sort_order": _ORDER,
            "status": _Field(str, "active"),
            "is_active": _ON,
            "is_builtin": _OFF,
            "lifecycle": _OBJECT,
        },
        "aliases": {"old_slug": _SLUG, "new_slug": _REFERENCE, "action": _NAME, "metadata": _OBJECT},
        "characters": {"slug": _SLUG, "display_name": _NAME, "description": _TEXT, "is_active": _ON},
        "entry_character_mappings": {"entry_uuid": _NAME, "turns": _Field(list, ())},
        "system_prompts": {
            "slug": _SLUG,
            "name": _NAME,
            "content": _NAME,
            "description": _TEXT,
            "is_active": _ON,
        },
    }
)
_TURN: Mapping[str, _Field] = {
    "turn_index": _Field(int),
    "character_slug": _SLUG,
    "training_role": _NAME,
    "source_role_label": _TEXT,
}


@dataclass(frozen=True, slots=True)
class Registry:
    """`records` by section, each with all its keys and the unknown ones it came with; `refused` are
    (place, number, reason) of those that are not sound; `unknown` are keys outside of records; `entries`
    is how many it says the dataset has, and `saved` when it was written (ISO, UTC)."""

    dataset: str
    records: Mapping[str, list[Record]]
    refused: list[tuple[str, int, str]] = field(default_factory=list)
    unknown: tuple[str, ...] = ()
    entries: int = 0
    saved: str = ""

    def turns(self) -> dict[str, list[Record]]:
        """The turns of each entry, by its UUID."""
        return {one["entry_uuid"]: one["turns"] for one in self.records["entry_character_mappings"]}


def parse(data: bytes) -> Registry:
    """Read a registry as far as it is sound.

    Raises:
        BadRecord: it is too large, no JSON, of another kind or of another schema.
    """
    value = _decoded(data)
    metadata, dataset = value.get("metadata"), value.get("dataset")
    if not isinstance(metadata, dict) or metadata.get("kind") != KIND:
        raise BadRecord("not a registry of RoleThread Lite")
    version = metadata.get("schema_version")
    if type(version) is not int or version != SCHEMA:
        raise BadRecord(f"a registry of schema {json.dumps(version)}; this Talekeep reads {SCHEMA}")
    owner = dataset.get("dataset_uuid") if isinstance(dataset, dict) else None
    if not isinstance(owner, str) or not owner:
        raise BadRecord("the registry names no dataset")
    refused: list[tuple[str, int, str]] = []
    beside = value.get(BESIDE)
    records = {
        section: [
            *_section(value, section, refused),
            *_section(beside if isinstance(beside, dict) else {}, section, refused),
        ]
        for section in SECTIONS
    }
    unknown = tuple(sorted(value.keys() - SECTIONS.keys() - {"metadata", "dataset", BESIDE}))
    entries = dataset.get("entry_count") if isinstance(dataset, dict) else 0
    saved = metadata.get("exported_at")
    saved = f"{saved[:19]}Z" if isinstance(saved, str) else ""
    return Registry(owner, records, refused, unknown, entries if type(entries) is int else 0, saved)


def of_sections(sections: Mapping[str, list[Record]]) -> Registry:
    """The sound ones of records by section, as a registry of no dataset."""
    refused: list[tuple[str, int, str]] = []
    records = {section: [*_section({**sections}, section, refused)] for section in SECTIONS}
    return Registry("", records, refused)


def _decoded(data: bytes) -> dict[str, Any]:
    if len(data) > MAX_BYTES:
        raise BadRecord(f"a registry over {MAX_BYTES // 2**20} MiB")
    try:
        value = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise BadRecord(f"not JSON: {error}") from None
    if not isinstance(value, dict):
        raise BadRecord("not an object")
    return value


def _section(value: dict[str, Any], section: str, refused: list[tuple[str, int, str]]) -> Iterator[Record]:
    given = value.get(section, [])
    if not isinstance(given, list):
        refused.append((section, 0, "not a list"))
        return
    mapped = section == "entry_character_mappings"
    entries: set[str] = set()
    for number, item in enumerate(given, 1):
        try:
            record = _checked(item, SECTIONS[section])
            if mapped and record["entry_uuid"] in entries:
                raise BadRecord("the turns of one entry stand twice")
        except BadRecord as reason:
            refused.append((section, number, str(reason)))
            continue
        if mapped:
            entries.add(record["entry_uuid"])
            record["turns"] = list(_turns(record["turns"], number, refused))
        yield record


def _turns(given: list[Any], number: int, refused: list[tuple[str, int, str]]) -> Iterator[Record]:
    indexes: set[int] = set()
    for item in given:
        try:
            turn = _checked(item, _TURN)
            if turn["turn_index"] < 0 or turn["turn_index"] in indexes:
                raise BadRecord(f"turn_index {turn['turn_index']} is below 0 or stands twice")
        except BadRecord as reason:
            refused.append(("entry_character_mappings", number, f"a turn: {reason}"))
            continue
        indexes.add(turn["turn_index"])
        yield turn


def _checked(item: Any, fields: Mapping[str, _Field]) -> Record:
    """The record with its defaults and its slugs made canonical.

    Raises:
        BadRecord: not an object, a key is missing, has another type, or is blank.
    """
    if not isinstance(item, dict):
        raise BadRecord("not an object")
    # Refuses what could not be stored: lone surrogates, NaN, too deep nesting.
    codec.encode(item)
    return {**item, **{key: _value(item, key, wanted) for key, wanted in fields.items()}}


def _value(item: Record, key: str, wanted: _Field) -> Any:
    if key not in item:
        if wanted.default is ...:
            raise BadRecord(f"it has no {key}")
        return wanted.default
    value: Any = item[key]
    if value is None and wanted.null:
        return None
    # Not isinstance: true is no whole number.
    if not wanted.holds(value):
        raise BadRecord(f"{key} is not {_KINDS[wanted.kind]}")
    if isinstance(value, int) and abs(value) >= 2**63:
        raise BadRecord(f"{key} is too large a number")
    if wanted.slug and not slug(value):
        raise BadRecord(f"{key} has no letter or digit")
    if wanted.default is ... and isinstance(value, str) and not value.strip():
        raise BadRecord(f"{key} is blank")
    return slug(value) if wanted.slug else value


_KINDS = {str: "text", int: "a whole number", bool: "true or false", dict: "an object", list: "a list"}


def unknown_keys(record: Record, section: str) -> Record:
    """What of a record is under keys the schema does not know."""
    return {key: value for key, value in record.items() if key not in SECTIONS[section]}


def dump(
    dataset: str,
    filename: str,
    exported_at: str,
    counts: tuple[int, Mapping[str, int]],
    records: Mapping[str, list[Record]],
    beside: Mapping[str, list[Record]],
) -> bytes:
    """A registry as RoleThread Lite writes it.

    Args:
        counts: how many entries there are, and how many have each tag.
        records: the records of each section, under its name.
        beside: records that it has no name for.
    """
    metadata = {
        "schema_version": SCHEMA,
        "kind": KIND,
        "exported_at": exported_at,
        "app_name": "RoleThread Lite",
        "app_version": "1.0.0",
    }
    about = {
        "dataset_uuid": dataset,
        "filename": filename,
        "entry_count": counts[0],
        "tag_usage_counts": dict(counts[1]),
    }
    whole: Record = {"metadata": metadata, "dataset": about}
    whole |= {section: [_ordered(r, section) for r in records[section]] for section in SECTIONS}
    held = {section: [_ordered(r, section) for r in value] for section, value in beside.items() if value}
    return json.dumps(whole | ({BESIDE: held} if held else {}), ensure_ascii=False, indent=2).encode() + b"\n"


def _ordered(record: Record, section: str) -> Record:
    """The record in the order of the schema, unknown keys last."""
    return {**{key: record[key] for key in SECTIONS[section]}, **unknown_keys(record, section)}
