"""Measure the budgets of the design against plain git on the same bytes, and print the table.

python tests/bench/bench.py [--entries 1000 10000 100000] [--rows import edit …] [--times 5] [--markdown FILE]
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from measure import Shell
from measure import environment
from rows import ROWS
from rows import Figure
from rows import World
from rows import build
from rows import imported

HEAD = ("work", "entries", "measured", "budget", "× plain git", "× smaller size", "")


def main(arguments: Sequence[str]) -> None:
    asked = _parser().parse_args(arguments)
    figures: dict[int, list[Figure]] = {}
    for entries in sorted(asked.entries):
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            shell = Shell(environment(Path(folder)))
            figures[entries] = measured(World(Path(folder), entries, asked.times, shell), asked.rows)
        print(f"{entries} entries: done", file=sys.stderr)
    lines = table(figures)
    print(aligned(lines))
    if asked.markdown:
        asked.markdown.write_text(markdown(lines), encoding="utf-8")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--entries", type=int, nargs="+", default=[1000, 10_000])
    parser.add_argument("--rows", nargs="+", choices=("import", *ROWS), default=["import", *ROWS])
    parser.add_argument("--times", type=int, default=5, help="runs of each; the median is shown")
    parser.add_argument("--markdown", type=Path, help="write the table here too")
    return parser


def measured(world: World, rows: Sequence[str]) -> list[Figure]:
    built = build(world)
    found = list(imported(world, built)) if "import" in rows else []
    for name, row in ROWS.items():
        if name in rows:
            found += row(world)
    return found


def table(figures: dict[int, list[Figure]]) -> list[tuple[str, ...]]:
    """A line for each figure and size: every size of one kind of work together."""
    lines, sizes = [], sorted(figures)
    by_work = {size: {figure.work: figure for figure in figures[size]} for size in sizes}
    for work in dict.fromkeys(figure.work for size in sizes for figure in figures[size]):
        before: Figure | None = None
        for size in sizes:
            figure = by_work[size].get(work)
            if figure is not None:
                lines.append((work, f"{size:,}", *_cells(figure, before)))
                before = figure
    return lines


def _cells(figure: Figure, before: Figure | None) -> tuple[str, ...]:
    ratio = f"{figure.value / figure.git:.1f}" if figure.git else ""
    grown = f"{figure.value / before.value:.1f}" if before and before.value > 0 else ""
    if figure.budget is None:
        return _shown(figure.value, figure.unit), "", ratio, grown, ""
    verdict = "ok" if figure.value <= figure.budget else "over"
    budget = f"≤ {_shown(figure.budget, figure.unit)}"
    return _shown(figure.value, figure.unit), budget, ratio, grown, verdict


def _shown(value: float, unit: str) -> str:
    if unit == "bytes":
        return f"{value / 1e6:.0f} MB" if value >= 10e6 else f"{value / 1e3:.0f} KB"
    if unit == "modules":
        return f"{value:.0f}"
    return f"{value:.0f} {unit}" if unit.startswith("ms") else f"{value:.2f} {unit}"


def aligned(lines: Sequence[tuple[str, ...]]) -> str:
    rows = [HEAD, *lines]
    widths = [max(len(row[i]) for row in rows) for i in range(len(HEAD))]
    return "\n".join("  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip() for row in rows)


def markdown(lines: Sequence[tuple[str, ...]]) -> str:
    rows = [HEAD, ("---",) * len(HEAD), *lines]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


if __name__ == "__main__":
    main(sys.argv[1:])
