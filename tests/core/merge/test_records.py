"""The three-way merge of records: what it settles, what it leaves as conflicts, and the laws it keeps."""

import copy

import pytest

from talekeep.core.codec import encode
from talekeep.core.entry import CONFLICT_KEY
from talekeep.core.merge.records import lost
from talekeep.core.merge.records import merge_entry
from talekeep.core.merge.records import merge_keyed
from talekeep.core.merge.records import merge_records

SYSTEM = {"role": "system", "content": "You keep the lighthouse at Harrow Point."}
ASK = {"role": "user", "name": "wren", "content": "Who goes there, and what do you carry in that sack?"}
REPLY = {"role": "assistant", "name": "mara", "content": "A friend, she says, with bread and salt and oil."}
ASK2 = {"role": "user", "name": "wren", "content": "Then come up out of the rain before the tide turns."}
REPLY2 = {"role": "assistant", "name": "mara", "content": "She climbs the ninety steps and does not rest."}
BASE = {"id": "e1", "messages": [SYSTEM, ASK, REPLY, ASK2, REPLY2], "tags": ["slow_burn", "dialogue"]}


def edited(entry, *path_and_value):
    *path, last, value = path_and_value
    entry = copy.deepcopy(entry)
    place = entry
    for key in path:
        place = place[key]
    place[last] = value
    return entry


def with_messages(*messages):
    return {**BASE, "messages": list(messages)}


def clean(base, ours, theirs):
    """The value of a merge that must have no conflict, whichever side is which."""
    merged, swapped = merge_entry(base, ours, theirs), merge_entry(base, theirs, ours)
    assert merged.conflicts == swapped.conflicts == ()
    assert merged.value == swapped.value
    assert CONFLICT_KEY not in merged.value
    encode(merged.value)
    return merged.value


def conflicts(base, ours, theirs):
    """The conflicts of a merge; swapping the sides must swap their labels only."""
    merged, swapped = merge_entry(base, ours, theirs), merge_entry(base, theirs, ours)
    assert merged.value[CONFLICT_KEY] == list(merged.conflicts)
    encode(merged.value)
    names = {"ours": "theirs", "theirs": "ours"}
    assert [{names.get(k, k): v for k, v in one.items()} for one in swapped.conflicts] == [*merged.conflicts]
    return [*merged.conflicts]


def test_edits_of_different_messages_merge():
    ours = edited(BASE, "messages", 1, "content", "Who is it?")
    theirs = edited(BASE, "messages", 4, "content", "She stays below.")
    assert clean(BASE, ours, theirs) == edited(ours, "messages", 4, "content", "She stays below.")


def test_a_tag_change_beside_a_text_edit_merges():
    ours = edited(BASE, "tags", ["slow_burn", "dialogue", "storm"])
    theirs = edited(BASE, "messages", 2, "content", "No one.")
    assert clean(BASE, ours, theirs) == edited(theirs, "tags", ["slow_burn", "dialogue", "storm"])


def test_tags_are_united_minus_what_a_side_removed():
    ours = edited(BASE, "tags", ["dialogue", "storm"])
    theirs = edited(BASE, "tags", ["slow_burn", "dialogue", "calm"])
    assert clean(BASE, ours, theirs)["tags"] == ["dialogue", "calm", "storm"]


def test_tags_reordered_by_one_side_keep_that_order():
    ours = edited(BASE, "tags", ["dialogue", "slow_burn"])
    theirs = edited(BASE, "tags", ["slow_burn", "dialogue", "storm"])
    assert clean(BASE, ours, theirs)["tags"] == ["dialogue", "storm", "slow_burn"]


def test_tags_added_by_both_to_an_entry_without_any_are_united():
    base = {key: value for key, value in BASE.items() if key != "tags"}
    assert clean(base, {**base, "tags": ["b"]}, {**base, "tags": ["a"]})["tags"] == ["a", "b"]


def test_an_insertion_beside_an_edit_merges():
    new = {"role": "user", "content": "Something new."}
    ours = with_messages(SYSTEM, ASK, new, REPLY, ASK2, REPLY2)
    theirs = edited(BASE, "messages", 2, "content", "A friend, she says, with bread and salt and wine.")
    assert clean(BASE, ours, theirs)["messages"] == [SYSTEM, ASK, new, theirs["messages"][2], ASK2, REPLY2]


def test_an_exchange_deleted_by_one_side_is_gone():
    ours = with_messages(SYSTEM, ASK2, REPLY2)
    theirs = edited(BASE, "messages", 4, "content", "She climbs the ninety steps and rests twice.")
    assert clean(BASE, ours, theirs)["messages"] == [SYSTEM, ASK2, theirs["messages"][4]]


def test_deletions_of_different_messages_merge():
    ours, theirs = with_messages(SYSTEM, REPLY, ASK2, REPLY2), with_messages(SYSTEM, ASK, ASK2, REPLY2)
    assert clean(BASE, ours, theirs)["messages"] == [SYSTEM, ASK2, REPLY2]


def test_the_same_insertion_on_both_sides_stands_once():
    new = [{"role": "user", "content": "More?"}, {"role": "assistant", "content": "More."}]
    ours = edited(with_messages(*BASE["messages"], *new), "tags", ["storm"])
    assert clean(BASE, ours, with_messages(*BASE["messages"], *new))["messages"][5:] == new


def test_different_insertions_in_one_place_are_a_conflict():
    a, b = {"role": "user", "content": "Storm?"}, {"role": "user", "content": "Calm?"}
    both = {"role": "user", "content": "The same."}
    ours, theirs = with_messages(*BASE["messages"], both, a), with_messages(*BASE["messages"], both, b)
    assert conflicts(BASE, ours, theirs) == [
        {"path": ["messages", 6], "base": [], "ours": [a], "theirs": [b]}
    ]
    assert merge_entry(BASE, ours, theirs).value["messages"] == ours["messages"]


def test_a_longer_continuation_is_not_taken_for_a_shorter_one():
    a, b = {"role": "user", "content": "Storm?"}, {"role": "assistant", "content": "Calm."}
    ours, theirs = with_messages(*BASE["messages"], a), with_messages(*BASE["messages"], a, b)
    assert conflicts(BASE, ours, theirs) == [{"path": ["messages", 6], "base": [], "ours": [], "theirs": [b]}]


def test_a_message_edited_here_and_deleted_there_is_a_conflict():
    ours = edited(BASE, "messages", 2, "content", "A friend, she says, with bread and salt and wine.")
    theirs = with_messages(SYSTEM, ASK, ASK2, REPLY2)
    expected = {"path": ["messages", 2], "base": [REPLY], "ours": [ours["messages"][2]], "theirs": []}
    assert conflicts(BASE, ours, theirs) == [expected]
    assert merge_entry(BASE, theirs, ours).value["messages"] == theirs["messages"]


def test_words_apart_in_one_message_merge():
    ours = edited(BASE, "messages", 2, "content", REPLY["content"].replace("A friend", "A stranger"))
    theirs = edited(BASE, "messages", 2, "content", REPLY["content"].replace("oil", "wine"))
    merged = clean(BASE, ours, theirs)["messages"][2]["content"]
    assert merged == "A stranger, she says, with bread and salt and wine."


def test_words_that_touch_are_a_conflict_on_the_text():
    ours = edited(BASE, "messages", 2, "content", REPLY["content"].replace("bread", "wine"))
    theirs = edited(BASE, "messages", 2, "content", REPLY["content"].replace("bread", "cheese"))
    path = ["messages", 2, "content"]
    texts = [entry["messages"][2]["content"] for entry in (BASE, ours, theirs)]
    expected = dict(zip(("path", "base", "ours", "theirs"), (path, *texts), strict=True))
    assert conflicts(BASE, ours, theirs) == [expected]
    assert merge_entry(BASE, ours, theirs).value["messages"] == ours["messages"]


def test_speaker_and_text_of_one_message_merge():
    ours = edited(BASE, "messages", 2, "name", "ada")
    theirs = edited(BASE, "messages", 2, "content", "A friend, she says, with bread and salt and wine.")
    assert clean(BASE, ours, theirs)["messages"][2] == {**theirs["messages"][2], "name": "ada"}


def test_a_message_moved_here_and_edited_there_is_moved_and_edited():
    ours = with_messages(SYSTEM, ASK2, REPLY2, ASK, REPLY)
    theirs = edited(BASE, "messages", 1, "content", ASK["content"].replace("sack", "bag"))
    assert clean(BASE, ours, theirs)["messages"] == [SYSTEM, ASK2, REPLY2, theirs["messages"][1], REPLY]


def test_two_different_orders_of_the_messages_are_one_conflict():
    ours, theirs = (
        with_messages(SYSTEM, ASK2, REPLY2, ASK, REPLY),
        with_messages(SYSTEM, REPLY, ASK, ASK2, REPLY2),
    )
    (results,) = conflicts(BASE, ours, theirs)
    assert results["path"] == ["messages"]
    assert results["theirs"] == theirs["messages"]
    assert merge_entry(BASE, ours, theirs).value["messages"] == ours["messages"]


def test_unknown_keys_merge_key_by_key():
    base = {**BASE, "meta": {"a": 1, "b": {"c": 1, "d": 1}, "gone": 1}}
    ours = {**BASE, "meta": {"a": 2, "b": {"c": 1, "d": 2}, "gone": 1, "new": None}}
    theirs = {**BASE, "meta": {"a": 1, "b": {"c": 2, "d": 1}}, "other": [1]}
    merged = clean(base, ours, theirs)
    assert merged["meta"] == {"a": 2, "b": {"c": 2, "d": 2}, "new": None}
    assert merged["other"] == [1]


def test_an_absent_side_is_left_out_of_a_conflict():
    base, ours, theirs = {**BASE, "meta": 1}, BASE, {**BASE, "meta": 2}
    assert conflicts(base, ours, theirs) == [{"path": ["meta"], "base": 1, "theirs": 2}]
    assert "meta" not in merge_entry(base, ours, theirs).value
    assert conflicts(BASE, {**BASE, "meta": None}, theirs) == [{"path": ["meta"], "ours": None, "theirs": 2}]


def test_one_true_and_one_point_zero_are_three_values():
    base, ours, theirs = {**BASE, "w": 1}, {**BASE, "w": True}, {**BASE, "w": 1.0}
    assert merge_entry(base, ours, base).value["w"] is True
    assert len(conflicts(base, ours, theirs)) == 1


@pytest.mark.parametrize("odd", [None, "x", 5, {"role": "user"}])
def test_messages_that_are_no_list_are_one_value(odd):
    expected = {"path": ["messages"], "base": BASE["messages"], "ours": odd, "theirs": [SYSTEM]}
    assert conflicts(BASE, {**BASE, "messages": odd}, with_messages(SYSTEM)) == [expected]


def test_a_message_that_is_no_object_changed_by_both_is_a_run_of_one():
    base = with_messages(SYSTEM, "a")
    result = conflicts(base, with_messages(SYSTEM, "b"), with_messages(SYSTEM, "c"))
    assert result == [{"path": ["messages", 1], "base": ["a"], "ours": ["b"], "theirs": ["c"]}]


def test_conflicts_that_were_open_before_stay_open():
    first = {"path": ["note"], "ours": "a", "theirs": "b"}
    ours = {**BASE, "note": "a", CONFLICT_KEY: [first]}
    merged = merge_entry(BASE, {**ours, "meta": 1}, {**BASE, "meta": 2})
    assert merged.conflicts == (first, {"path": ["meta"], "ours": 1, "theirs": 2})


def test_a_conflict_resolved_by_one_side_stays_resolved():
    open_one = {**BASE, "note": "a", CONFLICT_KEY: [{"path": ["note"], "ours": "a", "theirs": "b"}]}
    merged = merge_entry(open_one, {**BASE, "note": "b"}, {**open_one, "tags": []})
    assert merged.value == {**BASE, "note": "b", "tags": []}
    assert merged.conflicts == ()


def record(name, text="x"):
    return {"id": name, "messages": [{"role": "user", "content": text}]}


A, B, C, D, E = (record(name) for name in "abcde")


def merged_ids(base, ours, theirs):
    merged, swapped = merge_records(base, ours, theirs), merge_records(base, theirs, ours)
    assert merged.conflicts == swapped.conflicts == ()
    assert merged.records == swapped.records
    assert lost(base, ours, theirs, merged.records) == []
    return "".join(one["id"] for one in merged.records)


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "expected"),
    [
        ([A, B], [A, B, C], [A, B, D], "abcd"),
        ([A, B], [A, C, B], [D, A, B], "dacb"),
        ([A, B, C], [A, C], [A, B, C, D], "acd"),
        ([A, B, C], [A, C], [A, B], "a"),
        ([A, B, C], [C, A, B], [A, B, C, D], "cdab"),
        ([A, B, C], [B, C], [C, A, B, D], "cbd"),
        ([A, B], [A, B, C], [C, A, B], "abc"),
        ([], [A, C], [B], "acb"),
        ([A], [A], [], ""),
    ],
)
def test_records_merge_by_id_in_order(base, ours, theirs, expected):
    assert merged_ids(base, ours, theirs) == expected


def test_a_record_removed_here_and_edited_there_is_kept_with_a_conflict():
    changed = record("b", "changed")
    merged = merge_records([A, B, C], [A, C], [A, changed, C])
    conflict = {"path": [], "base": B, "theirs": changed}
    assert merged.conflicts == (("b", conflict),)
    assert merged.records == [A, {**changed, CONFLICT_KEY: [conflict]}, C]
    swapped = merge_records([A, B, C], [A, changed, C], [A, C])
    assert swapped.conflicts == (("b", {"path": [], "base": B, "ours": changed}),)


def test_one_id_added_by_both_with_different_content_is_a_conflict():
    merged = merge_records([], [record("a", "here")], [record("a", "there")])
    assert [(name, conflict["path"]) for name, conflict in merged.conflicts] == [("a", ["messages", 0])]


def test_one_id_added_by_both_with_equal_content_stands_once():
    assert merge_records([], [A, B], [B]).records == [A, B]


def test_repeated_ids_and_records_without_any_are_all_kept():
    ours, theirs = [A, A, {"note": 1}, "junk"], [A, {"note": 2}]
    merged = merge_records([A], ours, theirs)
    assert sorted(map(str, merged.records)) == sorted(map(str, [A, A, {"note": 1}, "junk", {"note": 2}]))


def test_lost_names_a_record_that_nobody_removed():
    assert lost([A, B], [A, B, C], [A, B], [A, B]) == ["c"]
    assert lost([A, B], [A, record("b", "edited")], [A], [A]) == ["b"]
    assert lost([A, B], [A], [A, B], [A]) == []


def test_sidecar_lines_merge_their_suppressions_as_a_set():
    base = {"id": "a", "suppress": [{"rule": "S101", "reason": "x"}]}
    ours = {"id": "a", "suppress": [{"rule": "S101", "reason": "x"}, {"rule": "T2", "reason": "y"}]}
    theirs = {"id": "a", "suppress": [{"rule": "A1", "reason": "z"}], "note": "seen"}
    assert {one["rule"] for one in clean(base, ours, theirs)["suppress"]} == {"A1", "T2"}


def test_library_tables_merge_by_slug():
    base = {"mara": {"name": "Mara"}, "wren": {"name": "Wren"}}
    ours = {"mara": {"name": "Mara", "active": False}, "wren": {"name": "Wren"}, "ada": {"name": "Ada"}}
    theirs = {"mara": {"name": "Mara Vey"}}
    merged = merge_keyed(base, ours, theirs)
    assert {key: one.value for key, one in merged.items()} == {
        "mara": {"name": "Mara Vey", "active": False},
        "ada": {"name": "Ada"},
    }


def test_a_plain_value_under_a_slug_reports_its_conflict():
    merged = merge_keyed({"old": "a"}, {"old": "b"}, {"old": "c"})
    assert merged["old"].value == "b"
    assert merged["old"].conflicts == ({"path": [], "base": "a", "ours": "b", "theirs": "c"},)


def test_many_unchanged_records_merge_at_the_cost_of_a_comparison():
    base = [record(f"{n:05}", "word " * 50) for n in range(5000)]
    theirs = [*base[:10], record("00010", "new"), *base[11:]]
    ours = [*base, record("99999")]
    merged = merge_records(base, ours, theirs)
    assert merged.conflicts == ()
    assert merged.records == [*theirs, record("99999")]


@pytest.mark.parametrize("field", ["note", "description", "reasoning_content", "content"])
def test_prose_of_two_branches_merges_by_words(field: str) -> None:
    base, ours, theirs = (
        {"id": "a", field: text}
        for text in ("the old lamp burns low", "the new lamp burns low", "the old lamp burns high")
    )

    merged = merge_keyed({"a": base}, {"a": ours}, {"a": theirs})["a"]

    assert merged.conflicts == ()
    assert merged.value[field] == "the new lamp burns high"
