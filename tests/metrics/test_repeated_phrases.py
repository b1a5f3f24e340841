"""Runs of words in many entries: exact, in bounded memory."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from talekeep.metrics.repeated_phrases import Counted
from talekeep.metrics.repeated_phrases import Frequent
from talekeep.metrics.repeated_phrases import Overused
from talekeep.metrics.repeated_phrases import Repeat
from talekeep.metrics.repeated_phrases import Wanted
from talekeep.metrics.repeated_phrases import overused
from talekeep.metrics.repeated_phrases import repeats

ENTRIES = st.lists(st.lists(st.lists(st.sampled_from("abc"), max_size=9), max_size=3), max_size=8)


def counted(entries: list[list[list[str]]], least: int, shortest: int, longest: int) -> Counted:
    wanted = Wanted(shortest, longest)
    wanted.find(lambda: entries, least)
    result = Counted(wanted)
    for entry in entries:
        result.add(entry)
    return result


@given(ENTRIES)
def test_counts_are_those_of_a_plain_count(entries: list[list[list[str]]]) -> None:
    result = counted(entries, 2, 2, 4)
    times: Counter[tuple[str, ...]] = Counter()
    holding: Counter[tuple[str, ...]] = Counter()
    for entry in entries:
        here = Counter(
            tuple(text[at : at + n]) for text in entry for n in (2, 3, 4) for at in range(len(text) - n + 1)
        )
        times.update(here)
        holding.update(here.keys())
    often = {run: count for run, count in holding.items() if count >= 2}
    assert {run: result.entries[run] for run in often} == often
    assert {run: result.times[run] for run in often} == {run: times[run] for run in often}
    assert result.words == sum(len(text) for entry in entries for text in entry)


@given(st.lists(st.lists(st.integers(0, 30), max_size=10, unique=True), max_size=40), st.integers(4, 12))
def test_what_is_added_most_stays_however_little_room_there_is(added: list[list[int]], room: int) -> None:
    frequent = Frequent(room)
    true: Counter[int] = Counter()
    for keys in added:
        frequent.add(keys)
        true.update(keys)
        assert len(frequent.at_least(0)) <= room
    wanted = {key for key, count in true.items() if count > frequent.lost}
    assert wanted <= frequent.at_least(frequent.lost + 1)
    if not frequent.lost:
        assert frequent.at_least(2) == {key for key, count in true.items() if count >= 2}


def test_only_the_longest_of_runs_inside_each_other_is_told() -> None:
    lines = ["a", "smile", "tugged", "at", "the", "corner", "of"]
    entries = [[lines], [lines, lines], [["x", *lines]], [["a", "smile", "tugged", "at"]]]
    result = repeats(counted(entries, 3, 4, 6), 3, 10)
    # The run of four stands in one entry more than the others, and 3 of 4 is not almost all.
    assert result == [Repeat("a smile tugged at", 4, 5), Repeat("a smile tugged at the corner", 3, 4)]


def test_a_run_that_goes_round_is_told_once() -> None:
    entries = [[["ha", "ho"] * 6]] * 3
    assert [item.text for item in repeats(counted(entries, 3, 4, 6), 3, 10)] == ["ha ho ha ho ha ho"]


def test_overused_is_what_is_rarer_elsewhere() -> None:
    ours = {("a", "b"): 10, ("c", "d"): 10, ("e", "f"): 4}
    theirs = {("a", "b"): 10, ("c", "d"): 50}
    # 10 in 1,000 words against 10 in 5,000 is five times as often; 50 in 5,000 is the same; what is not
    # there counts as once: 4 in 1,000 against 1 in 5,000.
    assert overused(ours, 1000, theirs, 5000, 3.0) == [
        Overused("a b", 10, 10_000.0, 2_000.0),
        Overused("e f", 4, 4_000.0, 200.0),
    ]
    assert overused({}, 0, {}, 0, 3.0) == []
