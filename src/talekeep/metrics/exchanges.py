"""How many exchanges the entries have, and whether they end where a reply should stand."""

from collections.abc import Iterator

from talekeep.core.entry import Entry
from talekeep.core.entry import exchanges_of
from talekeep.core.entry import messages_of
from talekeep.metrics.base import Chart
from talekeep.metrics.base import Frame
from talekeep.metrics.base import Metric
from talekeep.metrics.base import Report
from talekeep.metrics.statistics import mean
from talekeep.metrics.statistics import median
from talekeep.metrics.statistics import ranges
from talekeep.metrics.tally import Tally

_STARTS = (0, 1, 2, 3, 4, 6, 8, 12, 20)


def measure(entry: Entry) -> Tally:
    messages, exchanges = messages_of(entry), exchanges_of(entry)
    ended = exchanges > 0 and messages[-1].get("role") == "assistant"
    return {"exchanges": {str(exchanges): 1}, "messages": len(messages), "complete": int(ended)}


def report(tally: Tally, frame: Frame) -> Report:
    """`complete` are the entries with an exchange that end with a reply."""
    table: dict[str, int] = tally.get("exchanges", {})
    return {
        "total": sum(int(value) * count for value, count in table.items()),
        "messages": tally.get("messages", 0),
        "mean": round(mean(table), 2),
        "median": median(table),
        "complete": tally.get("complete", 0),
        "distribution": {key: table[key] for key in sorted(table, key=int)},
    }


def charts(report: Report) -> Iterator[Chart]:
    note = f"{report['mean']} exchanges an entry on average, {report['median']:g} in the middle."
    yield Chart("Exchanges", "entries", ranges(report["distribution"], _STARTS, "exchanges"), note, "ordered")


METRIC = Metric("exchanges", "Exchanges", measure, report, charts)
