"""What every metric promises."""

import json
from collections.abc import Sequence
from typing import Any
from typing import ClassVar

import pytest

from talekeep.core.finding import Finding
from talekeep.core.reviews import digest_of
from talekeep.metrics.base import Frame
from talekeep.metrics.base import Metric
from talekeep.metrics.tally import Tally
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
GOOD: dict[str, Any] = {
    "entry": ENTRY,
    "sidecar": {"id": ENTRY["id"], "source": {"from": "chat_jsonl", "record": 1}},
    "both": {
        "entry": ENTRY,
        "sidecar": {"reviews": {"wren": {"verdict": "approved", "of": digest_of(ENTRY)}}},
    },
    "findings": [Finding("X301", "refusal", "warning", "sounds like a refusal")],
}
JUNK: tuple[dict[str, Any], ...] = (
    *({}, {"messages": 3}, {"messages": [None, 3, {}]}, {"messages": [], "tags": {}}),
    {"messages": [{"role": 3, "name": [], "content": [None, {"text": "seen"}]}], "tags": [None, 1]},
    {"source": 3},
    {"source": {"from": {}}},
)


class MetricSuite:
    """Subclass it, and name the metrics."""

    metrics: ClassVar[Sequence[Metric]] = ()

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        if "metric" in metafunc.fixturenames:
            metafunc.parametrize("metric", self.metrics, ids=lambda metric: metric.name)

    @pytest.mark.parametrize("entries", [0, 1, 2])
    def test_it_reports_on_none_one_and_two_entries(self, metric: Metric, entries: int) -> None:
        report = metric.report(measured(metric, entries), Frame(entries=entries))
        assert json.loads(json.dumps(report)) == report
        for chart in metric.charts(report):
            assert chart.title
            assert chart.unit
            assert all(bar.count >= 0 for bar in chart.bars)
        for advice in metric.advise(report):
            assert advice.text.endswith(".")

    def test_it_measures_anything_without_an_error(self, metric: Metric) -> None:
        for value in JUNK if metric.sees != "findings" else ():
            before = json.dumps(value)
            json.dumps(metric.measure(value))
            assert json.dumps(value) == before

    def test_its_tally_survives_being_kept(self, metric: Metric) -> None:
        tally = measured(metric, 2)
        assert json.loads(json.dumps(tally)) == tally


def measured(metric: Metric, count: int = 1) -> Tally:
    """The tally of so many equal entries."""
    return total(metric.measure(GOOD[metric.sees]) for _ in range(count))
