"""System prompts: how many entries have one, how long, and how many entries share each."""

import hashlib
from collections.abc import Iterator

from talekeep.core.entry import Entry
from talekeep.core.entry import messages_of
from talekeep.core.entry import text_of
from talekeep.metrics.base import Advice
from talekeep.metrics.base import Bar
from talekeep.metrics.base import Chart
from talekeep.metrics.base import Frame
from talekeep.metrics.base import Metric
from talekeep.metrics.base import Report
from talekeep.metrics.fast_text import folded
from talekeep.metrics.fast_text import word_counts
from talekeep.metrics.statistics import counted
from talekeep.metrics.statistics import ranked
from talekeep.metrics.statistics import share
from talekeep.metrics.tally import Tally

THIN = 8
_SHOWN = 56
_TOP = 8


def measure(entry: Entry) -> Tally:
    prompt = next((m for m in messages_of(entry) if m.get("role") in ("system", "developer")), None)
    if prompt is None:
        return {"missing": 1}
    (text,) = folded([text_of(prompt)])
    if not text:
        return {"blank": 1}
    name = hashlib.sha1(text, usedforsecurity=False).hexdigest()[:12]
    begins = " ".join(text_of(prompt)[:400].split())
    shown = begins if len(begins) <= _SHOWN else begins[: _SHOWN - 1] + "…"
    return {
        "prompts": {name: 1},
        "begins": {name: shown},
        "thin": int(word_counts([text.decode("utf-8", "surrogatepass")])[0] < THIN),
    }


def report(tally: Tally, frame: Frame) -> Report:
    """`concentration`: how many entries have each prompt, by a digest of it, most first; `begins`: how the
    most frequent ones begin."""
    prompts = ranked(tally.get("prompts", {}))
    begins: dict[str, str] = tally.get("begins", {})
    return {
        "distinct": len(prompts),
        "entries": sum(count for _, count in prompts),
        "missing": tally.get("missing", 0),
        "blank": tally.get("blank", 0),
        "thin": tally.get("thin", 0),
        "top_share": round(share(prompts[0][1], frame.entries), 3) if prompts else 0.0,
        "concentration": dict(prompts),
        "begins": {name: begins[name] for name, _ in prompts[:_TOP]},
    }


def charts(report: Report) -> Iterator[Chart]:
    counts: dict[str, int] = report["concentration"]
    bars = [Bar(text, counts[name]) for name, text in report["begins"].items()]
    others = report["entries"] - sum(bar.count for bar in bars)
    if others:
        bars.append(Bar(f"{counted(report['distinct'] - len(bars), 'other')}", others))
    if report["missing"]:
        bars.append(Bar("no system prompt", report["missing"], "-role:system -role:developer"))
    if report["blank"]:
        bars.append(Bar("a blank one", report["blank"], "issue:T202"))
    note = f"{report['distinct']:,} different ones in {report['entries']:,} entries."
    yield Chart("System prompts", "entries", tuple(bars), note)


def advise(report: Report) -> Iterator[Advice]:
    if report["missing"] and report["entries"]:
        text = f"No system prompt, while others have one: {counted(report['missing'])}."
        yield Advice(text, "-role:system -role:developer")
    if report["top_share"] > 0.8 and report["distinct"] > 1:
        yield Advice(f"One system prompt stands in {report['top_share']:.0%} of the entries.")


METRIC = Metric("prompts", "System prompts", measure, report, charts, advise)
