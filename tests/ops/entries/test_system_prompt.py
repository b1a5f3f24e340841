"""The same system prompt for many entries."""

import pytest

from talekeep.core.errors import NotFound
from talekeep.core.errors import Usage
from talekeep.ops.entries.system_prompt import set_system
from talekeep.ops.entries.system_prompt import system_of
from talekeep.ops.merge import undo


@pytest.fixture
def two(take, talk):
    with_one = talk("Second?", tags=["x"], mood="calm")
    with_one["messages"].insert(0, {"role": "system", "content": "Old.", "weight": 0})
    return take([talk("First?"), with_one]).added


def test_system_prompts_are_set_in_bulk_in_one_commit_and_undone(dataset, two, entries):
    before, old = dataset.head_tree(), entries()
    result = set_system(dataset, "You keep the light.", where="")
    first, second = entries()
    assert first["messages"][0] == {"role": "system", "content": "You keep the light."}
    assert second["messages"][0] == {"role": "system", "content": "You keep the light.", "weight": 0}
    assert [e["messages"][1:] for e in (first, second)] == [old[0]["messages"], old[1]["messages"][1:]]
    assert second["mood"] == "calm"
    assert len(result.changed) == 2
    assert dataset.repo.commit(result.commit).message.startswith("Set the system prompt of 2 entries\n")
    undo.undo(dataset)
    assert dataset.head_tree() == before


def test_a_new_first_message_moves_no_name_to_another_message(dataset, take, talk, entries):
    """RoleThread Lite weak spot 24: speakers kept by index are off by one after this."""
    spoken = talk()
    spoken["messages"][0]["name"], spoken["messages"][1]["name"] = "wren", "mara"
    take([spoken])
    set_system(dataset, "Night.", where="")
    assert [(m["role"], m.get("name")) for m in entries()[0]["messages"]] == [
        ("system", None),
        ("user", "wren"),
        ("assistant", "mara"),
    ]


def test_setting_the_same_prompt_again_makes_no_commit(dataset, two):
    set_system(dataset, "Night.", [two[0].id])
    assert set_system(dataset, "Night.", [two[0].id]).commit is None


def test_a_blank_prompt_and_an_unknown_entry_change_nothing(dataset, two):
    before = dataset.head_tree()
    with pytest.raises(Usage, match="needs a text"):
        set_system(dataset, " \n", where="")
    with pytest.raises(NotFound):
        set_system(dataset, "Night.", ["ffff"])
    assert dataset.head_tree() == before


def test_the_prompt_of_an_entry_can_be_taken_for_others(dataset, two):
    assert system_of(dataset, two[1].id) == "Old."
    with pytest.raises(Usage, match="has no system prompt"):
        system_of(dataset, two[0].id)
