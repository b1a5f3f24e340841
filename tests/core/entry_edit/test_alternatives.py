"""Other replies of an entry: one is put in place, and nothing is lost."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from talekeep.core.codec import digest
from talekeep.core.entry_edit.alternatives import by_message
from talekeep.core.entry_edit.alternatives import choose
from talekeep.core.entry_edit.alternatives import has_unreadable
from talekeep.core.errors import Usage

USER, REPLY, MORE = (
    {"role": "user", "content": "Hi"},
    {"role": "assistant", "content": "Hey."},
    {"role": "user", "content": "Bye"},
)
ENTRY = {"id": "x", "messages": [USER, REPLY, MORE]}
OTHER = {"of": digest(REPLY), "kind": "swipe", "messages": [{"role": "assistant", "content": "Hello!"}]}
THIRD = {"of": digest(REPLY), "kind": "swipe", "messages": [{"role": "assistant", "content": "Yo."}]}
BRANCH = {**OTHER, "kind": "branch", "to_end": True, "model": "m"}


def test_a_swipe_replaces_its_message_alone() -> None:
    entry, sidecar = choose(ENTRY, {"alternatives": [OTHER, THIRD]}, 1, 0)

    assert entry["messages"] == [USER, OTHER["messages"][0], MORE]
    assert [one["messages"] for one in by_message(entry, sidecar)[1]] == [[REPLY], THIRD["messages"]]


def test_a_branch_replaces_all_that_follows() -> None:
    entry, sidecar = choose(ENTRY, {"alternatives": [BRANCH]}, 1, 0)

    assert entry["messages"] == [USER, OTHER["messages"][0]]
    assert by_message(entry, sidecar)[1][0]["messages"] == [REPLY, MORE]


@pytest.mark.parametrize(("place", "number"), [(1, 2), (0, 0), (7, 0), (-1, 0)])
def test_what_is_not_there_is_refused(place: int, number: int) -> None:
    with pytest.raises(Usage):
        choose(ENTRY, {"alternatives": [OTHER, THIRD]}, place, number)


@given(st.lists(st.sampled_from([OTHER, THIRD, BRANCH]), min_size=1, max_size=4), st.data())
def test_choosing_twice_gives_the_entry_back_and_loses_no_message(known: list, data: st.DataObject) -> None:
    known = json.loads(json.dumps(known))
    number = data.draw(st.integers(0, len(known) - 1))
    entry, sidecar = choose(ENTRY, {"alternatives": known}, 1, number)
    again, back = choose(entry, sidecar, 1, number)

    assert again == ENTRY
    assert [one["messages"] for one in back["alternatives"]] == [one["messages"] for one in known]
    kept = json.dumps([entry, sidecar])
    assert all(json.dumps(m) in kept for one in known for m in one["messages"])


def test_a_spoiled_sidecar_is_no_alternative() -> None:
    for spoiled in (None, 3, ["x"], [{"of": digest(REPLY)}], [{"of": digest(REPLY), "messages": []}]):
        assert by_message(ENTRY, {"alternatives": spoiled}) == {}
        assert has_unreadable({"alternatives": spoiled}) == bool(spoiled)
    assert not has_unreadable({"alternatives": [OTHER]})
    assert has_unreadable({"alternatives": [OTHER, {"of": digest(REPLY)}]})
