"""Tags: how many entries have any, which, of which categories, and whether the vocabulary knows them."""

import json
import math
from collections import Counter
from collections.abc import Iterable
from collections.abc import Iterator

from talekeep.core.entry import Entry
from talekeep.core.entry import tags_of
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
from talekeep.metrics.statistics import share
from talekeep.metrics.tally import Tally

_TOP = 12
_written = json.JSONEncoder(ensure_ascii=False).encode


def measure(entry: Entry) -> Tally:
    # Which of them are known is found out when reporting, and needs those of each entry together.
    return {"sets": {_written(tags_of(entry)): 1}}


def sets_of(tally: Tally) -> list[tuple[list[str], int]]:
    """The tags of entries as they stand, and how many entries have them."""
    return [(json.loads(tags), count) for tags, count in tally.get("sets", {}).items()]


def report(tally: Tally, frame: Frame) -> Report:
    """Old names count as current ones. `unresolved`: entries with a tag that is not an active one;
    `entropy`: how evenly the active tags are used, 0 to 1."""
    sets = [({frame.renamed.get(tag, tag) for tag in tags}, count) for tags, count in sets_of(tally)]
    used: Counter[str] = Counter()
    for tags, count in sets:
        used.update(dict.fromkeys(tags, count))
    known = {tag: count for tag, count in used.items() if tag in frame.tags}
    categories = Counter[str]()
    for tag, count in known.items():
        categories[frame.categories.get(frame.tags[tag], frame.tags[tag]) or "none"] += count
    return {
        "tagged": sum(count for tags, count in sets if tags),
        "untagged": sum(count for tags, count in sets if not tags),
        "covered": sum(count for tags, count in sets if any(tag in frame.tags for tag in tags)),
        "unresolved": sum(count for tags, count in sets if any(tag not in frame.tags for tag in tags)),
        "entropy": round(entropy(known.values()), 3),
        "tags": dict(ranked(used)),
        "unknown": dict(ranked({tag: n for tag, n in used.items() if tag not in frame.tags})),
        "categories": dict(ranked(categories)),
    }


def entropy(counts: Iterable[int]) -> float:
    """Shannon's entropy of a distribution as a share of what it could be; 0.0 of less than two counts."""
    positive = [count for count in counts if count > 0]
    if len(positive) < 2:
        return 0.0
    whole = sum(positive)
    return -sum(n / whole * math.log2(n / whole) for n in positive) / math.log2(len(positive))


def charts(report: Report) -> Iterator[Chart]:
    if not report["tags"]:
        return
    bars = [Bar(tag, count, selecting(tag)) for tag, count in [*report["tags"].items()][:_TOP]]
    if report["untagged"]:
        bars.append(Bar("untagged", report["untagged"], "untagged"))
    note = f"{len(report['tags']):,} tags; used evenly to {report['entropy']:.0%}."
    whole = report["tagged"] + report["untagged"]
    yield Chart("Tags", "entries", tuple(bars), note, whole=whole)
    rows = tuple(Bar(name, count) for name, count in report["categories"].items())
    if rows:
        yield Chart("Categories", "tags on entries", rows)


def selecting(tag: str) -> str | None:
    """The query for the entries with a tag; none for what queries cannot name."""
    name = slug(tag)
    return str(Query((Word("tag", name),))) if name else None


def advise(report: Report) -> Iterator[Advice]:
    if report["tagged"] and report["untagged"]:
        part = share(report["untagged"], report["tagged"] + report["untagged"])
        text = f"No tags, while others have some: {counted(report['untagged'])} ({part:.0%})."
        yield Advice(text, "untagged")
    names = [tag for tag in report["unknown"] if slug(tag)]
    if names:
        shown = ", ".join(names[:3]) + ("" if len(names) < 4 else f" and {len(names) - 3:,} more")
        where = str(Query((Word("tag", ",".join(sorted(map(slug, names[:40])))),)))
        yield Advice(f"The vocabulary does not offer {shown}.", where)


METRIC = Metric("tags", "Tags", measure, report, charts, advise)
