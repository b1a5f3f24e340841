"""Characters: who speaks, in how many messages and entries."""

from collections.abc import Iterator
from collections.abc import Mapping

from talekeep.core.entry import Entry
from talekeep.core.entry import messages_of
from talekeep.core.query.terms import Query
from talekeep.core.query.terms import Word
from talekeep.core.slug import slug
from talekeep.metrics.base import Advice
from talekeep.metrics.base import Bar
from talekeep.metrics.base import Chart
from talekeep.metrics.base import Frame
from talekeep.metrics.base import Metric
from talekeep.metrics.base import Report
from talekeep.metrics.statistics import counted
from talekeep.metrics.statistics import ranked
from talekeep.metrics.tally import Tally

_TOP = 12


def measure(entry: Entry) -> Tally:
    spoken = (m for m in messages_of(entry) if m.get("role") != "tool")
    names = [name for m in spoken if isinstance(name := m.get("name"), str) and name]
    if not names:
        return {}
    turns: dict[str, int] = {}
    for name in names:
        turns[name] = turns.get(name, 0) + 1
    return {"named": 1, "messages": turns, "entries": dict.fromkeys(turns, 1)}


def report(tally: Tally, frame: Frame) -> Report:
    """`named`: entries in which somebody speaks by name; `unknown`: entries of names that the library does
    not hold."""
    entries = _by_slug(tally.get("entries", {}))
    return {
        "named": tally.get("named", 0),
        "messages": dict(ranked(_by_slug(tally.get("messages", {})))),
        "entries": dict(ranked(entries)),
        "in_library": len(frame.characters),
        "unknown": dict(ranked({n: c for n, c in entries.items() if n not in frame.characters})),
        "silent": sorted(frame.characters.keys() - entries.keys()),
    }


def _by_slug(table: Mapping[str, int]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for name, count in table.items():
        known = slug(name) or name
        counts[known] = counts.get(known, 0) + count
    return counts


def charts(report: Report) -> Iterator[Chart]:
    if not report["messages"]:
        return
    names = [*report["messages"].items()][:_TOP]
    bars = [Bar(name, count, selecting(name)) for name, count in names]
    others = sum(report["messages"].values()) - sum(bar.count for bar in bars)
    if others:
        bars.append(Bar(counted(len(report["messages"]) - len(bars), "other"), others))
    note = f"{len(report['messages']):,} speak in {report['named']:,} entries."
    yield Chart("Characters", "messages", tuple(bars), note)


def selecting(name: str) -> str | None:
    """The query for the entries in which a character speaks; none for what queries cannot name."""
    return str(Query((Word("character", slug(name)),))) if slug(name) else None


def advise(report: Report) -> Iterator[Advice]:
    unknown = [name for name in report["unknown"] if slug(name)] if report["in_library"] else []
    for name in unknown[:3]:
        text = f"Not in the character library: {name}, who speaks in {counted(report['unknown'][name])}."
        yield Advice(text, selecting(name))


METRIC = Metric("characters", "Characters", measure, report, charts, advise, version=2)
