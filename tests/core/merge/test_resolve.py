"""Resolving conflicts: each way out, and the paths that follow."""

import pytest

from talekeep.core.entry import CONFLICT_KEY
from talekeep.core.errors import NotFound
from talekeep.core.errors import Usage
from talekeep.core.merge.records import ABSENT
from talekeep.core.merge.records import merge_entry
from talekeep.core.merge.records import merge_records
from talekeep.core.merge.resolve import conflict_at
from talekeep.core.merge.resolve import resolve
from talekeep.core.merge.resolve import settle


def says(text, role="user"):
    return {"role": role, "content": text}


ONE, TWO, END = says("one one one"), says("two two two", "assistant"), says("the end", "tool")
BASE = {"id": "e", "messages": [ONE, TWO, END]}
NEW_A, NEW_B, NEW_C = says("aaa", "system"), says("bbb", "system"), says("ccc", "system")


def conflicted():
    """Both sides put messages after the first one, and both change the word in the second."""
    ours = {**BASE, "messages": [ONE, NEW_A, says("two two three", "assistant"), END]}
    theirs = {**BASE, "messages": [ONE, NEW_B, NEW_C, says("two two four", "assistant"), END]}
    return merge_entry(BASE, ours, theirs).value


RUN, WORD = ["messages", 1], ["messages", 2, "content"]


def contents(entry):
    return [message["content"] for message in entry["messages"]]


def test_the_example_has_the_two_conflicts():
    assert [one["path"] for one in conflicted()[CONFLICT_KEY]] == [RUN, WORD]


@pytest.mark.parametrize(
    ("side", "expected"),
    [("ours", ["aaa"]), ("theirs", ["bbb", "ccc"]), ("base", []), ("both", ["aaa", "bbb", "ccc"])],
)
def test_a_run_is_replaced_and_the_other_conflict_follows_its_message(side, expected):
    entry = resolve(conflicted(), RUN, side)
    assert contents(entry) == ["one one one", *expected, "two two three", "the end"]
    (left,) = entry[CONFLICT_KEY]
    assert left["path"] == ["messages", 1 + len(expected), "content"]
    assert contents(resolve(entry, left["path"], "theirs"))[-2] == "two two four"


def test_a_text_is_taken_from_either_side_or_from_both():
    entry = conflicted()
    assert contents(resolve(entry, WORD, "theirs"))[2] == "two two four"
    assert contents(resolve(entry, WORD, "base"))[2] == "two two two"
    assert contents(resolve(entry, WORD, "both"))[2] == "two two three\n\ntwo two four"


def test_a_value_of_ones_own_settles_a_conflict():
    entry = settle(conflicted(), WORD, "five")
    assert contents(entry)[2] == "five"
    assert contents(settle(entry, RUN, [])) == ["one one one", "five", "the end"]


def test_the_last_conflict_takes_the_key_with_it():
    entry = resolve(resolve(conflicted(), RUN, "ours"), WORD, "ours")
    assert CONFLICT_KEY not in entry


def test_resolving_changes_nothing_in_place():
    entry = conflicted()
    resolve(entry, RUN, "theirs")
    assert entry == conflicted()


def test_a_side_that_had_no_value_removes_the_key():
    entry = merge_entry({**BASE, "note": "a"}, {**BASE, "note": "b"}, BASE).value
    assert resolve(entry, ["note"], "theirs") == BASE
    assert resolve(entry, ["note"], "ours") == {**BASE, "note": "b"}
    absent = merge_entry({**BASE, "m": {"a": 1}}, {**BASE, "m": {}}, {**BASE, "m": {"a": 2}}).value
    assert resolve(absent, ["m", "a"], "theirs") == {**BASE, "m": {"a": 2}}
    assert settle(absent, ["m", "a"], ABSENT) == {**BASE, "m": {}}


def test_an_entry_removed_by_one_side_is_removed_or_kept():
    edited = {**BASE, "note": "edited"}
    (entry,) = merge_records([BASE], [], [edited]).records
    assert resolve(entry, [], "ours") is None
    assert resolve(entry, [], "theirs") == edited
    assert resolve(entry, [], "base") == BASE


def test_a_path_without_a_conflict_is_not_found():
    with pytest.raises(NotFound, match=r"no open conflict at messages\.0"):
        resolve(conflicted(), ["messages", 0], "ours")
    with pytest.raises(NotFound, match="the whole entry"):
        conflict_at(BASE, [])


def test_both_of_two_values_makes_no_sense():
    entry = merge_entry({**BASE, "w": 1}, {**BASE, "w": 2}, {**BASE, "w": 3}).value
    with pytest.raises(Usage):
        resolve(entry, ["w"], "both")


def test_a_place_that_is_gone_is_said_to_be_gone():
    entry = conflicted()
    with pytest.raises(NotFound, match="gone"):
        resolve({**entry, "messages": [ONE]}, WORD, "ours")
