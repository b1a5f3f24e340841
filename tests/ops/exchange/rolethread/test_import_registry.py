"""What a registry says meets what the dataset says: the dataset's word stands, each difference is told."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID
from uuid import uuid5

import pytest

from talekeep.library import characters
from talekeep.library import prompts
from talekeep.library.tags import resolve
from talekeep.ops.exchange.incoming import import_files
from talekeep.ops.library import vocabulary
from talekeep.store import libraries

HOME = "0b5e0c6e-2f5c-4c0e-9a53-0f6f3c1d2e11"
ID = "123e4567-e89b-42d3-a456-426614174000"
GENRE = {"slug": "genre", "name": "Genre", "sort_order": 5}
NOIR = {"slug": "noir", "name": "Noir", "category_slug": "genre", "sort_order": 1}


def rename(old: str, new: str | None, action: str = "rename") -> dict[str, Any]:
    return {"old_slug": old, "new_slug": new, "action": action, "metadata": {}}


def turn(index: int, character: str, role: str = "user", label: str | None = None) -> dict[str, Any]:
    return {
        "turn_index": index,
        "character_slug": character,
        "training_role": role,
        "source_role_label": label,
    }


@pytest.fixture
def take_in(dataset, tmp_path: Path) -> Callable[..., import_files.Imported]:
    """Import one stamped entry with a registry of these sections; by another name it is another dataset."""

    def taken(owner: str = "", name: str = "harbor", **sections: Any) -> import_files.Imported:
        entry, home = (
            (ID, HOME) if name == "harbor" else (str(uuid5(UUID(ID), name)), str(uuid5(UUID(HOME), name)))
        )
        owner = owner or home
        stamp = {
            "native": True,
            "entry_uuid": entry,
            "dataset_uuid": home,
            "validated_at": "x",
            "version": "1",
        }
        talk = [{"role": "user", "content": "Who?"}, {"role": "assistant", "content": "I."}]
        record = {"messages": talk, "tags": ["noir"], "_rolethread": stamp}
        (tmp_path / f"{name}.jsonl").write_text(json.dumps(record) + "\n")
        metadata = {"schema_version": 1, "kind": "rolethread.tag_registry", "exported_at": "now"}
        about = {"dataset_uuid": owner, "filename": "x"}
        whole = {"metadata": metadata, "dataset": about} | sections
        (tmp_path / f"{name}.registry.json").write_text(json.dumps(whole))
        return import_files.import_files(dataset, [tmp_path / f"{name}.jsonl"])

    return taken


@pytest.fixture
def words(dataset) -> Callable[[], Any]:
    return lambda: libraries.vocabulary(dataset.now())


@pytest.fixture
def cast(dataset) -> Callable[[], dict[str, characters.Character]]:
    return lambda: libraries.read(dataset.now(), characters.KIND, characters.Character)


def test_turns_become_names_wherever_they_stand(take_in, entries, cast) -> None:
    mara = {"slug": "mara", "display_name": "Mara", "description": "keeper", "is_active": False}
    mapping = {"entry_uuid": ID, "turns": [turn(0, "mara", label="M."), turn(1, "Wren", "assistant")]}

    result = take_in(characters=[mara], entry_character_mappings=[mapping])

    assert [m["name"] for m in entries()[0]["messages"]] == ["mara", "wren"]
    assert (cast()["mara"].active, cast()["mara"].description) == (False, "keeper")
    assert cast()["mara"].unknown == {"rolethread": {"labels": ["M."]}}
    assert result.notes == ["harbor.registry.json: character wren: named by turns, described nowhere"]
    assert result.libraries["characters"] == ["mara", "wren"]


def test_a_turn_without_a_character_costs_no_name(take_in, entries, cast) -> None:
    """Weak spot 11.1 #7: a mapping to unknown characters wipes the one that was there."""
    take_in(entry_character_mappings=[{"entry_uuid": ID, "turns": [turn(0, "nobody_known")]}])

    assert entries()[0]["messages"][0]["name"] == "nobody_known"
    assert cast()["nobody_known"].name == "Nobody Known"


def test_turns_that_do_not_fit_are_told(take_in, entries) -> None:
    wrong = [turn(0, "mara", "assistant"), turn(9, "mara")]
    absent = {"entry_uuid": "another", "turns": [turn(0, "mara")]}

    result = take_in(entry_character_mappings=[{"entry_uuid": ID, "turns": wrong}, absent])

    assert [note.partition(": ")[2] for note in result.notes][:3] == [
        f"entry {ID}, message 0: mara spoke as assistant, the role is user",
        f"entry {ID}, message 9: there is none to be spoken by mara",
        "the turns of 1 entry that are not in the file",
    ]
    assert entries()[0]["messages"][0]["name"] == "mara"


def test_the_dataset_keeps_its_word_and_the_difference_is_told(take_in, words, dataset) -> None:
    prompt = {"slug": "scene", "name": "Scene", "content": "You narrate."}
    mara = {"slug": "mara", "display_name": "Mara"}
    take_in(categories=[GENRE], tags=[NOIR], characters=[mara], system_prompts=[prompt])
    before = {n: dataset.now().optional(f"library/{n}.toml") for n in ("tags", "characters", "prompts")}

    result = take_in(
        categories=[GENRE | {"name": "Genres"}],
        tags=[NOIR | {"sort_order": 7}],
        characters=[mara | {"description": "taller"}],
        system_prompts=[prompt | {"content": "You stay silent."}],
        name="again",
    )

    assert result.notes == [
        "again.registry.json: category genre: name differs, kept as here ('Genres' → 'Genre')",
        "again.registry.json: tag noir: order differs, kept as here (7 → 1)",
        "again.registry.json: character mara: description differs, kept as here ('taller' → '')",
        "again.registry.json: prompt scene: content differs, kept as here"
        " ('You stay silent.' → 'You narrate.')",
    ]
    assert before == {n: dataset.now().optional(f"library/{n}.toml") for n in before}


def test_a_tag_that_waited_is_adopted_as_the_file_has_it(take_in, words) -> None:
    take_in(tags=[NOIR | {"status": "archived", "category_slug": None, "is_active": False}])
    assert words().tags["noir"].origin == "imported"

    result = take_in(categories=[GENRE], tags=[NOIR], name="again")

    assert (words().tags["noir"].status, words().tags["noir"].category) == ("active", "genre")
    assert "waited to be adopted" in result.notes[0]


def test_a_renamed_tag_does_not_rise_again(dataset, take_in, words) -> None:
    """Weak spot 11.2 #16: another dataset's registry makes the old tag anew, over its alias."""
    take_in(tags=[NOIR | {"slug": "dark"}], aliases=[rename("noir", "dark")], categories=[GENRE])

    result = take_in(tags=[NOIR], name="other")

    assert "noir" not in words().tags
    assert resolve(words(), "noir").slug == "dark"
    assert result.notes[-1] == "other.registry.json: tag noir: an old name of dark here, not made again"


def test_a_renamed_category_does_not_rise_again(dataset, take_in, words) -> None:
    """Weak spot 11.2 #16: it comes back under its old name, and every tag in it is a conflict."""
    take_in(tags=[NOIR], categories=[GENRE])
    vocabulary.rename_category(dataset, "Genre", "Kind of story")

    result = take_in(tags=[NOIR], categories=[GENRE], name="other")

    assert [category.name for category in words().categories.values()] == ["Kind of story"]
    assert words().tags["noir"].category == "genre"
    kept = "category genre: name differs, kept as here ('Genre' → 'Kind of story')"
    assert result.notes == [f"other.registry.json: {kept}"]


def test_chains_of_aliases_come_whole(take_in, words) -> None:
    """Weak spot 11.2 #17: steps between are cut off, because no tag of theirs is there."""
    take_in(
        tags=[NOIR], categories=[GENRE], aliases=[rename("a", "b"), rename("b", "c"), rename("c", "noir")]
    )

    assert words().aliases == {"a": "b", "b": "c", "c": "noir"}
    assert resolve(words(), "a").slug == "noir"


def test_aliases_in_a_circle_to_nowhere_or_over_a_tag_are_told(take_in, words) -> None:
    result = take_in(
        tags=[NOIR],
        categories=[GENRE],
        aliases=[
            rename("a", "b"),
            rename("b", "a"),
            rename("gone", None),
            rename("noir", "x"),
            rename("c", "noir", "merge"),
            rename("a", "noir"),
        ],
    )

    assert words().aliases == {"a": "b", "c": "noir"}
    assert [note.partition(": ")[2] for note in result.notes] == [
        "alias gone: leads nowhere, not kept",
        "alias noir → x: noir is a tag of its own, not kept",
        "alias c → noir: kept as a rename, not as 'merge'",
        "alias a → noir: leads to b here, not kept",
    ]
    assert [r.reason for r in result.refused] == ["aliases, 2: alias b → a would lead in a circle"]


def test_what_its_own_import_would_trust_is_looked_at(take_in, words) -> None:
    """Weak spot 11.2 #18: any status, any mark of being built in, any spelling gets past its guards."""
    result = take_in(
        categories=[GENRE | {"is_builtin": True}, GENRE | {"slug": "genre_2", "is_active": False}],
        tags=[
            NOIR | {"slug": "Neo Noir", "is_builtin": True},
            NOIR | {"slug": "odd", "status": "paused"},
            NOIR | {"slug": "approved", "category_slug": "status", "status": "archived", "is_active": False},
            NOIR | {"slug": "secret", "status": "hidden"},
            NOIR | {"slug": "old", "status": "uncategorized", "category_slug": None},
        ],
    )

    assert [note.partition(": ")[2] for note in result.notes] == [
        "category genre: marked as built in, which it is not",
        "tag neo_noir: marked as built in, which it is not",
    ]
    assert [r.reason for r in result.refused] == ["tags, odd: the status 'paused' is none"]
    assert words().categories["genre_2"].unknown == {"rolethread": {"is_active": False}}
    states = {name: (tag.status, tag.origin) for name, tag in words().tags.items()}
    assert states == {
        "neo_noir": ("active", ""),
        "approved": ("archived", "deleted"),
        "secret": ("hidden", ""),
        "old": ("archived", "imported"),
    }


def test_unknown_keys_of_records_stay_with_them(take_in, dataset) -> None:
    prompt = {
        "slug": "scene",
        "name": "Scene",
        "content": "You narrate.",
        "mood": {"a": [1, None]},
        "n": None,
    }

    result = take_in(system_prompts=[prompt], future=[1])

    scene = libraries.read(dataset.now(), prompts.KIND, prompts.Prompt)["scene"]
    assert scene.unknown == {"rolethread": {"mood": {"a": [1]}}}
    assert result.notes == ["harbor.registry.json: the key 'future' of the registry is not kept"]


def test_a_text_too_long_for_a_library_is_set_aside_alone(take_in, dataset) -> None:
    long = {"slug": "long", "name": "Long", "content": "a" * 70_000}

    result = take_in(system_prompts=[long, long | {"slug": "short", "content": "b"}])

    assert [*libraries.read(dataset.now(), prompts.KIND, prompts.Prompt)] == ["short"]
    assert "longer than 64 KiB" in result.refused[0].reason


def test_a_registry_of_another_dataset_brings_nothing(take_in, entries, words) -> None:
    mapping = {"entry_uuid": ID, "turns": [turn(0, "mara")]}

    result = take_in(owner=ID, tags=[NOIR], entry_character_mappings=[mapping])

    assert [r.reason for r in result.refused] == [f"it belongs to the dataset {ID}, the entries to {HOME}"]
    assert (len(result.added), result.libraries, words().tags) == (1, {}, {})
    assert "name" not in entries()[0]["messages"][0]


@pytest.mark.parametrize(
    "change", [{"metadata": {"schema_version": 2, "kind": "rolethread.tag_registry"}}, {"dataset": []}]
)
def test_a_registry_that_cannot_be_used_costs_no_entry(take_in, tmp_path: Path, change: Any) -> None:
    """Weak spot 11.1 #8: it is passed over, and written over at the next save."""
    result = take_in(**change)

    assert len(result.added) == 1
    assert [(r.file, r.line) for r in result.refused] == [("harbor.registry.json", 0)]
    whole = json.loads((tmp_path / "harbor.registry.json").read_text())
    assert {key: whole[key] for key in change} == change
