"""RoleThread Lite's database: what only lives there comes in, and nothing of it is ever written."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.ops.exchange.rolethread_lite import RoleThread

from talekeep.core.errors import Usage
from talekeep.ops.exchange.incoming import import_files
from talekeep.ops.library.library_editor import Shelf

# The tables of RoleThread Lite 1.0.0, as SQLAlchemy makes them of its models.
TABLES = """
CREATE TABLE tag_categories (id INTEGER PRIMARY KEY, name VARCHAR(120), slug VARCHAR(120),
    sort_order INTEGER, is_active BOOLEAN);
CREATE TABLE tags (id INTEGER PRIMARY KEY, category_id INTEGER, name VARCHAR(120), slug VARCHAR(120),
    sort_order INTEGER, is_active BOOLEAN, is_builtin BOOLEAN, status VARCHAR(32));
CREATE TABLE tag_lifecycle_metadata (id INTEGER PRIMARY KEY, action VARCHAR(40), old_slug VARCHAR(120),
    new_slug VARCHAR(120), metadata_json TEXT);
CREATE TABLE characters (id INTEGER PRIMARY KEY, slug VARCHAR(120), display_name VARCHAR(120),
    description TEXT, is_active BOOLEAN);
CREATE TABLE entry_character_turns (id INTEGER PRIMARY KEY, entry_uuid VARCHAR(64), turn_index INTEGER,
    character_id INTEGER, training_role VARCHAR(32), source_role_label VARCHAR(120));
CREATE TABLE system_prompt_templates (id INTEGER PRIMARY KEY, slug VARCHAR(120), name VARCHAR(120),
    content TEXT, description TEXT, is_active BOOLEAN);
INSERT INTO tag_categories VALUES (1, 'Genre', 'genre', 1, 1), (2, 'Weather', 'weather', 8, 1);
INSERT INTO tags VALUES (1, 2, 'Heavy Rain', 'heavy_rain', 1, 1, 0, 'active'),
    (2, NULL, 'Old One', 'old_one', 0, 0, 0, 'archived'), (3, 1, 'Noir', 'noir', 1, 1, 0, 'active');
INSERT INTO tag_lifecycle_metadata VALUES
    (1, 'archive', 'old_one', NULL, '{"archive_origin": "deleted", "previous_category_slug": "weather"}'),
    (2, 'rename', 'drizzle', 'rain', '{}'), (3, 'rename', 'drizzle', 'heavy_rain', '{}');
INSERT INTO characters VALUES (1, 'mara', 'Mara', NULL, 1), (2, 'ren', 'Ren', 'Left.', 0),
    (3, 'lonely_tom', 'Lonely Tom', NULL, 1);
INSERT INTO system_prompt_templates VALUES (1, 'retired', 'Retired', 'Old words.', NULL, 0);
"""


@pytest.fixture
def database(tmp_path: Path) -> Callable[..., Path]:
    def made(*more: str, name: str = "rolethread.db") -> Path:
        place = tmp_path / name
        opened = sqlite3.connect(place)
        opened.executescript(TABLES + ";".join(more))
        opened.close()
        return place

    return made


@pytest.fixture
def take_in(dataset) -> Callable[..., Any]:
    return lambda *files, **options: import_files.import_files(
        dataset, [*files], import_files.Options(**options)
    )


def test_what_only_the_database_has_comes_in_once(dataset, take_in, database) -> None:
    place = database()
    before = place.read_bytes(), sorted(place.parent.iterdir())

    first, second = take_in(place), take_in(place)

    shelf = Shelf(dataset.now())
    assert first.refused == []
    assert (shelf.tags["heavy_rain"].category, shelf.categories["weather"].name) == ("weather", "Weather")
    assert (shelf.tags["old_one"].status, shelf.tags["old_one"].origin) == ("archived", "deleted")
    assert shelf.aliases == {"drizzle": "heavy_rain"}
    assert (shelf.characters["ren"].active, shelf.characters["lonely_tom"].name) == (False, "Lonely Tom")
    assert (shelf.prompts["retired"].content, shelf.prompts["retired"].active) == ("Old words.", False)
    assert (second.commit, second.notes) == (None, [])
    assert (place.read_bytes(), sorted(place.parent.iterdir())) == before


def test_beside_a_folder_it_completes_the_registry_and_names_who_is_inactive(
    dataset, take_in, database, tmp_path: Path
) -> None:
    rtl = RoleThread(tmp_path / "rtl")
    rtl.character("mara")
    one = rtl.add("Who is there?", "Nobody.", speakers={2: "mara"})
    turn = f"INSERT INTO entry_character_turns VALUES (1, '{one}', 1, 2, 'user', 'Ren')"
    other = "INSERT INTO entry_character_turns VALUES (2, 'not-in-the-file', 1, 2, 'user', NULL)"

    result = take_in(rtl.save(), database(turn, other))

    entry = next(dataset.now().entries()).value
    assert [message.get("name") for message in entry["messages"]] == [None, "ren", "mara"]
    assert (result.refused, result.notes) == ([], [])
    assert "heavy_rain" in Shelf(dataset.now()).tags


def test_what_is_here_already_stays_and_the_difference_is_told(dataset, take_in, database, tmp_path) -> None:
    rtl = RoleThread(tmp_path / "rtl")
    rtl.character("ren", display_name="Ren of here")
    rtl.add("Who is there?", "Nobody.", speakers={2: "ren"})
    take_in(rtl.save())

    result = take_in(database())

    assert Shelf(dataset.now()).characters["ren"].name == "Ren of here"
    assert any("character ren: name differs, kept as here" in note for note in result.notes)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda place: place.write_bytes(place.read_bytes()[:5000]), "can be read"),
        (lambda place: place.with_name("rolethread.db-journal").write_bytes(b"x"), "close RoleThread Lite"),
        (lambda place: _run(place, "DROP TABLE characters"), "no such table"),
    ],
)
def test_a_database_that_cannot_be_used_is_refused_and_costs_no_entry(
    dataset, take_in, database, tmp_path: Path, change: Any, reason: str
) -> None:
    rtl, place = RoleThread(tmp_path / "rtl"), database()
    rtl.add("Who is there?", "Nobody.")
    change(place)

    result = take_in(rtl.save(), place)

    assert [reason in refused.reason for refused in result.refused] == [True]
    assert len(result.added) == 1


def test_rows_that_are_not_sound_are_refused_one_by_one(dataset, take_in, database) -> None:
    result = take_in(database("INSERT INTO characters VALUES (9, '', 'Nobody', NULL, 1)"))

    assert ["slug has no letter" in refused.reason for refused in result.refused] == [True]
    assert "lonely_tom" in Shelf(dataset.now()).characters


def test_two_databases_at_once_are_refused(take_in, database) -> None:
    with pytest.raises(Usage, match="several databases"):
        take_in(database(), database(name="other.db"))


def _run(place: Path, statement: str) -> None:
    opened = sqlite3.connect(place)
    opened.execute(statement)
    opened.commit()
    opened.close()
