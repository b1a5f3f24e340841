"""What changed between two versions of a dataset, entry by entry."""

import dataclasses
import json
import time

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from talekeep.core.merge.diff import FieldChange
from talekeep.core.merge.diff import changes


def entry(name, *texts, **more):
    messages = [{"role": "user", "content": text} for text in texts]
    return {"id": name, "messages": messages, "tags": ["a"], **more}


A, B, C, D = (entry(name, f"{name} says something") for name in "abcd")


def summary(before, after):
    return [(change.kind, change.id) for change in changes(before, after)]


def test_equal_versions_do_not_differ():
    assert changes([A, B], [A, json.loads(json.dumps(B))]) == []


def test_added_and_removed_entries_are_named_with_their_content():
    removed, added = changes([A, B], [B, C])
    assert (removed.kind, removed.id, removed.before, removed.after) == ("removed", "a", A, None)
    assert (added.kind, added.id, added.before, added.after) == ("added", "c", None, C)


def test_an_insertion_moves_nothing():
    assert summary([A, B, C], [D, A, B, C]) == [("added", "d")]


def test_only_the_entry_that_was_moved_is_named():
    assert summary([A, B, C, D], [D, A, B, C]) == [("moved", "d")]
    assert summary([A, B, C, D], [B, C, D, A]) == [("moved", "a")]


def test_a_moved_and_edited_entry_is_a_change_that_says_so():
    (change,) = changes([A, B, C], [entry("c", "other"), A, B])
    assert (change.kind, change.id, change.moved) == ("changed", "c", True)


def test_messages_are_paired_and_unchanged_ones_named():
    before = entry("x", "one two three", "four five six", "seven")
    after = entry("x", "one two three", "new and unlike", "four five nine")
    (change,) = changes([before], [after])
    kinds = [(m.kind, m.before, m.after) for m in change.messages]
    assert kinds == [("unchanged", 0, 0), ("inserted", None, 1), ("edited", 1, 2), ("deleted", 2, None)]
    assert change.messages[2].fields == (
        FieldChange(("content",), "changed", "four five six", "four five nine"),
    )
    assert change.fields == ()


def test_a_message_moved_inside_its_entry_is_called_moved():
    (change,) = changes([entry("x", "one", "two", "three")], [entry("x", "three", "one", "two")])
    assert [m.kind for m in change.messages] == ["moved", "unchanged", "unchanged"]


def test_speaker_and_weight_of_a_message_are_its_fields():
    before, after = entry("x", "hi"), entry("x", "hi")
    before["messages"][0]["name"] = "mara"
    after["messages"][0]["weight"] = 0
    (change,) = changes([before], [after])
    assert set(change.messages[0].fields) == {
        FieldChange(("name",), "removed", before="mara"),
        FieldChange(("weight",), "added", after=0),
    }


def test_tags_are_added_and_removed_by_name():
    (change,) = changes([entry("x", tags=["a", "b"])], [entry("x", tags=["b", "c"])])
    assert (change.tags_added, change.tags_removed, change.fields, change.messages) == (
        ("c",),
        ("a",),
        (),
        (),
    )


def test_reordered_tags_are_still_a_change_one_can_see():
    (change,) = changes([entry("x", tags=["a", "b"])], [entry("x", tags=["b", "a"])])
    assert change.fields == (FieldChange(("tags",), "changed", ["a", "b"], ["b", "a"]),)


def test_other_keys_are_compared_down_to_the_value():
    (change,) = changes(
        [entry("x", meta={"a": 1, "b": {"c": 1}})], [entry("x", meta={"a": 1, "b": {"c": True}})]
    )
    assert change.fields == (FieldChange(("meta", "b", "c"), "changed", 1, True),)


@pytest.mark.parametrize("odd", [None, "x", {"role": "user"}, 5])
def test_malformed_messages_are_compared_as_a_value(odd):
    (change,) = changes([entry("x", "hi")], [{**entry("x"), "messages": odd}])
    assert change.fields == (FieldChange(("messages",), "changed", entry("x", "hi")["messages"], odd),)


def test_repeated_and_missing_ids_are_compared_all_the_same():
    assert summary([A, A, {"note": 1}], [A, {"note": 2}]) == [
        ("removed", "a"),
        ("removed", ""),
        ("added", ""),
    ]


RECORDS = st.lists(st.sampled_from("abcdef"), unique=True).flatmap(
    lambda names: st.tuples(*[st.builds(entry, st.just(name), st.sampled_from(["x", "y"])) for name in names])
)


@settings(max_examples=100)
@given(RECORDS, RECORDS)
def test_every_difference_is_named_once_and_can_be_written_as_json(before, after):
    result = changes(before, after)
    json.dumps([dataclasses.asdict(change) for change in result])
    old, new = {e["id"]: e for e in before}, {e["id"]: e for e in after}
    by_kind = {
        kind: {c.id for c in result if c.kind == kind} for kind in ("added", "removed", "changed", "moved")
    }
    assert sum(map(len, by_kind.values())) == len(result)
    assert by_kind["added"] == new.keys() - old.keys()
    assert by_kind["removed"] == old.keys() - new.keys()
    assert by_kind["changed"] == {name for name in old.keys() & new.keys() if old[name] != new[name]}
    moved = {c.id for c in result if c.moved}
    still = [name for name in new if name in old and name not in moved]
    assert still == sorted(still, key=list(old).index)


@pytest.mark.slow
def test_ten_thousand_unchanged_entries_are_compared_in_a_moment():
    before = [entry(f"{n:05}", *["word " * 60] * 6) for n in range(10_000)]
    after = json.loads(json.dumps([*before[:5000], *before[5001:]]))
    started = time.process_time()
    assert summary(before, after) == [("removed", "05000")]
    assert time.process_time() - started < 3
