"""Duplicate, remove, split and join on a dataset: one commit each, undone to the byte, sidecars along."""

import pytest

from talekeep.core.codec import digest
from talekeep.core.errors import NotFound
from talekeep.core.errors import Refused
from talekeep.core.errors import Usage
from talekeep.ops.entries.split_join import duplicate
from talekeep.ops.entries.split_join import join
from talekeep.ops.entries.split_join import remove
from talekeep.ops.entries.split_join import split
from talekeep.ops.history.entry_log import log_entry
from talekeep.ops.merge import undo
from talekeep.ops.workspace.changeset import Draft
from talekeep.ops.workspace.select import chosen
from talekeep.ops.workspace.validation import Invalid


def story(name, exchanges=3, **more):
    """An entry with speakers, weights, a tool call and keys nobody knows, at the top and in messages."""
    messages = [{"role": "system", "content": "You keep the light.", "cache": True}]
    for n in range(exchanges):
        messages += [
            {"role": "user", "name": "wren", "content": f"{name} {n}?", "mood": [n]},
            {"role": "assistant", "name": "mara", "content": None, "tool_calls": [{"id": f"{name}{n}"}]},
            {"role": "tool", "tool_call_id": f"{name}{n}", "content": "dark"},
            {"role": "assistant", "name": "mara", "content": f"{name} {n}.", "weight": n % 2},
        ]
    return {"messages": messages, "tags": ["night"], "score": 0.5, "tools": [{"name": "look"}], **more}


@pytest.fixture
def three(dataset, take):
    """Three stories; the second has a note and a rejected reply for its last message."""
    ids = [row.id for row in take([story("one"), story("two"), story("three")]).added]
    with dataset.writing("test"):
        draft = Draft(dataset)
        result = chosen(dataset, draft.now, [ids[1]], None)[0]
        last = digest(result.entry["messages"][-1])
        known = {**result.sidecar, "note": "keep", "alternatives": [{"of": last, "content": "No."}]}
        draft.annotate(result, known)
        draft.finish("Note", "test")
    return ids


def sidecars(dataset):
    return {k: v for part in dataset.now().parts() for k, v in dataset.now().sidecars(part).items()}


def ids(entries):
    return [entry["id"] for entry in entries()]


VERBS = {
    "duplicate": lambda d, ids: duplicate(d, [ids[1]]),
    "remove": lambda d, ids: remove(d, [ids[1]]),
    "split": lambda d, ids: split(d, [1, 2], [ids[1]]),
    "join": lambda d, ids: join(d, [ids[2], ids[0]]),
}


@pytest.mark.parametrize("verb", VERBS)
def test_each_is_one_commit_that_undo_takes_back_byte_for_byte(dataset, three, verb):
    head, before = dataset.repo.head(), dataset.head_tree()
    result = VERBS[verb](dataset, three)
    made = dataset.repo.commit(result.commit)
    assert made.parents == (head,)
    assert f"Talekeep-Op: {verb}\n" in made.message
    counts = f"+{len(result.made)} ~{len(result.changed)} -{len(result.retired)}"
    assert f"Talekeep-Entries: {counts}" in made.message
    assert not dataset.now().differing(dataset.of_tree(dataset.head_tree()))
    undo.undo(dataset)
    assert dataset.head_tree() == before


def test_a_copy_stands_right_behind_with_everything_but_the_id(dataset, three, entries):
    old = entries()[1]
    result = duplicate(dataset, [three[1]])
    assert ids(entries) == [three[0], three[1], *result.made, three[2]]
    assert {**entries()[2], "id": old["id"]} == old == entries()[1]
    copied = sidecars(dataset)
    assert {**copied[result.made[0]], "id": three[1]} == copied[three[1]]


def test_removing_leaves_nothing_that_names_the_entry(dataset, three, entries):
    """RoleThread Lite weak spots 22 and (registry) 13: speakers of deleted entries stay and are counted."""
    result = remove(dataset, where="tag:night")
    assert result.retired == three
    assert (entries(), sidecars(dataset)) == ([], {})


def test_removing_everything_has_to_be_asked_for(dataset, three):
    with pytest.raises(Usage, match="no entry is named"):
        remove(dataset)


def test_a_malformed_entry_can_be_removed_and_not_reshaped(dataset, three, edit, git):
    edit('"messages":[{"role":"system"', '"messages":"gone","was":[{"role":"system"')
    git("-c", "core.hooksPath=/dev/null", "commit", "-qam", "By hand", cwd=dataset.path, check=0)
    with pytest.raises(Refused, match="no list of messages"):
        split(dataset, [1], [three[0]])
    with pytest.raises(Refused, match="no list of messages"):
        join(dataset, three[:2])
    with pytest.raises(Invalid, match="S102"):
        duplicate(dataset, [three[1]])
    assert remove(dataset, [three[0]]).retired == [three[0]]


def test_a_split_keeps_names_weights_tool_calls_and_unknown_keys(dataset, three, entries):
    """RoleThread Lite weak spots 9 and (registry) 4: split keeps only messages and tags."""
    old = entries()[1]
    result = split(dataset, [1, 2], [three[1]])
    parts = entries()[1:4]
    assert [part["id"] for part in parts] == [three[1], *result.made]
    assert (result.changed, result.retired, len(result.made)) == ([three[1]], [], 2)
    assert [m for part in parts for m in part["messages"][1:]] == old["messages"][1:]
    for part in parts:
        assert part["messages"][0] == old["messages"][0]
        assert {**part, "id": 0, "messages": 0} == {**old, "id": 0, "messages": 0}


def test_a_split_gives_every_part_its_note_and_the_rejected_reply_to_one(dataset, three):
    before = sidecars(dataset)[three[1]]
    result = split(dataset, [1, 2], [three[1]])
    after = [sidecars(dataset)[entry] for entry in (three[1], *result.made)]
    assert [line["note"] for line in after] == ["keep"] * 3
    assert [line["source"] for line in after] == [before["source"]] * 3
    assert [line.get("alternatives") for line in after] == [None, None, before["alternatives"]]


def test_a_split_that_cuts_nothing_changes_nothing(dataset, three):
    """RoleThread Lite weak spot 41: a split at no valid place still gave the entry a new id."""
    before = dataset.head_tree()
    for after in ([], [3], [0], [1, 9]):
        with pytest.raises(Usage, match="has 3 exchanges"):
            split(dataset, after, [three[1]])
    assert dataset.head_tree() == before


def test_a_split_does_not_pass_over_unsaved_changes(dataset, three, edit):
    """RoleThread Lite weak spot 23: it splits what was saved and drops what was not."""
    edit("two 1?", "two, one?")
    with pytest.raises(Refused, match="not committed"):
        split(dataset, [1], [three[1]])
    assert "two, one?" in str(dataset.now().read(dataset.now().parts()[0]))


def test_joining_keeps_every_message_and_key_and_retires_the_others(dataset, three, entries):
    """RoleThread Lite weak spots 9 and (registry) 4: join keeps only messages and tags."""
    one, two, last = entries()
    result = join(dataset, [three[2], three[0], three[1]])
    (whole,) = entries()
    assert (result.changed, result.retired, result.made) == ([three[2]], three[:2], [])
    spoken = [m for entry in (last, one, two) for m in entry["messages"][1:]]
    assert whole["messages"] == [last["messages"][0], *spoken]
    assert {**whole, "messages": 0} == {**last, "messages": 0}
    known = sidecars(dataset)
    assert known.keys() == {three[2]}
    assert known[three[2]]["note"] == "keep"
    assert known[three[2]]["alternatives"][0]["content"] == "No."
    assert [left["id"] for left in known[three[2]]["joined"]] == three[:2]


def test_a_file_imported_again_adds_nothing_of_what_was_split_copied_or_joined(dataset, three, take):
    again = [story("one"), story("two"), story("three")]
    join(dataset, three[:2])
    split(dataset, [1], [three[2]])
    duplicate(dataset, [three[0]])
    result = take(again, "again.jsonl")
    assert (result.added, len(result.same)) == ([], 3)


def test_the_history_of_an_entry_goes_on_through_a_split_and_a_join(dataset, three):
    """RoleThread Lite weak spot 42: no history of an entry."""
    split(dataset, [1, 2], [three[1]])
    join(dataset, [three[1], three[0]])
    output = log_entry(dataset, three[1])
    assert [row.subject for row in output.commits][:3] == [
        "Join 2 entries",
        "Split 1 entry into 3",
        "Import 3 entries from chat.jsonl",
    ]
    gone = log_entry(dataset, three[0])
    assert gone.commits[0].subject == "Join 2 entries"


def test_joining_an_entry_with_itself_is_refused(dataset, three):
    """RoleThread Lite weak spot 41: the same id twice only gave it a new one."""
    before = dataset.head_tree()
    with pytest.raises(Usage, match="named twice"):
        join(dataset, [three[0], three[0][:-2]])
    with pytest.raises(Usage, match="two entries"):
        join(dataset, [three[0]])
    assert dataset.head_tree() == before


def test_joining_what_was_split_gives_the_tree_back(dataset, three):
    before = dataset.head_tree()
    result = split(dataset, [1, 2], [three[1]])
    join(dataset, [three[1], *result.made])
    assert dataset.head_tree() == before


def test_a_prompt_that_differs_is_never_lost_without_a_word(dataset, take, three, entries):
    other = story("four")
    other["messages"][0]["content"] = "You steer the boat."
    fourth = take([other], "more.jsonl").added[0].id
    result = join(dataset, [three[0], fourth], dry_run=True)
    assert result.notes == (
        f"the system prompt of {fourth} differs and is left out; --keep-prompts keeps it",
    )
    kept = join(dataset, [three[0], fourth], keep_prompts=True)
    assert kept.notes == (f"the system prompt of {fourth} now stands inside the conversation",)
    assert other["messages"][0] in entries()[0]["messages"]


@pytest.mark.parametrize("verb", VERBS)
def test_a_dry_run_writes_nothing(dataset, three, verb):
    act = {"duplicate": duplicate, "remove": remove, "join": join}.get(verb)
    before = dataset.head_tree()
    result = act(dataset, three, dry_run=True) if act else split(dataset, [1], three, dry_run=True)
    assert result.changes
    assert result.commit is None
    assert dataset.head_tree() == before
    assert not dataset.now().differing(dataset.of_tree(before))


def test_without_commit_it_is_only_staged(dataset, three):
    head = dataset.repo.head()
    assert split(dataset, [1], [three[1]], commit=False).commit is None
    assert dataset.repo.head() == head
    assert dict(dataset.staged().files) == dict(dataset.now().files)


def test_an_unknown_entry_is_named(dataset, three):
    for act in (duplicate, remove, join):
        with pytest.raises(NotFound, match="ffff"):
            act(dataset, [three[0], "ffff"])
