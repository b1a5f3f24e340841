"""Splitting and joining: every message with all its keys is in the result, once."""

from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from talekeep.core.entry import exchanges_of
from talekeep.core.entry_edit.split_join import joined
from talekeep.core.entry_edit.split_join import opening_of
from talekeep.core.entry_edit.split_join import split
from talekeep.core.entry_edit.split_join import turns_of
from talekeep.core.errors import Refused
from talekeep.core.errors import Usage

MESSAGES = st.fixed_dictionaries(
    {"role": st.sampled_from(["system", "user", "assistant", "assistant", "user", "tool", "developer"])},
    optional={
        "content": st.text(max_size=4) | st.none(),
        "name": st.sampled_from(["wren", "mara"]),
        "weight": st.integers(0, 1),
        "tool_calls": st.lists(st.fixed_dictionaries({"id": st.text(max_size=2)}), max_size=2),
    },
)
ENTRIES = st.fixed_dictionaries(
    {"id": st.just("e"), "messages": st.lists(MESSAGES, max_size=14)},
    optional={"tags": st.lists(st.text(max_size=3), max_size=3), "score": st.integers(), "tools": st.none()},
)


def talk(*roles, **more):
    """Messages of these roles, each with a text and a key of its own."""
    letters = {"s": "system", "u": "user", "a": "assistant", "t": "tool", "d": "developer"}
    messages = [{"role": letters[r], "content": f"{r}{n}", "weight": n} for n, r in enumerate("".join(roles))]
    return {"id": "e", "messages": messages, **more}


def texts(entry):
    return " ".join(m["content"] for m in entry["messages"])


@given(ENTRIES)
def test_an_entry_can_be_split_after_each_exchange_but_the_last(entry):
    assert len(turns_of(entry["messages"])) == max(exchanges_of(entry) - 1, 0)


@given(ENTRIES, st.data())
def test_a_split_keeps_every_message_and_key_and_joining_gives_the_entry_back(entry, data):
    last = exchanges_of(entry) - 1
    if last < 1:
        with pytest.raises(Usage, match="nothing to split"):
            split(entry, [1])
        return
    after = data.draw(st.lists(st.integers(1, last), min_size=1, max_size=3))
    parts = split(entry, after)
    opening = entry["messages"][: opening_of(entry["messages"])]
    assert all(part["messages"][: len(opening)] == opening for part in parts)
    stretches = [part["messages"][len(opening) :] for part in parts]
    assert [*opening, *chain(*stretches)] == entry["messages"]
    assert sum(map(exchanges_of, parts)) == exchanges_of(entry)
    assert [part.get("id") for part in parts] == ["e", *[None] * len(set(after))]
    for part in parts:
        assert {**part, "id": "e", "messages": 0} == {**entry, "messages": 0}
    assert joined(parts).entry["messages"] == entry["messages"]


@pytest.mark.parametrize(
    ("roles", "after", "parts"),
    [
        ("suaua", [1], ["s0 u1 a2", "s0 u3 a4"]),
        ("uauaua", [1, 2], ["u0 a1", "u2 a3", "u4 a5"]),
        ("auaua", [1], ["a0 u1 a2", "u3 a4"]),
        ("suatauaa", [1], ["s0 u1 a2 t3 a4", "s0 u5 a6 a7"]),
        ("suauua", [1], ["s0 u1 a2", "s0 u3 u4 a5"]),
        ("sduasua", [1], ["s0 d1 u2 a3", "s0 d1 s4 u5 a6"]),
        ("suasaua", [1], ["s0 u1 a2 s3 a4", "s0 u5 a6"]),
        ("uauau", [1], ["u0 a1", "u2 a3 u4"]),
    ],
)
def test_where_an_exchange_ends(roles, after, parts):
    assert [texts(part) for part in split(talk(roles), after)] == parts


@pytest.mark.parametrize(
    ("roles", "after", "reason"),
    [
        ("uaua", [2], "e has 2 exchanges: it can be split after 1, not after 2"),
        ("uauaua", [0, 1, 5], "e has 3 exchanges: it can be split after 1 to 2, not after 0, 5"),
        ("uau", [1], "e has 1 exchange: nothing to split"),
        ("uaua", [], "e has 2 exchanges: it can be split after 1"),
    ],
)
def test_a_place_outside_the_entry_is_refused(roles, after, reason):
    with pytest.raises(Usage) as refused:
        split(talk(roles), after)
    assert refused.value.message == f"entry {reason}"


def test_an_entry_without_messages_can_be_neither_split_nor_joined():
    for act in (lambda e: split(e, [1]), lambda e: joined([talk("ua"), e])):
        with pytest.raises(Refused, match="no list of messages"):
            act({"id": "e", "messages": None})


def test_joining_unites_tags_and_keys_in_order():
    result = joined(
        [talk("ua", tags=["x", "y"], mood=1), {**talk("ua", tags=["z", "x"], part="b"), "id": "f"}]
    )
    assert result.entry["tags"] == ["x", "y", "z"]
    assert (result.entry["mood"], result.entry["part"], result.entry["id"]) == (1, "b", "e")
    assert (result.dropped, result.inside, result.lost) == ((), (), ())


def test_keys_that_differ_are_never_chosen_between_silently():
    pair = [talk("ua", score=1), {**talk("ua", score=2), "id": "f"}]
    with pytest.raises(Usage, match="entries e and f differ in 'score'"):
        joined(pair)
    result = joined(pair, take_first=True)
    assert (result.entry["score"], result.lost) == (1, ("score",))


def test_an_opening_that_differs_is_named_or_kept_where_it_stood():
    other = talk("sua")
    other = {**other, "id": "f", "messages": [{"role": "system", "content": "B"}, *other["messages"][1:]]}
    result = joined([talk("sua"), other])
    assert texts(result.entry) == "s0 u1 a2 u1 a2"
    assert result.dropped == ("f",)
    kept = joined([talk("sua"), other], keep_prompts=True)
    assert texts(kept.entry) == "s0 u1 a2 B u1 a2"
    assert (kept.dropped, kept.inside) == ((), ("f",))
    bare = joined([talk("ua"), other])
    assert (texts(bare.entry), bare.inside) == ("u0 a1 B u1 a2", ("f",))


def test_one_entry_alone_is_not_joined():
    with pytest.raises(Usage, match="two entries"):
        joined([talk("ua")])
