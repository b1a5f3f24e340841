"""Alignment: which record of one version is which of the other."""

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from talekeep.core.merge.align import hunks
from talekeep.core.merge.align import keyed
from talekeep.core.merge.align import same
from talekeep.core.merge.align import steady
from talekeep.core.merge.align import weave

LETTERS = st.text("abc", max_size=12)


@pytest.mark.parametrize(
    ("a", "b"),
    [(1, True), (1, 1.0), (0, False), (0.0, -0.0), ([1], [True]), ({"a": 1}, {"a": 1.0}), (None, 0)],
)
def test_json_values_of_different_kinds_are_not_the_same(a, b):
    assert not same(a, b)


def test_the_order_of_keys_makes_no_difference_and_long_numbers_do():
    assert same({"a": 1, "b": 2}, {"b": 2, "a": 1})
    assert same({"n": 10**30}, {"n": 10**30})
    assert not same({"n": 10**30}, {"n": 10**30 + 1})


def test_no_record_hides_another():
    records = [{"id": "a"}, {"id": "a"}, {"id": 5}, {}, {}, "junk", {"id": "b"}]
    assert list(keyed(records).values()) == records


@settings(max_examples=100)
@given(LETTERS, LETTERS)
def test_hunks_turn_one_sequence_into_the_other(a, b):
    made, at = "", 0
    for i1, i2, j1, j2 in hunks(a, b):
        assert i2 > i1 or j2 > j1
        made += a[at:i1] + b[j1:j2]
        at = i2
    assert made + a[at:] == b


@settings(max_examples=100)
@given(LETTERS, LETTERS)
def test_hunks_are_as_few_edits_as_possible(a, b):
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        last, row = row, [i]
        for j, y in enumerate(b, 1):
            row.append(last[j - 1] if x == y else 1 + min(last[j], row[j - 1]))
    assert sum(i2 - i1 + j2 - j1 for i1, i2, j1, j2 in hunks(a, b)) == row[-1]


def test_hunks_give_up_past_their_limit():
    assert hunks("a" * 10, "b" * 10, limit=19) is None
    assert hunks("a" * 10, "b" * 10, limit=20) == [(0, 10, 0, 10)]


def test_steady_is_a_longest_run_in_order():
    assert steady([]) == set()
    assert steady([0, 1, 2]) == {0, 1, 2}
    assert steady([3, 0, 1, 2]) == {1, 2, 3}
    assert steady([1, 2, 0]) == {0, 1}


@settings(max_examples=100)
@given(st.permutations(range(7)))
def test_steady_is_increasing_and_longest(places):
    kept = [places[i] for i in sorted(steady(places))]
    assert kept == sorted(kept)
    longest = [1] * len(places)
    for i in range(len(places)):
        longest[i] += max([longest[j] for j in range(i) if places[j] < places[i]], default=0)
    assert len(kept) == max(longest)


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "order", "clash"),
    [
        ("abc", "abc", "abc", "abc", False),
        ("abc", "acb", "abc", "acb", False),
        ("abc", "abc", "cab", "cab", False),
        ("abc", "acb", "acb", "acb", False),
        ("abc", "acb", "cab", "acb", True),
        ("ab", "axb", "xab", "axb", False),
        ("", "xy", "yx", "xy", False),
    ],
)
def test_the_side_that_reordered_wins(base, ours, theirs, order, clash):
    woven = weave(base, ours, theirs)
    assert ("".join(woven.order), woven.clash) == (order, clash)


def test_what_one_side_alone_has_follows_its_neighbour():
    woven = weave("ab", "1a2b", "ab34")
    assert woven.ours == {None: ["1"], "a": ["2"]}
    assert woven.theirs == {"b": ["3", "4"]}


@settings(max_examples=100)
@given(*[st.permutations("abcde").flatmap(lambda p: st.integers(0, 5).map(lambda n: p[:n]))] * 3)
def test_weaving_loses_nothing_and_ignores_which_side_is_which(base, ours, theirs):
    woven, other = weave(base, ours, theirs), weave(base, theirs, ours)
    assert (woven.order, woven.clash) == (other.order, other.clash)
    assert (woven.ours, woven.theirs) == (other.theirs, other.ours)
    runs = [key for run in [*woven.ours.values(), *woven.theirs.values()] for key in run]
    assert sorted([*woven.order, *runs]) == sorted({*ours, *theirs})
