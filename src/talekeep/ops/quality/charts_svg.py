"""Charts as inline SVG, drawn by hand: bars beside names, columns over values, one bar of parts.

Colours come from the page's style. Each picture says what it shows; the table beside it holds the figures.
"""

from collections.abc import Iterator
from collections.abc import Mapping

from talekeep.metrics.base import Chart
from talekeep.ops.workspace.html import plain

_WIDTH = 560
_ROW = 26
_LABELS = 220
_HEIGHT = 190
_LONGEST = 26


def drawn(chart: Chart, before: Mapping[str, int]) -> str:
    """The picture of a chart.

    Args:
        before: what the counts were, by label; drawn behind where there is any.
    """
    if not any(bar.count for bar in chart.bars):
        return ""
    height, shapes = {"ranked": _ranked, "ordered": _ordered, "parts": _parts}[chart.kind](chart, before)
    return (
        f'<svg viewBox="0 0 {_WIDTH} {height}" role="img" aria-label="{plain(_said(chart))}">'
        + "".join(shapes)
        + "</svg>"
    )


def _said(chart: Chart) -> str:
    most = max(chart.bars, key=lambda bar: bar.count)
    return (
        f"{chart.title}, in {chart.unit}: most are {most.label} ({most.count:,}). The table has all figures."
    )


def _most(chart: Chart, before: Mapping[str, int]) -> int:
    return max([bar.count for bar in chart.bars] + [before.get(bar.label, 0) for bar in chart.bars])


def _ranked(chart: Chart, before: Mapping[str, int]) -> tuple[int, Iterator[str]]:
    room, most = _WIDTH - _LABELS - 70, _most(chart, before)

    def shapes() -> Iterator[str]:
        for n, bar in enumerate(chart.bars):
            top, size = n * _ROW, room * bar.count / most
            yield _text(_LABELS - 10, top + 18, _cut(bar.label), "end")
            if bar.label in before:
                yield _box(_LABELS, top + 3, room * before[bar.label] / most, 20, "was")
            yield _box(_LABELS, top + 6, size, 14, "now")
            yield _text(
                _LABELS + max(size, room * before.get(bar.label, 0) / most) + 8, top + 18, f"{bar.count:,}"
            )

    return len(chart.bars) * _ROW + 4, shapes()


def _ordered(chart: Chart, before: Mapping[str, int]) -> tuple[int, Iterator[str]]:
    most, step = _most(chart, before), _WIDTH / max(len(chart.bars), 5)
    floor = _HEIGHT - 28

    def shapes() -> Iterator[str]:
        yield f'<line class="axis" x1="0" y1="{floor}" x2="{_WIDTH}" y2="{floor}"/>'
        for n, bar in enumerate(chart.bars):
            left, tall = n * step, (floor - 24) * bar.count / most
            was = (floor - 24) * before.get(bar.label, 0) / most
            if bar.label in before:
                yield _box(left + step * 0.08, floor - was, step * 0.84, was, "was")
            yield _box(left + step * 0.16, floor - tall, step * 0.68, tall, "now")
            middle = left + step / 2
            yield _text(middle, floor - max(tall, was) - 7, f"{bar.count:,}", "middle")
            yield _text(middle, _HEIGHT - 8, bar.label, "middle")

    return _HEIGHT, shapes()


def _parts(chart: Chart, _: Mapping[str, int]) -> tuple[int, Iterator[str]]:
    whole = sum(bar.count for bar in chart.bars)

    def shapes() -> Iterator[str]:
        left = 0.0
        for n, bar in enumerate(chart.bars):
            size = _WIDTH * bar.count / whole
            yield _box(left, 0, size, 34, f"part{n % 4}")
            left += size
            at, top = n % 2 * _WIDTH / 2, 48 + n // 2 * 22
            yield _box(at, top, 12, 12, f"part{n % 4}")
            yield _text(at + 18, top + 11, f"{bar.label} {chart.share(bar.count) or f'{bar.count:,}%'}")

    return 46 + (len(chart.bars) + 1) // 2 * 22, shapes()


def _box(x: float, y: float, width: float, height: float, kind: str) -> str:
    return f'<rect class="{kind}" x="{x:.4g}" y="{y:.4g}" width="{width:.4g}" height="{height:.4g}"/>'


def _text(x: float, y: float, text: str, anchor: str = "start") -> str:
    return f'<text x="{x:.4g}" y="{y:.4g}" text-anchor="{anchor}">{plain(text)}</text>'


def _cut(label: str) -> str:
    text = " ".join(label.split())
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def ring(score: float, label: str) -> str:
    """The score as a ring that is full at 100."""
    around = 2 * 3.14159265 * 52
    return (
        f'<svg class="ring" viewBox="0 0 130 130" role="img" aria-label="{score:g} of 100, {plain(label)}">'
        '<circle class="rest" cx="65" cy="65" r="52"/>'
        f'<circle class="filled" cx="65" cy="65" r="52" transform="rotate(-90 65 65)" '
        f'stroke-dasharray="{around * score / 100:.1f} {around:.1f}"/>'
        f'<text class="score" x="65" y="70" text-anchor="middle">{score:.0f}</text>'
        '<text x="65" y="88" text-anchor="middle">of 100</text></svg>'
    )


def meter(score: float, of: float) -> str:
    """A score as a bar; the words beside it say the same."""
    return (
        '<svg class="meter" viewBox="0 0 200 10" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect class="rest" width="200" height="10"/><rect class="now" width="{200 * score / of:.1f}" '
        'height="10"/></svg>'
    )
