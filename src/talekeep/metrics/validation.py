"""Integrity: what validation finds, counted by entries."""

from collections.abc import Iterable
from collections.abc import Iterator

from talekeep.core.finding import Finding
from talekeep.metrics.base import Advice
from talekeep.metrics.base import Bar
from talekeep.metrics.base import Chart
from talekeep.metrics.base import Frame
from talekeep.metrics.base import Metric
from talekeep.metrics.base import Report
from talekeep.metrics.statistics import counted
from talekeep.metrics.statistics import ranked
from talekeep.metrics.tally import Tally

_TOP = 10
_MOST_ADVICE = 4
# No system prompt: a fault only where others have one, which is asked of the prompts.
_ASKED_ELSEWHERE = ("T201",)
# What other metrics advise on.
_SAID_ELSEWHERE = ("T201", "T208")


def measure(findings: Iterable[Finding]) -> Tally:
    kept = {f.code: f for f in findings}
    severities = {f.severity for f in kept.values()}
    worst = next((s for s in ("error", "warning", "info") if s in severities), "none")
    sound = all(f.severity == "info" or f.code in _ASKED_ELSEWHERE for f in kept.values())
    return {
        "worst": {worst: 1},
        "sound": int(sound),
        "codes": dict.fromkeys(kept, 1),
        "names": {f.code: f.name for f in kept.values()},
        "serious": {f.code: 1 for f in kept.values() if f.severity != "info"},
    }


def report(tally: Tally, frame: Frame) -> Report:
    """Entries by the worst that is found in them; by rule, those in which it finds something. `sound` are
    those without errors and warnings, a missing system prompt aside."""
    worst = tally.get("worst", {})
    return {
        "errors": worst.get("error", 0),
        "warnings": worst.get("warning", 0),
        "infos": worst.get("info", 0),
        "clean": worst.get("none", 0),
        "sound": tally.get("sound", 0),
        "codes": dict(ranked(tally.get("codes", {}))),
        "serious": dict(ranked(tally.get("serious", {}))),
        "names": dict(sorted(tally.get("names", {}).items())),
    }


def charts(report: Report) -> Iterator[Chart]:
    rows = (
        Bar("nothing to say", report["clean"]),
        Bar("remarks", report["infos"]),
        Bar("warnings", report["warnings"]),
        Bar("errors", report["errors"]),
    )
    yield Chart("What validation says", "entries", rows, kind="parts")
    codes = [*report["codes"].items()][:_TOP]
    bars = tuple(Bar(f"{code} {report['names'][code]}", n, f"issue:{code}") for code, n in codes)
    if bars:
        whole = sum(row.count for row in rows)
        yield Chart("Most frequent findings", "entries", bars, whole=whole)


def advise(report: Report) -> Iterator[Advice]:
    codes = [code for code in report["serious"] if code not in _SAID_ELSEWHERE]
    for code in codes[:_MOST_ADVICE]:
        text = f"{code} {report['names'][code]} in {counted(report['serious'][code])}."
        yield Advice(text, f"issue:{code}")


METRIC = Metric("validation", "Integrity", measure, report, charts, advise, sees="findings")
