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
from talekeep.metrics.fast_text import folded
from talekeep.metrics.statistics import counted
from talekeep.metrics.tally import Tally


def measure(entry: Entry) -> Tally:
    spoken = [m for m in messages_of(entry) if m.get("role") not in ("system", "developer")]
    texts = folded([text_of(m) for m in spoken])
    if not any(texts):
        return {}
    roles = [str(m.get("role")) for m in spoken]
    tally: Tally = {"conversations": {_digest(map(_role_and_text, roles, texts)): 1}}
    opening = next((text for role, text in zip(roles, texts, strict=True) if role == "user"), b"")
    return tally | ({"openings": {_digest([opening]): 1}} if opening else {})


def _role_and_text(role: str, text: bytes) -> bytes:
    return b"%b\n%b" % (role.encode("utf-8", "surrogatepass"), text)


def _digest(texts: Iterable[bytes]) -> str:
    data = b"".join(text + b"\0" for text in texts)
    return hashlib.blake2b(data, digest_size=8).hexdigest()


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


def charts(report: Report) -> Iterator[Chart]:
    bars = (
        Bar("stand once", report["conversations"] - report["repeated"]),
        Bar("stand again", report["repeated"]),
    )
    note = f"{report['openings']:,} different first messages in {report['opened']:,} entries."
    yield Chart("Conversations", "entries", bars, note, "parts")


def advise(report: Report) -> Iterator[Advice]:
    if report["repeated"]:
        most = f"the most frequent one stands {report['most_repeated']:,} times"
        text = (
            f"Repeated conversations: {counted(report['repeated'])}; {most}. talekeep duplicates groups them."
        )
        yield Advice(text)


METRIC = Metric("variety", "Diversity", measure, report, charts, advise)
