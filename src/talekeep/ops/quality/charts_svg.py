"""Charts as shapes, which the template `chart.svg` draws: bars beside names, columns over values, one bar of
parts.

Units are those of the picture's view box, y downwards. Each picture says in words what it shows; the table
beside it holds the figures.
"""

import math
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from typing import TypeAlias

from talekeep.metrics.base import Chart

_WIDTH = 560
_ROW = 26
_LABELS = 220
_HEIGHT = 190
_LONGEST = 26
_RADIUS = 52


@dataclass(frozen=True, slots=True)
class Box:
    kind: str
    x: str
    y: str
    width: str
    height: str
    type: Literal["box"] = "box"


@dataclass(frozen=True, slots=True)
class Line:
    """A line from left to right."""

    kind: str
    x: int
    y: int
    x2: int
    type: Literal["line"] = "line"


@dataclass(frozen=True, slots=True)
class Arc:
    """A circle; `filled` is how much of it is drawn, from the top on: its length and that of the whole."""

    kind: str
    x: int
    y: int
    radius: int
    filled: str | None = None
    type: Literal["arc"] = "arc"


@dataclass(frozen=True, slots=True)
class Text:
    """`kind` is a class of the style sheet, "" for none."""

    kind: str
    x: str
    y: str
    text: str
    anchor: str = "start"
    type: Literal["text"] = "text"


Shape: TypeAlias = Box | Line | Arc | Text


@dataclass(frozen=True, slots=True)
class Picture:
    """One chart.

    Attributes:
        label: what it shows, in words; "" where words beside it say the same.
        kind: its class in the style sheet.
        stretched: its width follows the page and its height does not.
    """

    width: int
    height: int
    shapes: tuple[Shape, ...]
    label: str = ""
    kind: str = ""
    stretched: bool = False


def picture_of(chart: Chart, before: Mapping[str, int]) -> Picture | None:
    """The picture of a chart; None where every count is 0.

    Args:
        before: what the counts were, by label; drawn behind where there is any.
    """
    if not any(bar.count for bar in chart.bars):
        return None
    shapes = {"ranked": _ranked, "ordered": _ordered, "parts": _parts}[chart.kind](chart, before)
    return Picture(_WIDTH, _height(chart), tuple(shapes), _summary(chart))


def _height(chart: Chart) -> int:
    rows = len(chart.bars)
    return {"ranked": rows * _ROW + 4, "ordered": _HEIGHT, "parts": 46 + (rows + 1) // 2 * 22}[chart.kind]


def _summary(chart: Chart) -> str:
    most = max(chart.bars, key=lambda bar: bar.count)
    return (
        f"{chart.title}, in {chart.unit}: most are {most.label} ({most.count:,}). The table has all figures."
    )


def _most(chart: Chart, before: Mapping[str, int]) -> int:
    return max([bar.count for bar in chart.bars] + [before.get(bar.label, 0) for bar in chart.bars])


def _ranked(chart: Chart, before: Mapping[str, int]) -> Iterator[Shape]:
    room, most = _WIDTH - _LABELS - 70, _most(chart, before)
    for row, bar in enumerate(chart.bars):
        top, length = row * _ROW, room * bar.count / most
        yield _text(_LABELS - 10, top + 18, _cut(bar.label), "end")
        if bar.label in before:
            yield _box(_LABELS, top + 3, room * before[bar.label] / most, 20, "was")
        yield _box(_LABELS, top + 6, length, 14, "now")
        end = _LABELS + max(length, room * before.get(bar.label, 0) / most)
        yield _text(end + 8, top + 18, f"{bar.count:,}")


def _ordered(chart: Chart, before: Mapping[str, int]) -> Iterator[Shape]:
    most, step = _most(chart, before), _WIDTH / max(len(chart.bars), 5)
    floor = _HEIGHT - 28
    yield Line("axis", 0, floor, _WIDTH)
    for column, bar in enumerate(chart.bars):
        left, height = column * step, (floor - 24) * bar.count / most
        height_before = (floor - 24) * before.get(bar.label, 0) / most
        if bar.label in before:
            yield _box(left + step * 0.08, floor - height_before, step * 0.84, height_before, "was")
        yield _box(left + step * 0.16, floor - height, step * 0.68, height, "now")
        middle = left + step / 2
        yield _text(middle, floor - max(height, height_before) - 7, f"{bar.count:,}", "middle")
        yield _text(middle, _HEIGHT - 8, bar.label, "middle")


def _parts(chart: Chart, _: Mapping[str, int]) -> Iterator[Shape]:
    whole, left = sum(bar.count for bar in chart.bars), 0.0
    for number, bar in enumerate(chart.bars):
        length, colour = _WIDTH * bar.count / whole, f"part{number % 4}"
        yield _box(left, 0, length, 34, colour)
        left += length
        # The key below, in two columns.
        x, top = number % 2 * _WIDTH / 2, 48 + number // 2 * 22
        yield _box(x, top, 12, 12, colour)
        yield _text(x + 18, top + 11, f"{bar.label} {chart.share(bar.count) or f'{bar.count:,}%'}")


def _box(x: float, y: float, width: float, height: float, kind: str) -> Box:
    return Box(kind, f"{x:.4g}", f"{y:.4g}", f"{width:.4g}", f"{height:.4g}")


def _text(x: float, y: float, text: str, anchor: str = "start") -> Text:
    return Text("", f"{x:.4g}", f"{y:.4g}", text, anchor)


def _cut(label: str) -> str:
    text = " ".join(label.split())
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def ring(score: float, label: str) -> Picture:
    """A score of 0 to 100 as a ring that is full at 100."""
    around = 2 * math.pi * _RADIUS
    shapes = (
        Arc("rest", 65, 65, _RADIUS),
        Arc("filled", 65, 65, _RADIUS, f"{around * score / 100:.1f} {around:.1f}"),
        Text("score", "65", "70", f"{score:.0f}", "middle"),
        Text("", "65", "88", "of 100", "middle"),
    )
    return Picture(130, 130, shapes, f"{score:g} of 100, {label}", "ring")


def meter(score: float, of: float) -> Picture:
    """A score as a bar; the words beside it say the same."""
    boxes = (_box(0, 0, 200, 10, "rest"), _box(0, 0, 200 * score / of, 10, "now"))
    return Picture(200, 10, boxes, kind="meter", stretched=True)
