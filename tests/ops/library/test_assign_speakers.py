"""Who speaks, message by message and by a map; names stay with their messages whatever happens around."""

import pytest

from talekeep.core.entry_edit.speakers import casting
from talekeep.core.errors import NotFound
from talekeep.core.errors import Usage
from talekeep.ops.entries import system_prompt
from talekeep.ops.library import assign_speakers
from talekeep.ops.library import characters
from talekeep.ops.library import edit_characters
from talekeep.ops.merge import undo


def texts_of(role, text, name=None):
    return {"role": role, "content": text} | ({"name": name} if name else {})


@pytest.fixture
def two(take, dataset):
    talk = [
        texts_of("system", "Fog."),
        texts_of("user", "Mara: Who?"),
        texts_of("assistant", "Me.") | {"weight": 0},
    ]
    result = take([{"messages": talk, "mood": "grey"}, {"messages": [*talk, texts_of("user", "Still?")]}])
    edit_characters.create(dataset, "Mara")
    edit_characters.create(dataset, "Wren")
    return [taken.id for taken in result.added]


def cast_of(entry):
    return [(m["role"], m.get("name")) for m in entry["messages"]]


def test_pairs_are_a_number_from_one_and_a_name():
    assert assign_speakers.pairs(["2=mara", "3=Old Tom", "4="]) == {2: "mara", 3: "Old Tom", 4: ""}


@pytest.mark.parametrize("word", ["0=mara", "x=mara", "-1=mara", "2", "²=mara", "2=…"])
def test_what_is_no_pair_is_refused(word):
    with pytest.raises(Usage):
        assign_speakers.pairs([word])
    with pytest.raises(Usage, match="twice"):
        assign_speakers.pairs(["2=mara", "02=wren"])


def test_messages_get_their_speakers_and_nothing_else_changes(dataset, two, entries):
    before = entries()
    result = assign_speakers.assign(dataset, {2: "Wren", 3: "mara"}, two)
    assert [cast_of(e)[:3] for e in entries()] == [
        [("system", None), ("user", "wren"), ("assistant", "mara")]
    ] * 2
    assert entries()[0]["messages"][2]["weight"] == 0
    assert (entries()[0]["mood"], sorted(result.changed)) == ("grey", sorted(two))
    assign_speakers.assign(dataset, {2: "", 3: ""}, two)
    assert entries() == before


def test_a_stranger_is_made_only_when_asked(dataset, two, entries):
    with pytest.raises(NotFound, match="old_tom"):
        assign_speakers.assign(dataset, {2: "Old Tom"}, two[:1])
    assign_speakers.assign(dataset, {2: "Old Tom"}, two[:1], create=True)
    assert characters.display_names(dataset, dataset.now())["old_tom"] == "Old Tom"
    assert cast_of(entries()[0])[1] == ("user", "old_tom")


def test_a_message_that_is_not_there_stops_it_all(dataset, two):
    tree = dataset.head_tree()
    with pytest.raises(Usage, match=f"{two[0]} has no message 4"):
        assign_speakers.assign(dataset, {4: "mara"}, where="")
    assert dataset.head_tree() == tree


def test_a_tools_answer_has_no_speaker(dataset, take):
    call = {"id": "1", "type": "function", "function": {"name": "look", "arguments": "{}"}}
    answer = {"role": "tool", "name": "look", "tool_call_id": "1", "content": "{}"}
    record = [texts_of("user", "?"), {"role": "assistant", "content": None, "tool_calls": [call]}, answer]
    take([{"messages": record}])
    edit_characters.create(dataset, "Mara")
    with pytest.raises(Usage, match="tool's"):
        assign_speakers.assign(dataset, {3: "mara"}, where="")


def test_a_map_goes_over_a_whole_import(dataset, take, two, entries):
    take([{"messages": [texts_of("user", "Mara: Other."), texts_of("assistant", "Yes.")]}], "other.jsonl")
    wanted = casting(["Mara=assistant:mara", "Ghost=:ghost"])
    file = assign_speakers.assign_by_map(dataset, wanted, where="source:chat.jsonl")
    assert [cast_of(e)[1] for e in entries()][:2] == [("assistant", "mara")] * 2
    assert cast_of(entries()[2])[0] == ("user", None)
    assert entries()[0]["messages"][1]["content"] == "Mara: Who?"
    assert file.notes == ("nobody speaks as Ghost",)
    assign_speakers.assign_by_map(dataset, wanted, where="source:chat.jsonl", strip=True)
    assert entries()[0]["messages"][1]["content"] == "Who?"


def test_a_map_makes_who_is_missing_and_undo_takes_all_of_it_back(dataset, two):
    tree = dataset.head_tree()
    wanted = casting(["Mara=:mara_voss"])
    with pytest.raises(NotFound, match="mara_voss"):
        assign_speakers.assign_by_map(dataset, wanted, where="")
    assign_speakers.assign_by_map(dataset, wanted, where="", create=True)
    assert characters.display_names(dataset, dataset.now())["mara_voss"] == "Mara"
    assert assign_speakers.assign_by_map(dataset, wanted, where="", create=True).files == []
    undo.undo(dataset)
    assert dataset.head_tree() == tree


def test_a_map_for_import_is_decided_before_anything_is_stored(dataset, take, entries):
    talk = [texts_of("Kai", "Late."), texts_of("Mira", "Yes."), texts_of("user", "Kai: really")]
    result = take([{"messages": talk}], speakers=casting(["Kai=assistant:kai_renner"]))
    assert result.speakers["Kai"] == "assistant:kai_renner"
    assert cast_of(entries()[0])[0] == ("assistant", "kai_renner")
    assert characters.display_names(dataset, dataset.now())["kai_renner"] == "Kai"


# Weak spot: roles are rewritten first, then a character who was refused stops the mapping.
def test_a_character_set_aside_can_be_assigned_and_a_refusal_changes_no_role(dataset, two, entries):
    before = entries()
    with pytest.raises(NotFound):
        assign_speakers.assign_by_map(dataset, casting(["Mara=assistant:stranger"]), where="")
    assert entries() == before
    edit_characters.archive(dataset, ["mara"])
    assign_speakers.assign_by_map(dataset, casting(["Mara=assistant:mara"]), where="")
    assert cast_of(entries()[0])[1] == ("assistant", "mara")


# Weak spot: a system prompt put in front shifts every mapping by one.
def test_inserting_a_system_prompt_does_not_shift_names(dataset, take, entries):
    take([{"messages": [texts_of("user", "Who?", "wren"), texts_of("assistant", "Me.", "mara")]}])
    system_prompt.set_system(dataset, "Fog.", where="")
    assert cast_of(entries()[0]) == [("system", None), ("user", "wren"), ("assistant", "mara")]


# Weak spot: an empty exchange that is taken out leaves the mappings after it on the wrong messages.
def test_a_blank_exchange_taken_out_of_the_middle_cannot_shift_names(dataset, take, entries, edit):
    blank = [texts_of("user", ""), texts_of("assistant", "")]
    first = [texts_of("user", "Who?", "wren"), texts_of("assistant", "Me.", "mara")]
    last = [texts_of("user", "You?", "ilse"), texts_of("assistant", "Aye.", "tom")]
    take([{"messages": [*first, *blank, *last]}])
    edit('{"role":"user","content":""},{"role":"assistant","content":""},', "")
    assert [name for _, name in cast_of(entries()[0])] == ["wren", "mara", "ilse", "tom"]


# Weak spot: a label learned in one dataset rewrites roles in another.
def test_what_one_dataset_learned_never_reaches_another(tmp_path, take, two, given):
    from talekeep.ops.exchange.incoming import import_files
    from talekeep.ops.project import init
    from talekeep.store.dataset import Dataset

    init.init(tmp_path / "other")
    with Dataset.open(tmp_path / "other") as other:
        record = {"messages": [texts_of("user", "Mara: Who?"), texts_of("assistant", "Me.")]}
        import_files.import_files(other, [given([record], "fresh.jsonl")])
        assert next(line.value for line in other.now().entries())["messages"] == record["messages"]
