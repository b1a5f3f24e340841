"""The command `insights`."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.cli.app import rev_option
from talekeep.cli.app import where_option
from talekeep.cli.options import output_file
from talekeep.core.text import columns
from talekeep.ops.quality import insights as ops

if TYPE_CHECKING:
    from talekeep.cli.output import Meaning
    from talekeep.metrics.base import Advice
    from talekeep.metrics.base import Category
    from talekeep.metrics.base import Chart
    from talekeep.ops.quality.insights import Insights
    from talekeep.ops.quality.insights import Since

_EIGHTHS = " ▏▎▍▌▋▊▉█"
_BAR = 24
_LABEL = 34


@command("insights")
@click.option("--profile", default="default", metavar="NAME", help="How to judge: default, rolethread.")
@where_option
@rev_option
@click.option("--since", metavar="REV", help="Also say what changed since a commit, branch or snapshot.")
@click.option(
    "--html", "page", type=click.Path(path_type=Path), metavar="FILE", help="Write a page for a browser."
)
@click.option("--force", is_flag=True, help="Replace FILE.")
def insights(
    app: App,
    profile: str,
    where: str | None,
    rev: str | None,
    since: str | None,
    page: Path | None,
    force: bool,
) -> None:
    """Measure the dataset: a score out of 100, the figures behind it, and what to look at.

    Guidance, not judgement: everything is counted, no model is used. Each advice comes with the query that
    selects its entries. --html writes one page without scripts that loads nothing and prints well.

    \b
    Examples:
      talekeep insights
      talekeep insights --where tag:approved --since HEAD~5
      talekeep insights --profile rolethread --html ../insights.html
    """
    result = ops.insights(
        app.dataset, profile=profile, where=where, revision=rev, since=since, progress=app.output.progress
    )
    if page is None:
        app.output.answer("insights", result, _lines(app, result))
        return
    from talekeep.ops.quality import insights_html

    text = insights_html.page(result, dataset=app.dataset.config.name, where=where, revision=rev)
    output_file.write_page(app, page, text, force=force)
    written = replace(result, html=str(page))
    output_file.answer_written_page(app, "insights", page, written, [f"Wrote {page}: {_score(result)}"])


def _lines(app: App, result: "Insights") -> Iterator[str]:
    name = app.output.style(app.dataset.config.name, "strong")
    noun = "entry" if result.entries == 1 else "entries"
    yield f"{name}: {result.entries:,} {noun}, profile {result.profile}"
    yield ""
    yield f"{app.output.style('Score', 'strong')}  {_bar(result.score, 100, fill='░')}  {_score(result)}"
    for category in result.categories:
        yield from _category(app, category)
    for section in result.sections:
        for chart in section.charts:
            yield ""
            yield from _chart(app, chart)
    if result.recommendations:
        yield ""
        yield app.output.style("Worth a look", "strong")
        for advice in result.recommendations:
            yield from _advice(app, advice)
    if result.since is not None:
        yield ""
        yield from _since(app, result.since)


def _score(result: "Insights") -> str:
    return f"{result.score:g} of 100, {result.label}"


def _category(app: App, category: "Category") -> Iterator[str]:
    yield ""
    head = f"{category.title:<20} {_bar(category.score, 25, 12, '░')}  {category.score:g} of 25"
    yield f"{head}  {app.output.style(category.label, _meaning(category.score))}"
    for points in category.points:
        of = f"{points.points:g} of {points.of:g}" if points.of else f"{points.points:g}"
        yield app.output.style(f"  {points.name:<18} {of:>12}  {points.measured}", "dim")


def _meaning(score: float) -> "Meaning":
    return "good" if score >= 18 else "warning" if score >= 7 else "bad"


def _chart(app: App, chart: "Chart") -> Iterator[str]:
    yield f"{app.output.style(chart.title, 'strong')} ({chart.unit})"
    most = max((bar.count for bar in chart.bars), default=0)
    labels = [_cut(bar.label) for bar in chart.bars]
    width = max(map(columns.width, labels), default=0)
    for bar, label in zip(chart.bars, labels, strict=True):
        line = (
            f"  {app.output.isolated(columns.padded(label, width))}  {_bar(bar.count, most)} {bar.count:>7,}"
        )
        line += f" {chart.share(bar.count):>5}"
        yield f"{line}  {app.output.style(bar.where, 'dim')}" if bar.where and bar.count else line.rstrip()
    if chart.note:
        yield app.output.style(f"  {chart.note}", "dim")


def _cut(label: str) -> str:
    return columns.cut(" ".join(label.split()), _LABEL)


def _bar(value: float, most: float, width: int = _BAR, fill: str = " ") -> str:
    eighths = round(8 * width * value / most) if most else 0
    eighths = max(eighths, 1) if value > 0 else 0
    text = "█" * (eighths // 8) + (_EIGHTHS[eighths % 8] if eighths % 8 else "")
    return text.ljust(width, fill)


def _advice(app: App, advice: "Advice") -> Iterator[str]:
    yield f"  {advice.text}"
    if advice.where is not None:
        yield app.output.style(f"    talekeep list --where {_quoted(advice.where)}", "hint")


def _quoted(text: str) -> str:
    import shlex

    return shlex.quote(text)


def _since(app: App, since: "Since") -> Iterator[str]:
    yield app.output.style(f"Since {since.revision}", "strong")
    width = max((len(row.figure) for row in since.differences), default=0)
    for row in since.differences:
        text = f"{_figure(row.before)} → {_figure(row.after)}{_step(row.before, row.after)}"
        yield f"  {row.figure:<{width}}  {text}"
    if not since.differences:
        yield "  nothing that is measured changed"


def _figure(value: float | str | None) -> str:
    if value is None or isinstance(value, str):
        return value or "–"
    return f"{value:,}" if isinstance(value, int) else f"{value:,.10g}"


def _step(before: float | str | None, after: float | str | None) -> str:
    if isinstance(before, int | float) and isinstance(after, int | float):
        return f"  ({after - before:+,.6g})"
    return ""
