"""Entries written by hand: what is saved, what is refused, and what happened meanwhile."""

import pytest

from talekeep.core.codec import digest
from talekeep.core.errors import NotFound
from talekeep.core.errors import Refused
from talekeep.core.errors import Usage
from talekeep.core.script import script
from talekeep.ops.entries.add_edit import add
from talekeep.ops.entries.add_edit import begin
from talekeep.ops.entries.add_edit import save
from talekeep.ops.entries.split_join import remove
from talekeep.ops.entries.system_prompt import set_system
from talekeep.ops.merge import undo
from talekeep.ops.workspace.changeset import Draft
from talekeep.ops.workspace.select import chosen
from talekeep.ops.workspace.validation import Invalid

ID = "123e4567-e89b-42d3-a456-426614174000"


def scene(exchanges=20):
    """Forty messages with speakers, weights, tool calls and keys nobody knows."""
    messages = []
    for n in range(exchanges):
        messages.append({"role": "user", "name": "wren", "content": f"Question {n}?", "mood": {"n": n}})
        reply = {"role": "assistant", "name": "mara", "content": f"Answer {n}.", "weight": n % 2}
        if n % 5 == 0:
            reply |= {"content": None, "tool_calls": [{"id": f"c{n}", "function": {"name": "look"}}]}
        messages.append(reply)
    return {"id": ID, "messages": messages, "tags": ["night"], "score": 0.5, "source": {"book": 1}}


@pytest.fixture
def long(take, entries):
    take([scene()])
    return entries()[0]


def test_an_edit_keeps_names_weights_tool_calls_and_unknown_keys(dataset, long, entries):
    """RoleThread Lite weak spots 9 and (registry) 4: a full edit keeps only messages and tags."""
    before = dataset.head_tree()
    text = script.render(begin(dataset, ID[:8]))
    result = save(dataset, long, script.parse(text.replace("Answer 7.", "Answer seven.")))
    assert (result.made, result.changed, result.retired) == ([], [ID], [])
    edited = entries()[0]
    assert edited["messages"][15].pop("content") == "Answer seven."
    long["messages"][15].pop("content")
    assert edited == long
    undo.undo(dataset)
    assert dataset.head_tree() == before


def test_taking_an_exchange_out_moves_no_speaker(dataset, long, entries):
    """RoleThread Lite weak spot (registry) 12: speakers kept by number go to other messages."""
    kept = long["messages"][:10] + long["messages"][12:]
    save(dataset, long, {**long, "messages": kept})
    assert entries()[0]["messages"] == kept


def test_messages_can_be_put_in_another_order(dataset, long, entries):
    """RoleThread Lite weak spot 42: no reorder."""
    turned = long["messages"][2:4] + long["messages"][:2] + long["messages"][4:]
    result = save(dataset, long, {**long, "messages": turned})
    assert entries()[0]["messages"] == turned
    assert {m.kind for m in result.changes[0].messages} == {"moved", "unchanged"}


def test_an_edit_may_leave_the_id_out_and_never_change_it(dataset, long):
    without = {key: value for key, value in long.items() if key != "id"}
    assert save(dataset, long, without).commit is None
    with pytest.raises(Usage, match="cannot be changed"):
        save(dataset, long, {**long, "id": ID.replace("0", "1")})


def test_alternatives_stay_with_the_message_that_was_edited(dataset, long):
    with dataset.writing("test"):
        draft = Draft(dataset)
        result = chosen(dataset, draft.now, [ID], None)[0]
        rejected = {"of": digest(long["messages"][3]), "content": "No."}
        draft.annotate(result, {**result.sidecar, "alternatives": [rejected]})
        draft.finish("Reject", "test")
    edited = {**long["messages"][3], "content": "Answer one, and more."}
    save(dataset, long, {**long, "messages": [*long["messages"][:3], edited, *long["messages"][4:]]})
    known = dataset.now().sidecars(dataset.now().parts()[0])[ID]
    assert known["alternatives"] == [{"of": digest(edited), "content": "No."}]


def test_a_change_made_meanwhile_elsewhere_in_the_entry_is_merged(dataset, long, entries):
    """RoleThread Lite weak spot 15: what changed meanwhile is overwritten."""
    base = begin(dataset, ID)
    set_system(dataset, "Night.", [ID])
    result = save(dataset, base, {**base, "tags": ["night", "kept"]})
    assert "merged" in result.notes[0]
    assert entries()[0]["tags"] == ["night", "kept"]
    assert entries()[0]["messages"][0] == {"role": "system", "content": "Night."}


def test_a_change_made_meanwhile_in_the_same_place_is_not_overwritten(dataset, long, entries):
    base = begin(dataset, ID)
    save(dataset, base, {**base, "score": 1})
    with pytest.raises(Refused, match=r"changed meanwhile in the same place \(score\)"):
        save(dataset, base, {**base, "score": 2})
    assert entries()[0]["score"] == 1
    remove(dataset, [ID])
    with pytest.raises(Refused, match="removed meanwhile"):
        save(dataset, base, {**base, "score": 2})


def test_an_edit_begins_only_on_what_is_committed(dataset, long, edit):
    edit("Answer 7.", "Answer seven.")
    with pytest.raises(Refused, match="not committed"):
        begin(dataset, ID)
    with pytest.raises(NotFound):
        begin(dataset, "ffff")


def test_an_edit_that_leaves_an_error_is_refused(dataset, long):
    before = dataset.head_tree()
    with pytest.raises(Invalid, match="S10"):
        save(dataset, long, {**long, "messages": []})
    assert dataset.head_tree() == before


def test_added_entries_go_to_the_end_with_prompt_and_tags(dataset, long, talk, entries):
    before = dataset.head_tree()
    result = add(dataset, [talk("One?"), talk("Two?", tags=["x"])], system="Night.", tags=["Slow Burn", "x"])
    one, two = entries()[1:]
    assert [one["id"], two["id"]] == result.made
    assert [one["tags"], two["tags"]] == [["slow_burn", "x"], ["x", "slow_burn"]]
    assert one["messages"][0] == two["messages"][0] == {"role": "system", "content": "Night."}
    message = dataset.repo.commit(result.commit).message
    assert message.startswith("Add 2 entries\n\nTalekeep-Op: add\nTalekeep-Entries: +2 ~0 -0")
    undo.undo(dataset)
    assert dataset.head_tree() == before


def test_an_id_is_kept_if_it_is_free(dataset, long, talk):
    free = ID.replace("0", "7")
    assert add(dataset, [talk(id=free)]).made == [free]
    with pytest.raises(Usage, match="is here already"):
        add(dataset, [talk(id=ID)])
    with pytest.raises(Usage, match="is no UUID"):
        add(dataset, [talk(id="7")])
    with pytest.raises(Usage, match="no letter or digit"):
        add(dataset, [talk()], tags=["?!"])


def test_an_entry_with_an_error_is_not_added(dataset, long):
    before = dataset.head_tree()
    with pytest.raises(Invalid):
        add(dataset, [{"tags": []}])
    assert dataset.head_tree() == before
