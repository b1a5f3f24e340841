"""Who is in the library, who speaks, and how names change in both at once."""

import json

import pytest

from talekeep.core.errors import NotFound
from talekeep.core.errors import Refused
from talekeep.core.errors import Usage
from talekeep.ops.exchange import export
from talekeep.ops.library import characters
from talekeep.ops.library import edit_characters
from talekeep.ops.merge import undo


def texts_of(role, text, name=None):
    return {"role": role, "content": text} | ({"name": name} if name else {})


@pytest.fixture
def cast(take, dataset):
    """Three entries; Mara and Al are in the library, wren and Ilse only speak."""
    prompt = texts_of("system", "You are Mara. Al's boat is late, as always.")
    first = [prompt, texts_of("user", "Who?", "wren"), texts_of("assistant", "Me.", "mara") | {"weight": 0}]
    tool = {"role": "tool", "name": "mara", "tool_call_id": "1", "content": "{}"}
    second = [texts_of("user", "And?", "Ilse Moor"), texts_of("assistant", "Mara: me.", "mara"), tool]
    result = take(
        [
            {"messages": first},
            {"messages": second},
            {"messages": [texts_of("user", "x"), texts_of("assistant", "y")]},
        ]
    )
    edit_characters.create(dataset, "Mara", description="keeps the light")
    edit_characters.create(dataset, "Al")
    return [taken.id for taken in result.added]


def names(entries):
    return [[m.get("name") for m in e["messages"]] for e in entries()]


def test_usage_counts_messages_and_entries_and_names_strangers(dataset, cast):
    rows = characters.listed(dataset).characters
    assert [(r.slug, r.known, r.messages, r.entries) for r in rows] == [
        ("al", True, 0, 0),
        ("ilse_moor", False, 1, 1),
        ("mara", True, 2, 2),
        ("wren", False, 1, 1),
    ]
    used = characters.listed(dataset, used=True).characters
    assert [r.slug for r in used] == ["ilse_moor", "mara", "wren"]
    assert characters.listed(dataset, inactive=True).characters == []
    assert characters.display_names(dataset, dataset.now()) == {"mara": "Mara", "al": "Al"}


def test_show_says_where_a_character_speaks_and_is_named(dataset, cast):
    mara = characters.show(dataset, "MARA")
    assert (mara.character.description, mara.roles, mara.prompts) == (
        "keeps the light",
        {"assistant": 2},
        [cast[0]],
    )
    assert characters.show(dataset, "ilse moor").character.known is False
    with pytest.raises(NotFound, match="nobody"):
        characters.show(dataset, "nobody")


@pytest.mark.parametrize("name", ["恋愛", "Élodie", "Zoë O'Neill", "हिन्दी", "Old Tom"])
def test_names_of_any_script_are_good_characters(dataset, name):
    edit_characters.create(dataset, name)
    result = characters.listed(dataset).characters[0]
    assert (result.name, bool(result.slug)) == (name, True)
    with pytest.raises(Refused, match="already"):
        edit_characters.create(dataset, name.upper())


def test_distinct_accented_names_do_not_collide(dataset):
    for name in ("Elodie", "Élodie", "Eládie"):
        edit_characters.create(dataset, name)
    assert len(characters.listed(dataset).characters) == 3


def test_a_taken_or_empty_name_is_refused(dataset, cast):
    with pytest.raises(Refused, match="already: Mara"):
        edit_characters.create(dataset, "mara")
    with pytest.raises(Usage, match="letter or digit"):
        edit_characters.create(dataset, "…")
    edit_characters.create(dataset, "Mara", given="mara_two")
    edit_characters.archive(dataset, ["al"])
    with pytest.raises(Refused) as refused:
        edit_characters.create(dataset, "Al")
    assert refused.value.hint == "talekeep character restore al"


def test_editing_keeps_the_slug_and_every_message(dataset, cast, entries):
    before = entries()
    edit_characters.edit(dataset, "mara", display="Mara Voss", description="")
    mara = characters.read(dataset.now())["mara"]
    assert (mara.name, mara.description, entries()) == ("Mara Voss", "", before)
    with pytest.raises(Usage):
        edit_characters.edit(dataset, "mara")
    with pytest.raises(Usage, match="needs a name"):
        edit_characters.edit(dataset, "mara", display=" ")


def test_a_rename_reaches_library_and_messages_in_one_commit(dataset, cast, entries):
    tree = dataset.head_tree()
    result = edit_characters.rename(dataset, "mara", "Mara Voss")
    assert sorted(result.changed) == sorted(cast[:2])
    assert names(entries)[:2] == [[None, "wren", "mara_voss"], ["Ilse Moor", "mara_voss", "mara"]]
    assert [m["content"] for m in entries()[1]["messages"]][1] == "Mara: me."
    assert entries()[0]["messages"][2]["weight"] == 0
    known = characters.read(dataset.now())
    assert (known["mara_voss"].name, known["mara_voss"].description) == ("Mara Voss", "keeps the light")
    assert "mara" not in known
    undo.undo(dataset)
    assert dataset.head_tree() == tree


def test_a_rename_can_be_turned_round(dataset, cast):
    tree = dataset.head_tree()
    edit_characters.rename(dataset, "mara", "keeper")
    edit_characters.rename(dataset, "keeper", "mara")
    assert dataset.head_tree() == tree


def test_an_export_to_sharegpt_calls_the_renamed_by_their_new_name(dataset, take, tmp_path):
    turns = [{"from": "Kai", "value": "Late."}, {"from": "Mira", "value": "Yes."}]
    take([{"conversations": turns}])
    tree = dataset.head_tree()
    edit_characters.rename(dataset, "kai", "Kai Renner")
    result = export.export(dataset, tmp_path / "out.jsonl", format="sharegpt")
    assert result.losses == {}
    assert '"from":"Kai Renner"' in (tmp_path / "out.jsonl").read_text()
    edit_characters.rename(dataset, "kai_renner", "kai")
    edit_characters.edit(dataset, "kai", display="Kai")
    export.export(dataset, tmp_path / "again.jsonl", format="sharegpt")
    assert json.loads((tmp_path / "again.jsonl").read_text())["conversations"][1] == turns[1]
    for _ in range(3):
        undo.undo(dataset)
    assert dataset.head_tree() == tree


def test_two_characters_become_one_only_when_asked(dataset, cast, entries):
    with pytest.raises(Refused, match="already") as refused:
        edit_characters.rename(dataset, "wren", "mara")
    assert "--merge" in refused.value.hint
    edit_characters.rename(dataset, "al", "mara", merge=True)
    edit_characters.rename(dataset, "wren", "mara", merge=True)
    assert names(entries)[0] == [None, "mara", "mara"]
    assert list(characters.read(dataset.now())) == ["mara"]
    assert characters.read(dataset.now())["mara"].description == "keeps the light"


def test_a_speaker_of_free_words_is_renamed_to_its_slug(dataset, cast, entries):
    edit_characters.rename(dataset, "ilse moor", "ilse moor")
    assert names(entries)[1][0] == "ilse_moor"
    with pytest.raises(NotFound):
        edit_characters.rename(dataset, "nobody", "x")


# Weak spot: deactivating deletes a character's messages' names for good.
def test_deactivating_never_touches_a_message_and_is_undone_by_activating(dataset, cast, entries):
    before, tree = entries(), dataset.head_tree()
    result = edit_characters.archive(dataset, ["mara", "al"])
    assert entries() == before
    assert [(r.slug, r.messages) for r in characters.listed(dataset, inactive=True).characters] == [
        ("al", 0),
        ("mara", 2),
    ]
    assert result.notes == (
        f"the system prompt of {cast[0]} still names Mara",
        f"the system prompt of {cast[0]} still names Al",
    )
    edit_characters.restore(dataset, ["mara", "al"])
    assert dataset.head_tree() == tree


# Weak spot: Al is "found" in always.
def test_references_are_whole_words(dataset, take):
    take(
        [
            {
                "messages": [
                    texts_of("system", "Normal, as always."),
                    texts_of("user", "x"),
                    texts_of("assistant", "y"),
                ]
            }
        ]
    )
    edit_characters.create(dataset, "Al")
    assert edit_characters.archive(dataset, ["al"]).notes == ()


def test_one_unknown_name_and_nobody_is_set_aside(dataset, cast):
    tree = dataset.head_tree()
    with pytest.raises(NotFound):
        edit_characters.archive(dataset, ["mara", "nobody"])
    assert dataset.head_tree() == tree


def test_only_who_never_speaks_can_be_removed(dataset, cast):
    with pytest.raises(Refused, match="speaks in 2 entries"):
        edit_characters.delete(dataset, "mara")
    edit_characters.delete(dataset, "al")
    assert list(characters.read(dataset.now())) == ["mara"]


# Weak spot: entries deleted long ago still count.
def test_a_removed_entry_counts_no_more(dataset, cast, edit):
    line = next(line for line in dataset.now().entries() if line.value["id"] == cast[0])
    edit(line.data.decode() + "\n", "")
    assert characters.show(dataset, "mara").character.entries == 1


def test_a_dry_run_changes_nothing(dataset, cast):
    tree = dataset.head_tree()
    assert edit_characters.rename(dataset, "mara", "m", dry_run=True).changed
    assert edit_characters.archive(dataset, ["al"], dry_run=True).files == ["library/characters.toml"]
    assert dataset.head_tree() == tree


def test_unknown_keys_of_a_character_stay(dataset):
    path = dataset.path / "library/characters.toml"
    path.parent.mkdir(exist_ok=True)
    path.write_text('[mara]\nname = "Mara"\ncolour = "grey"\n')
    from talekeep.ops.history import commit

    commit.commit(dataset, "By hand")
    edit_characters.edit(dataset, "mara", description="x")
    edit_characters.rename(dataset, "mara", "m")
    assert 'colour = "grey"' in path.read_text()
