"""Reviews: what entries count as by what people said of them, and who said it."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from talekeep.core.errors import BadRecord
from talekeep.core.query.terms import Query
from talekeep.core.query.terms import Score
from talekeep.core.query.terms import Word
from talekeep.core.reviews import POLICIES
from talekeep.core.reviews import VERDICTS
from talekeep.core.reviews import Standing
from talekeep.core.reviews import standing
from talekeep.metrics.base import Advice
from talekeep.metrics.base import Bar
from talekeep.metrics.base import Chart
from talekeep.metrics.base import Frame
from talekeep.metrics.base import Metric
from talekeep.metrics.base import Report
from talekeep.metrics.statistics import ranked
from talekeep.metrics.tally import Tally

_TOP = 12


def measure(both: dict[str, Any]) -> Tally:
    """By each policy, since the dataset's may change without a part of it changing."""
    entry, sidecar = both.get("entry"), both.get("sidecar")
    if not isinstance(entry, dict) or not isinstance(sidecar, dict):
        return {}
    try:
        of = {policy: standing(entry, sidecar, policy) for policy in POLICIES}
    except BadRecord:
        return {}
    strictest = of["strictest"]
    if strictest.state == "none":
        return {}
    return {
        "states": {policy: {each.state: 1} for policy, each in of.items()},
        "disputed": int(strictest.disputed),
        "people": dict.fromkeys(strictest.by, 1),
        "scores": _scores(strictest),
    }


def _scores(of: Standing) -> dict[str, dict[str, int]]:
    return {name: {str(score): 1} for name, score in of.scores.items()}


def report(tally: Tally, frame: Frame) -> Report:
    """Entries by what they count as; `people`: whose verdicts how many entries have on their present words;
    `scores`: the lowest score of each entry, by criterion."""
    states: Counter[str] = Counter(tally.get("states", {}).get(frame.policy, {}))
    states["none"] += frame.entries - states.total()
    return {
        "policy": frame.policy,
        "states": {state: states[state] for state in (*VERDICTS, "stale", "none")},
        "disputed": tally.get("disputed", 0),
        "people": dict(ranked(tally.get("people", {}))),
        "scores": {name: dict(sorted(counts.items())) for name, counts in tally.get("scores", {}).items()},
    }


def charts(report: Report) -> Iterator[Chart]:
    states = report["states"]
    if states["none"] == sum(states.values()):
        return
    bars = [Bar(state.replace("_", " "), count, _asking("review", state)) for state, count in states.items()]
    yield Chart("Reviews", "entries", tuple(bar for bar in bars if bar.count), kind="parts")
    people = [Bar(name, count, _asking("review-by", name)) for name, count in report["people"].items()]
    yield Chart("Reviewers", "entries", tuple(people[:_TOP]), whole=sum(states.values()))
    for name, counts in sorted(report["scores"].items()):
        scores = [Bar(score, count, _scored(name, int(score))) for score, count in counts.items()]
        yield Chart(f"Scores for {name}", "entries", tuple(scores), kind="ordered")


def _asking(key: str, value: str) -> str:
    return str(Query((Word(key, value),)))


def _scored(name: str, score: int) -> str:
    return str(Query((Score(name, "=", score),)))


def advise(report: Report) -> Iterator[Advice]:
    if stale := report["states"]["stale"]:
        yield Advice(f"Reviews that no longer hold, because the words changed: {stale}.", "review:stale")
    if disputed := report["disputed"]:
        yield Advice(f"Entries on which reviewers differ: {disputed}.", "review:disputed")


METRIC = Metric("reviews", "Reviews", measure, report, charts, advise, sees="both")
