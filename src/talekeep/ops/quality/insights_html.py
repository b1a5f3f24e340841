"""Insights as one page of HTML, by the template `insights.html`: no scripts, no links, nothing loaded."""

from collections.abc import Mapping
from dataclasses import dataclass

from talekeep.metrics.base import Chart
from talekeep.ops.quality.charts_svg import Picture
from talekeep.ops.quality.charts_svg import meter
from talekeep.ops.quality.charts_svg import picture_of
from talekeep.ops.quality.charts_svg import ring
from talekeep.ops.quality.insights import Insights
from talekeep.ops.quality.insights import Section
from talekeep.ops.quality.insights import Since
from talekeep.ops.workspace.html import render

_Counts = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class _Row:
    """One row of the table beside a chart."""

    label: str
    count: int
    share: str
    where: str


@dataclass(frozen=True, slots=True)
class _Figure:
    """A chart as the page shows it; `before` are the counts it had, by label, where they are compared."""

    title: str
    unit: str
    note: str
    picture: Picture | None
    bars: list[_Row]
    before: _Counts | None

    @property
    def has_shares(self) -> bool:
        return any(bar.share for bar in self.bars)

    @property
    def has_queries(self) -> bool:
        return any(bar.where for bar in self.bars)


def page(
    all_insights: Insights, *, dataset: str, where: str | None = None, revision: str | None = None
) -> str:
    """The whole page.

    Args:
        dataset: its name; where, revision: what was measured, if not all of it as it lies in the folder.
    """
    before = _counts_before(all_insights.since)
    differences = all_insights.since.differences if all_insights.since is not None else ()
    return render(
        "insights.html",
        dataset=dataset,
        all_insights=all_insights,
        where=where,
        revision=revision,
        since=all_insights.since,
        # `exchanges.median` is a figure, `score` and the names of categories are scores.
        score_changes=[d for d in differences if "." not in d.figure],
        figure_changes=[d for d in differences if "." in d.figure],
        ring=ring(all_insights.score, all_insights.label),
        meters=[meter(category.score, 25) for category in all_insights.categories],
        sections=[
            {"title": s.title, "charts": [_figure(c, before.get((s.title, c.title))) for c in s.charts]}
            for s in all_insights.sections
        ],
    )


def _counts_before(since: Since | None) -> dict[tuple[str, str], _Counts]:
    """Counts by label, for the titles of each section and chart."""
    sections: tuple[Section, ...] = since.sections if since is not None else ()
    return {(s.title, c.title): {bar.label: bar.count for bar in c.bars} for s in sections for c in s.charts}


def _figure(chart: Chart, before: _Counts | None) -> _Figure:
    rows = [_Row(bar.label, bar.count, chart.share(bar.count), bar.where or "") for bar in chart.bars]
    return _Figure(chart.title, chart.unit, chart.note, picture_of(chart, before or {}), rows, before)
