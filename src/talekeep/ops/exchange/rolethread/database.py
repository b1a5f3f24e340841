"""RoleThread Lite's own database (`rolethread.db`, or a backup of it): what its registries leave out.

A registry holds what the entries of one dataset use. Unused tags, empty categories, inactive characters with
their turns and inactive prompts are in the database alone, which is one for all datasets of a user. Source of
the tables: RoleThread Lite 1.0.0, `core/models.py`.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from talekeep.core.errors import BadRecord
from talekeep.formats import registry
from talekeep.formats.registry import Record
from talekeep.formats.registry import Registry
from talekeep.library.tags import TAXONOMY

_MAX_BYTES = 256 * 2**20
# A table of a file that was made to keep a program busy is given up after so many steps.
_MOST_STEPS = 200_000_000

_CATEGORIES = "SELECT slug, name, sort_order, is_active FROM tag_categories ORDER BY sort_order, name, slug"
_TAGS = """
    SELECT t.slug, t.name, c.slug AS category_slug, t.sort_order, t.status, t.is_active, t.is_builtin
    FROM tags t LEFT JOIN tag_categories c ON c.id = t.category_id ORDER BY t.sort_order, t.name, t.slug"""
_LIFECYCLE = "SELECT action, old_slug, new_slug, metadata_json FROM tag_lifecycle_metadata ORDER BY id"
_CHARACTERS = "SELECT slug, display_name, description, is_active FROM characters ORDER BY display_name, slug"
_TURNS = """
    SELECT t.entry_uuid, t.turn_index, c.slug AS character_slug, t.training_role, t.source_role_label
    FROM entry_character_turns t JOIN characters c ON c.id = t.character_id
    ORDER BY t.entry_uuid, t.turn_index"""
_PROMPTS = """
    SELECT slug, name, content, description, is_active FROM system_prompt_templates ORDER BY name, slug"""
_ALIASES = ("rename", "merge")
_CURRENT = (
    *("import_archived", "import_uncategorized", "archive", "restore"),
    *("assign_category", "hide", "delete"),
)
# A registry says true and false, SQLite 1 and 0.
_SWITCHES = ("is_active", "is_builtin")


def read_database(file: Path) -> Registry:
    """What the database holds, as one registry of no dataset.

    Raises:
        BadRecord: it is another program's, damaged, too large, or in use.
    """
    if file.stat().st_size > _MAX_BYTES:
        raise BadRecord(f"a database over {_MAX_BYTES // 2**20} MiB")
    for ending in ("-wal", "-journal"):
        beside = file.with_name(file.name + ending)
        if beside.is_file() and beside.stat().st_size:
            raise BadRecord(f"{beside.name} lies beside it: close RoleThread Lite first")
    try:
        # Immutable: nothing is locked, and nothing is written beside it.
        opened = sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
        with closing(opened):
            opened.row_factory = sqlite3.Row
            opened.execute("PRAGMA trusted_schema = OFF")
            opened.set_progress_handler(lambda: 1, _MOST_STEPS)
            sections = _sections(opened)
    except (sqlite3.Error, OverflowError, UnicodeError) as error:
        raise BadRecord(f"no database of RoleThread Lite that can be read: {error}") from None
    return registry.of_sections(sections)


def _sections(opened: sqlite3.Connection) -> dict[str, list[Record]]:
    lifecycle = [*_rows(opened, _LIFECYCLE)]
    current = {row["old_slug"]: _metadata(row) for row in lifecycle if row["action"] in _CURRENT}
    categories = [{**row, "is_builtin": row["slug"] in TAXONOMY} for row in _rows(opened, _CATEGORIES)]
    turns: dict[str, list[Record]] = {}
    for row in _rows(opened, _TURNS):
        turns.setdefault(str(row.pop("entry_uuid")), []).append(row)
    return {
        "categories": categories,
        "tags": [{**row, "lifecycle": current.get(row["slug"], {})} for row in _rows(opened, _TAGS)],
        "aliases": [*_aliases(lifecycle)],
        "characters": [*_rows(opened, _CHARACTERS)],
        "entry_character_mappings": [{"entry_uuid": uuid, "turns": rows} for uuid, rows in turns.items()],
        "system_prompts": [*_rows(opened, _PROMPTS)],
    }


def _rows(opened: sqlite3.Connection, query: str) -> Iterator[Record]:
    for row in opened.execute(query):
        record: Record = dict(zip(row.keys(), row, strict=True))
        yield {**record, **{key: bool(record[key]) for key in _SWITCHES if key in record}}


def _aliases(lifecycle: list[Record]) -> Iterator[Record]:
    """Old names of tags; of several rows for one name the newest counts."""
    newest = {row["old_slug"]: row for row in lifecycle if row["action"] in _ALIASES and row["old_slug"]}
    for row in newest.values():
        yield {key: row[key] for key in ("old_slug", "new_slug", "action")} | {"metadata": _metadata(row)}


def _metadata(row: Record) -> dict[str, Any]:
    try:
        value = json.loads(row["metadata_json"] or "{}")
    except (ValueError, TypeError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def completed(known: Registry | None, database: Registry) -> Registry:
    """A registry with what only the database has; what both have is as the registry says."""
    if known is None:
        return database
    records = {
        section: [*rows, *_missing(section, rows, database.records[section])]
        for section, rows in known.records.items()
    }
    refused = [*known.refused, *database.refused]
    return Registry(known.dataset, records, refused, known.unknown, known.entries, known.saved)


def _missing(section: str, rows: list[Record], others: list[Record]) -> Iterator[Record]:
    key = {"aliases": "old_slug", "entry_character_mappings": "entry_uuid"}.get(section, "slug")
    here = {row[key]: row for row in rows}
    for other in others:
        if other[key] not in here:
            yield other
        elif section == "entry_character_mappings":
            # Turns of inactive characters are left out of a registry one by one.
            turns = here[other[key]]["turns"]
            known = {turn["turn_index"] for turn in turns}
            turns += [turn for turn in other["turns"] if turn["turn_index"] not in known]
