"""Response quality: how long the replies are, which of them say nothing, and how much the user writes.

A reply is a message of the assistant. One that only calls tools has no text to be judged and does not count.
"""

import re
import zlib
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from talekeep.core.entry import Entry
from talekeep.core.entry import Message
from talekeep.core.entry import messages_of
from talekeep.core.entry import text_of
from talekeep.core.query.terms import Query
from talekeep.core.query.terms import Text
from talekeep.core.text.languages import is_placeholder_in_any_language
from talekeep.core.text.languages import unlisted_language
from talekeep.metrics.base import Advice
from talekeep.metrics.base import Bar
from talekeep.metrics.base import Chart
from talekeep.metrics.base import Frame
from talekeep.metrics.base import Metric
from talekeep.metrics.base import Report
from talekeep.metrics.fast_text import word_counts
from talekeep.metrics.statistics import counted
from talekeep.metrics.statistics import median
from talekeep.metrics.statistics import ranges
from talekeep.metrics.statistics import ranked
from talekeep.metrics.statistics import share
from talekeep.metrics.statistics import within
from talekeep.metrics.tally import Tally

SHORT = 8
THIN = 40
_REPLIES = (0, 10, 25, 50, 100, 200, 300, 500, 1000)
_ENTRIES = (0, 40, 100, 200, 400, 800, 1600, 3200)
# A whole reply that stands in for one to be written, without brackets and end marks around it.
_PLACEHOLDER = re.compile(
    r"(?:test(?:ing)?(?: (?:reply|message))?|asdf\w*|qwerty|placeholder(?: text)?|to ?do|tbd|tba|fixme|xxx+"
    r"|lorem ipsum\b.*|n/a|insert\b.{0,60}|(?:your )?(?:reply|response|text|answer)(?: goes)? here)",
    re.DOTALL,
)
_AROUND = " \t\r\n[](){}<>*_.!…:\"'【】「」『』（）〈〉《》＜＞［］｛｝＊。！："
_LONGEST = 80
_DOTS = frozenset(".。")


def is_placeholder(text: str) -> bool:
    """Whether a whole reply stands in for one. A reply that only holds such a word does not; nor does what
    begins like "Insert the key" without brackets around it."""
    shown = text.strip()
    if len(shown) > 200:
        return shown[:12].casefold().strip(_AROUND).startswith("lorem ipsum")
    bare = _bare(text)
    if shown and not bare and _DOTS.issuperset(shown):
        return True
    if bare.startswith("insert") and shown[:1] not in ("[", "<", "{", "("):
        return False
    return _PLACEHOLDER.fullmatch(bare) is not None or (
        len(bare) <= _LONGEST and is_placeholder_in_any_language(bare)
    )


def _bare(text: str) -> str:
    return " ".join(text.casefold().strip(_AROUND).split())


def with_placeholders(texts: Iterable[str]) -> Metric:
    """The metric that takes these whole replies for placeholders, beside the ones it knows."""
    own = frozenset(filter(None, map(_bare, texts)))
    if not own:
        return METRIC
    # What was counted by other lists is not used.
    digest = zlib.crc32("\n".join(sorted(own)).encode("utf-8", "surrogatepass"))
    return replace(METRIC, measure=partial(measure, own=own), version=1000 * METRIC.version + digest)


def measure(entry: Entry, own: frozenset[str] = frozenset()) -> Tally:
    """The tally of an entry; `own` are placeholders of this dataset, folded and without marks around them."""
    words = {"assistant": 0, "user": 0}
    tally: Tally = {"replies": {}, "placeholders": {}, "words": words, "unlisted": {}}
    tally |= {"empty": 0, "placeholder": 0, "short": 0}
    messages = messages_of(entry)
    texts = [text_of(message) for message in messages]
    counts = word_counts(texts)
    for message, text, count in zip(messages, texts, counts, strict=True):
        role = message.get("role")
        if role == "user":
            words["user"] += count
        elif role == "assistant" and not _only_calls(message, text):
            words["assistant"] += count
            _reply(tally, text, count, own)
    first = next(
        (text for message, text in zip(messages, texts, strict=True) if _is_reply(message, text)), ""
    )
    if language := unlisted_language(first):
        tally["unlisted"][language] = 1
    return {**tally, "entries": {str(sum(counts)): 1}}


def _is_reply(message: Message, text: str) -> bool:
    return message.get("role") == "assistant" and bool(text.strip())


def _only_calls(message: Message, text: str) -> bool:
    return not text.strip() and bool(message.get("tool_calls") or message.get("function_call"))


def _reply(tally: Tally, text: str, count: int, own: frozenset[str]) -> None:
    tally["replies"][str(count)] = tally["replies"].get(str(count), 0) + 1
    if not text.strip():
        tally["empty"] += 1
    elif is_placeholder(text) or (own and _bare(text) in own):
        tally["placeholder"] += 1
        shown = _bare(text)[:40] or text.strip()[:3]
        tally["placeholders"][shown] = tally["placeholders"].get(shown, 0) + 1
    elif count < SHORT:
        tally["short"] += 1


def report(tally: Tally, frame: Frame) -> Report:
    """Words of replies and of whole entries; `balance` is words of the user for one of the assistant."""
    table: dict[str, int] = tally.get("replies", {})
    whole: dict[str, int] = tally.get("entries", {})
    words = tally.get("words", {"assistant": 0, "user": 0})
    return {
        "replies": sum(table.values()),
        "mean_words": round(share(words["assistant"], sum(table.values())), 2),
        "median_words": median(table),
        "empty": tally.get("empty", 0),
        "placeholder": tally.get("placeholder", 0),
        "placeholders": dict(ranked(tally.get("placeholders", {}))[:5]),
        "short": tally.get("short", 0),
        "unlisted": dict(ranked(tally.get("unlisted", {}))),
        "balance": round(share(words["user"], words["assistant"]), 3),
        "thin_entries": within(whole, 0, THIN - 1),
        "words": {key: table[key] for key in sorted(table, key=int)},
        "entry_words": {key: whole[key] for key in sorted(whole, key=int)},
    }


def charts(report: Report) -> Iterator[Chart]:
    note = f"{report['median_words']:g} words in the middle, {report['mean_words']} on average."
    yield Chart("Length of replies, in words", "replies", ranges(report["words"], _REPLIES), note, "ordered")
    bars = ranges(report["entry_words"], _ENTRIES, "words")
    yield Chart("Length of entries, in words", "entries", bars, kind="ordered")
    proper = report["replies"] - report["empty"] - report["placeholder"] - report["short"]
    kinds = (
        Bar("say something", proper),
        Bar(f"under {SHORT} words", report["short"]),
        Bar("placeholders", report["placeholder"]),
        Bar("empty", report["empty"], "issue:T208"),
    )
    yield Chart("What the replies say", "replies", kinds, kind="parts")


def advise(report: Report) -> Iterator[Advice]:
    if report["empty"]:
        yield Advice(f"Without a word: {counted(report['empty'], 'reply')}.", "issue:T208")
    if report["placeholder"]:
        text = f"To be written still, it seems: {counted(report['placeholder'], 'reply')}."
        yield Advice(text, _holding(report["placeholders"]))
    if report["thin_entries"]:
        text = f"Fewer than {THIN} words in all: {counted(report['thin_entries'])}."
        yield Advice(text, f"words<{THIN}")
    if report["unlisted"]:
        names = ", ".join(f"{name} ({counted(count)})" for name, count in report["unlisted"].items())
        yield Advice(
            f"No list of refusals, placeholders and endings for {names}: finding none there says nothing. "
            "`refusals`, `placeholders` and `endings` under [validation] in talekeep.toml add to them."
        )


def _holding(texts: Mapping[str, int]) -> str:
    """The query for what some texts stand in, whole and in a reply."""
    terms = [(Text(text, phrase=True),) for text in texts]
    return str(Query(terms[0], ("assistant",), tuple(terms[1:])))


METRIC = Metric("replies", "Response quality", measure, report, charts, advise, version=3)
