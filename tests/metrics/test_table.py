"""What every metric of the table has: it measures anything, adds up, and reports on nothing at all."""

import json

from hypothesis import given
from hypothesis import strategies as st

from talekeep.metrics.profiles import PROFILES
from talekeep.metrics.table import METRICS
from talekeep.metrics.tally import total
from talekeep.testing import MetricSuite

ALL = [metric for profile in PROFILES.values() for metric in profile.metrics]


class TestEveryMetric(MetricSuite):
    metrics = ALL


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
