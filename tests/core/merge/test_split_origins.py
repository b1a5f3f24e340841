"""Which entries were split or joined: messages as they were tell, then records, and likeness alone never."""

import pytest
from tests.core.merge.test_split_entries import TEXTS
from tests.core.merge.test_split_entries import entry
from tests.core.merge.test_split_entries import joined
from tests.core.merge.test_split_entries import renamed
from tests.core.merge.test_split_entries import split

from talekeep.core.merge.align import keyed
from talekeep.core.merge.split_origins import add_likely_joins
from talekeep.core.merge.split_origins import joins
from talekeep.core.merge.split_origins import splits

A, B, C = (("A", 0), ("B", 0), ("C", 0))
FIRST, SECOND = entry("A"), entry("B", "zh")
BASE = keyed([FIRST, SECOND])


def test_messages_as_they_were_tell_a_join_and_a_split():
    assert joins(BASE, keyed([joined(FIRST, SECOND)])) == {A: [B]}
    parts = keyed([*split(FIRST, 1, names="C"), SECOND])
    assert splits(BASE, parts, BASE) == {A: [C]}


@pytest.mark.parametrize("script", TEXTS)
def test_a_join_that_changed_every_message_is_known_by_its_record_alone(script):
    first, second = entry("A"), entry("B", texts=[f"{text} Twice." for text in TEXTS[script]])
    base, side = keyed([first, second]), keyed([joined(first, renamed(second))])
    assert joins(base, side) == {}
    assert joins(base, side, {B: A}) == {A: [B]}
    assert joins(base, side, {B: C}) == {}


def test_a_record_tells_nothing_where_no_such_messages_are():
    longer = {
        **FIRST,
        "messages": [*FIRST["messages"], *entry(texts=["Snow.", "Ice, and then snow."])["messages"]],
    }
    assert joins(BASE, keyed([longer]), {B: A}) == {}


def test_what_is_only_alike_counts_where_neither_side_has_the_entry_and_they_differ():
    one, none = keyed([joined(FIRST, renamed(SECOND))]), keyed([FIRST])
    for sides, expected in (((one, none), ({A: [B]}, {})), ((one, one), ({}, {})), ((none, none), ({}, {}))):
        grown = ({}, {})
        add_likely_joins(grown, BASE, sides, ({}, {}))
        assert grown == expected
    grown = ({}, {})
    add_likely_joins(grown, BASE, (one, BASE), ({}, {}))
    assert grown == ({}, {})
