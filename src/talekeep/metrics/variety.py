"""Diversity of what is said: conversations that stand more than once, and how many open alike.

Case, white space and system prompts do not count. Nearly equal conversations take comparing pairs; that is
what looking for duplicates is for.
"""

import hashlib
from collections.abc import Iterable
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
from talekeep.metrics.figures import counted
from talekeep.metrics.likeness import folded
from talekeep.metrics.tally import Tally


def measure(entry: Entry) -> Tally:
    said = [
        (str(m.get("role")), folded(text_of(m)))
        for m in messages_of(entry)
        if m.get("role") not in ("system", "developer")
    ]
    if not any(text for _, text in said):
        return {}
    found: Tally = {"conversations": {_digest(f"{role}\n{text}" for role, text in said): 1}}
    opening = next((text for role, text in said if role == "user"), "")
    return found | ({"openings": {_digest([opening]): 1}} if opening else {})


def _digest(texts: Iterable[str]) -> str:
    told = hashlib.blake2b(digest_size=8)
    for text in texts:
        told.update(text.encode("utf-8", "surrogatepass") + b"\0")
    return told.hexdigest()


def report(tally: Tally, frame: Frame) -> Report:
    """`repeated`: entries whose conversation stands before them already; `openings`: different first
    messages of users, in `opened` entries."""
    whole: dict[str, int] = tally.get("conversations", {})
    openings: dict[str, int] = tally.get("openings", {})
    return {
        "conversations": sum(whole.values()),
        "repeated": sum(whole.values()) - len(whole),
        "most_repeated": max(whole.values(), default=0),
        "opened": sum(openings.values()),
        "openings": len(openings),
    }


def charts(found: Report) -> Iterator[Chart]:
    bars = (
        Bar("stand once", found["conversations"] - found["repeated"]),
        Bar("stand again", found["repeated"]),
    )
    note = f"{found['openings']:,} different first messages in {found['opened']:,} entries."
    yield Chart("Conversations", "entries", bars, note, "parts")


def advise(found: Report) -> Iterator[Advice]:
    if found["repeated"]:
        most = f"the most frequent one stands {found['most_repeated']:,} times"
        text = (
            f"Repeated conversations: {counted(found['repeated'])}; {most}. talekeep duplicates groups them."
        )
        yield Advice(text)


METRIC = Metric("variety", "Diversity", measure, report, charts, advise)
