"""What every metric of the table has: it measures anything, adds up, and reports on nothing at all."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from talekeep.core.finding import Finding
from talekeep.metrics.base import Frame
from talekeep.metrics.base import Metric
from talekeep.metrics.profiles import PROFILES
from talekeep.metrics.table import METRICS
from talekeep.metrics.tally import total

ENTRY = {
    "id": "0193c7a0-0000-7000-8000-000000000001",
    "messages": [
        {"role": "system", "content": "You keep the lighthouse at Harrow Point."},
        {"role": "user", "name": "wren", "content": "Who goes there?"},
        {"role": "assistant", "name": "mara", "content": '*She lifts the lamp.* "A friend," she says.'},
    ],
    "tags": ["slow_burn"],
}
GOOD = {
    "entry": ENTRY,
    "sidecar": {"id": ENTRY["id"], "source": {"from": "chat_jsonl", "record": 1}},
    "findings": [Finding("X301", "refusal", "warning", "sounds like a refusal")],
}
JUNK = (
    *({}, {"messages": 3}, {"messages": [None, 3, {}]}, {"messages": [], "tags": {}}),
    {"messages": [{"role": 3, "name": [], "content": [None, {"text": "seen"}]}], "tags": [None, 1]},
    {"source": 3},
    {"source": {"from": {}}},
)
ALL = [metric for profile in PROFILES.values() for metric in profile.metrics]
names = pytest.mark.parametrize("metric", ALL, ids=lambda metric: metric.name)


def measured(metric: Metric, count: int = 1) -> dict:
    return total(metric.measure(GOOD[metric.sees]) for _ in range(count))


@names
@pytest.mark.parametrize("entries", [0, 1, 2])
def test_reports_on_none_one_and_two_entries(metric: Metric, entries: int):
    found = metric.report(measured(metric, entries), Frame(entries=entries))
    assert json.loads(json.dumps(found)) == found
    for chart in metric.charts(found):
        assert chart.title
        assert chart.unit
        assert all(bar.count >= 0 for bar in chart.bars)
    for advice in metric.advise(found):
        assert advice.text.endswith(".")


@names
def test_measures_anything_without_a_word(metric: Metric):
    for value in JUNK if metric.sees != "findings" else ():
        json.dumps(metric.measure(value))


@names
def test_a_tally_survives_being_kept(metric: Metric):
    tally = measured(metric, 2)
    assert json.loads(json.dumps(tally)) == tally


def test_names_are_told_apart():
    assert len({metric.name for metric in ALL}) == len(ALL)
    assert set(METRICS) <= set(ALL)


TALLIES = st.lists(
    st.fixed_dictionaries(
        {"n": st.integers()},
        optional={
            "table": st.dictionaries(st.sampled_from("abc"), st.integers()),
            "ids": st.lists(st.text()),
        },
    )
)


@given(TALLIES, TALLIES)
def test_a_sum_of_sums_is_the_sum(first: list, second: list):
    assert total([total(first), total(second)]) == total([*first, *second])


@given(TALLIES)
def test_adding_changes_no_tally(tallies: list):
    before = json.dumps(tallies)
    total(tallies)
    assert json.dumps(tallies) == before
