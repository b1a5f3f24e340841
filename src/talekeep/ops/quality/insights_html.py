"""Insights as one page of HTML: text in, text out. No scripts, no links, nothing loaded, and whatever an
entry holds is only ever shown."""

import shlex
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence

from talekeep.metrics.base import Advice
from talekeep.metrics.base import Category
from talekeep.metrics.base import Chart
from talekeep.ops import plural
from talekeep.ops.quality.charts_svg import drawn
from talekeep.ops.quality.charts_svg import meter
from talekeep.ops.quality.charts_svg import ring
from talekeep.ops.quality.insights import Difference
from talekeep.ops.quality.insights import Insights
from talekeep.ops.quality.insights import Section
from talekeep.ops.quality.insights import Since
from talekeep.ops.workspace.html import document
from talekeep.ops.workspace.html import isolated
from talekeep.ops.workspace.html import shown

_STYLE = """
:root { color-scheme: light dark; --ink: #1b1f24; --dim: #55606b; --page: #fbfaf8; --box: #ffffff;
  --line: #d9d6d0; --rest: #e6e2da; --now: #2f6f8f; --was: #b9cdd8; --edge: #6f8a99; --two: #b4652a;
  --three: #6b7f3a; --four: #9a3b4f; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e4df; --dim: #a5adb5; --page: #15181b; --box: #1d2125; --line: #363c43; --rest: #30363c;
    --now: #6fb1d1; --was: #34505f; --edge: #8fb3c6; --two: #e0975a; --three: #a9bd6f; --four: #e08a9c; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 72rem; padding: 2rem 1.5rem; background: var(--page); color: var(--ink);
  font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.9rem; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 1.25rem; margin: 2.2rem 0 .8rem; }
h3 { font-size: 1rem; margin: 0; }
h1, h2, h3 { break-after: avoid; text-wrap: balance; }
p { margin: .3rem 0; }
.dim, caption, .note, .unit { color: var(--dim); }
.top { display: flex; gap: 2rem; align-items: center; flex-wrap: wrap; }
.ring { width: 9.5rem; flex: none; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(26rem, 1fr)); gap: 1rem;
  margin-top: 1.5rem; }
.card, figure { background: var(--box); border: 1px solid var(--line); border-radius: 10px;
  padding: 1rem 1.2rem; margin: 0 0 1rem; break-inside: avoid; }
.cards .card { margin: 0; }
.grid { display: grid; grid-template-columns: minmax(0, 3fr) minmax(0, 2fr); gap: 1.5rem;
  align-items: start; }
figcaption { margin-bottom: .8rem; }
svg { display: block; width: 100%; height: auto; }
svg text { font: 13px system-ui, sans-serif; fill: var(--ink); }
.ring text { fill: var(--dim); } .ring .score { font-size: 34px; font-weight: 700; fill: var(--ink); }
.ring circle { fill: none; stroke-width: 12; } circle.rest { stroke: var(--rest); }
circle.filled { stroke: var(--now); }
.meter { height: .6rem; margin: .4rem 0 .6rem; } rect.rest { fill: var(--rest); }
rect.now, rect.part0 { fill: var(--now); } rect.was { fill: var(--was); stroke: var(--edge); }
rect.part1 { fill: var(--two); } rect.part2 { fill: var(--three); } rect.part3 { fill: var(--four); }
.axis { stroke: var(--line); }
table { border-collapse: collapse; width: 100%; font-size: .86rem; }
caption { text-align: start; }
th { font-weight: 600; text-align: start; } thead th { color: var(--dim); }
th, td { padding: .18rem .6rem .18rem 0; border-bottom: 1px solid var(--line); vertical-align: top;
  overflow-wrap: break-word; }
tbody th { font-weight: 400; min-width: 6rem; max-width: 15rem; }
td.n, th.n { text-align: end; font-variant-numeric: tabular-nums; white-space: nowrap; }
code { font: .82rem ui-monospace, monospace; overflow-wrap: anywhere; unicode-bidi: isolate; }
li { margin: .5rem 0; } li code { display: block; color: var(--dim); }
.sign { font: .8em ui-monospace, monospace; color: var(--dim); border: 1px solid var(--line);
  border-radius: 3px; padding: 0 .2em; }
@media (max-width: 50rem) { .grid { grid-template-columns: minmax(0, 1fr); } }
@media print { body { max-width: none; padding: 0; font-size: 10pt; background: none; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
"""


def page(found: Insights, *, dataset: str, where: str | None = None, revision: str | None = None) -> str:
    """The whole page.

    Args:
        dataset: its name; where, revision: what was measured, if not all of it as it lies in the folder.
    """
    body = [*_top(found, dataset, where, revision), *_advice(found.recommendations)]
    if found.since is not None:
        body += _since(found.since, "score", [d for d in found.since.differences if "." not in d.figure])
    before = _before(found.since)
    for section in found.sections:
        body.append(f"<h2>{shown(section.title)}</h2>")
        body += [_figure(chart, before.get((section.title, chart.title))) for chart in section.charts]
    if found.since is not None:
        body += _since(found.since, "figure", [d for d in found.since.differences if "." in d.figure])
    body.append('<p class="dim">Guidance, not judgement: everything here is counted, nothing is guessed.</p>')
    return document(f"{dataset}: insights", _STYLE, "<main>\n" + "\n".join(body) + "\n</main>")


def _top(found: Insights, dataset: str, where: str | None, revision: str | None) -> Iterator[str]:
    of = [f"{found.entries:,} {'entry' if found.entries == 1 else 'entries'}"]
    of += [f"of those that match <code>{shown(where)}</code>"] if where is not None else []
    of += [f"at {isolated(revision)}"] if revision is not None else []
    yield f'<header class="top">{ring(found.score, found.label)}<div><h1>{isolated(dataset)}</h1>'
    yield f"<p>{' '.join(of)}</p><p><strong>{found.score:g} of 100, {shown(found.label)}</strong></p>"
    yield f'<p class="dim">Profile {shown(found.profile)}</p></div></header>'
    yield f'<div class="cards">{"".join(map(_card, found.categories))}</div>'


def _card(category: Category) -> str:
    rows = "".join(
        f'<tr><th scope="row">{shown(p.name)}</th><td class="n">{_points(p.points, p.of)}</td>'
        f"<td>{shown(p.measured)}</td></tr>"
        for p in category.points
    )
    table = (
        '<table><thead><tr><th scope="col">for</th><th scope="col" class="n">points</th>'
        f'<th scope="col">measured</th></tr></thead><tbody>{rows}</tbody></table>'
    )
    return (
        f'<section class="card"><h3>{shown(category.title)}: {category.score:g} of 25, '
        f"{shown(category.label)}</h3>{meter(category.score, 25)}{table if rows else ''}</section>"
    )


def _points(points: float, of: float) -> str:
    return f"{points:g} of {of:g}" if of else f"{points:g}"


def _advice(advice: Iterable[Advice]) -> Iterator[str]:
    items = [
        f"<li>{shown(a.text)}"
        + (f"<code>talekeep list --where {shown(shlex.quote(a.where))}</code>" if a.where is not None else "")
        + "</li>"
        for a in advice
    ]
    if items:
        yield f'<h2>Worth a look</h2>\n<section class="card"><ul>{"".join(items)}</ul></section>'


def _since(since: Since, what: str, differences: Sequence[Difference]) -> Iterator[str]:
    yield f"<h2>{what.capitalize()}s since {isolated(since.revision)}</h2>"
    if not differences:
        yield f"<p>No {what} changed.</p>"
        return
    rows = "".join(
        f'<tr><th scope="row">{shown(d.figure)}</th><td class="n">{_value(d.before)}</td>'
        f'<td class="n">{_value(d.after)}</td></tr>'
        for d in differences
    )
    yield (
        f'<section class="card"><table><caption>{plural(since.entries, "entry")} then. In the charts the '
        'outline behind a bar is what it was.</caption><thead><tr><th scope="col"></th>'
        '<th scope="col" class="n">before</th><th scope="col" class="n">after</th></tr></thead>'
        f"<tbody>{rows}</tbody></table></section>"
    )


def _value(value: float | str | None) -> str:
    if value is None or isinstance(value, str):
        return isolated(value) if value else "–"
    return f"{value:,}" if isinstance(value, int) else f"{value:,.10g}"


def _before(since: Since | None) -> dict[tuple[str, str], dict[str, int]]:
    """What the charts were: counts by label, for each section and chart."""
    sections: tuple[Section, ...] = since.sections if since is not None else ()
    return {(s.title, c.title): {bar.label: bar.count for bar in c.bars} for s in sections for c in s.charts}


def _figure(chart: Chart, before: Mapping[str, int] | None) -> str:
    picture, note = drawn(chart, before or {}), f'<p class="note">{shown(chart.note)}</p>'
    grid = f"<div>{picture}{note if chart.note else ''}</div>{_table(chart, before)}"
    return (
        f'<figure><figcaption><h3>{shown(chart.title)} <span class="unit">({shown(chart.unit)})</span></h3>'
        f'</figcaption><div class="grid">{grid}</div></figure>'
    )


def _table(chart: Chart, before: Mapping[str, int] | None) -> str:
    queries, shares = any(bar.where for bar in chart.bars), any(chart.share(bar.count) for bar in chart.bars)
    heads = ['<th scope="col"></th>'] + (['<th scope="col" class="n">before</th>'] if before else [])
    heads += [f'<th scope="col" class="n">{shown(chart.unit)}</th>']
    heads += ['<th scope="col" class="n">share</th>'] if shares else []
    heads += ['<th scope="col">query</th>'] if queries else []
    rows = []
    for bar in chart.bars:
        cells = [f'<th scope="row">{isolated(bar.label)}</th>']
        cells += [f'<td class="n">{before.get(bar.label, 0):,}</td>'] if before else []
        cells += [f'<td class="n">{bar.count:,}</td>']
        cells += [f'<td class="n">{shown(chart.share(bar.count))}</td>'] if shares else []
        cells += [f"<td><code>{shown(bar.where or '')}</code></td>"] if queries else []
        rows.append(f"<tr>{''.join(cells)}</tr>")
    return f"<table><thead><tr>{''.join(heads)}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
