"""Sources: which file each entry was imported from."""

from collections.abc import Iterator
from typing import Any

from talekeep.core.query.terms import Query
from talekeep.core.query.terms import Word
from talekeep.core.slug import slug
from talekeep.metrics.base import Bar
from talekeep.metrics.base import Chart
from talekeep.metrics.base import Frame
from talekeep.metrics.base import Metric
from talekeep.metrics.base import Report
from talekeep.metrics.statistics import counted
from talekeep.metrics.statistics import ranked
from talekeep.metrics.tally import Tally

_TOP = 12


def measure(sidecar: dict[str, Any]) -> Tally:
    origin = sidecar.get("source")
    name = origin.get("from") if isinstance(origin, dict) else None
    return {"from": {name: 1}} if isinstance(name, str) else {}


def report(tally: Tally, frame: Frame) -> Report:
    """Entries of each file; `unlisted`: of those, the ones whose source the library does not hold;
    `here`: entries that came from no file."""
    sources: dict[str, int] = tally.get("from", {})
    files: dict[str, int] = {}
    for name, count in sources.items():
        file = frame.sources.get(name, name)
        files[file] = files.get(file, 0) + count
    return {
        "files": dict(ranked(files)),
        "imported": sum(sources.values()),
        "unlisted": sum(count for name, count in sources.items() if name not in frame.sources),
        "here": frame.entries - sum(sources.values()),
    }


def charts(report: Report) -> Iterator[Chart]:
    bars = [Bar(file, count, _selecting(file)) for file, count in [*report["files"].items()][:_TOP]]
    others = report["imported"] - sum(bar.count for bar in bars)
    if others:
        bars.append(Bar(counted(len(report["files"]) - len(bars), "other file"), others))
    if report["here"]:
        bars.append(Bar("written here", report["here"]))
    yield Chart("Sources", "entries", tuple(bars))


def _selecting(file: str) -> str | None:
    return str(Query((Word("source", slug(file) if "," in file else file),))) if slug(file) else None


METRIC = Metric("sources", "Sources", measure, report, charts, sees="sidecar")
