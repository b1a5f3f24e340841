"""What RoleThread Lite 1.0.0 measures of an entry, flaws included, as tallies.

Its words are runs of word characters and straight apostrophes; its exchanges are half of the messages that
are no system prompt; its system prompt is the first message.
"""

import hashlib
import json
import re
from collections.abc import Sequence
from typing import Any

from talekeep.core.entry import Entry
from talekeep.core.entry import messages_of
from talekeep.core.entry import tags_of
from talekeep.core.entry import text_of
from talekeep.core.finding import Finding
from talekeep.metrics.base import Frame
from talekeep.metrics.base import Metric
from talekeep.metrics.base import Report
from talekeep.metrics.duplicates.simhash import WORD
from talekeep.metrics.duplicates.simhash import digest
from talekeep.metrics.duplicates.simhash import simhash
from talekeep.metrics.duplicates.simhash import words_of
from talekeep.metrics.tally import Tally

SHORT = 20
ADEQUATE = 50
_PLACEHOLDERS = (
    *("test", "testing", "asdf", "placeholder", "todo", "tbd", "lorem ipsum"),
    *("[insert", "<insert", "n/a"),
)
# What flags an entry without lowering the score: a second system prompt, refusal, two scenes, mark-up.
_ALSO_FLAGGED = ("T203", "X301", "X303", "X302")
_QUOTED = re.compile(r'\\?"((?:\\[^"]|[^"\\])*)\\?"')


def measure(entry: Entry) -> Tally:
    """Everything that can be told from the entry alone; lists hold ids."""
    messages = messages_of(entry)
    name = str(entry.get("id") or "")
    rows = [(m.get("role"), text_of(m)) for m in messages]
    counts = [(role, len(WORD.findall(text))) for role, text in rows]
    tally = _replies(rows, counts, name) | _prompt(rows, name) | _lengths(rows)
    spoken = sum(1 for role, _ in rows if role != "system")
    tally["exchanges"] = {str(spoken // 2): 1}
    tally["messages"] = len(messages)
    tally["tags"] = {json.dumps(tags_of(entry), ensure_ascii=False): [name]}
    speakers = sorted({m["name"] for m in messages if isinstance(m.get("name"), str)})
    tally["speakers"] = {json.dumps(speakers, ensure_ascii=False): [name]}
    words = words_of(" ".join(text for _, text in rows))
    tally["prints"] = [[name, digest(words), len(words), f"{simhash(words):016x}"]] if words else []
    ratio = dialogue("\n".join(text for role, text in rows if role == "assistant"))
    tally["dialogue"] = [round(ratio, 6)]
    return tally


def _replies(rows: Sequence[tuple[Any, str]], counts: Sequence[tuple[Any, int]], name: str) -> Tally:
    replies = [(text, n) for (role, text), (_, n) in zip(rows, counts, strict=True) if role == "assistant"]
    users = [n for role, n in counts if role == "user"]
    table: dict[str, int] = {}
    for _, n in replies:
        table[str(n)] = table.get(str(n), 0) + 1
    empty = sum(1 for _, n in replies if n == 0)
    short = sum(1 for _, n in replies if n < SHORT)
    hollow = sum(1 for text, n in replies if is_placeholder(text, n))
    whole = sum(n for _, n in replies)
    odd = not whole or not sum(users) or not 0.1 <= sum(users) / whole <= 5.0
    return {
        "replies": table,
        "users": {"messages": len(users), "words": sum(users)},
        "empty": empty,
        "short": short,
        "placeholder": hollow,
        "odd_replies": [name] if empty or short or hollow or odd else [],
    }


def is_placeholder(text: str, words: int) -> bool:
    """A single word, or any text that holds one of the marks anywhere."""
    if not text.strip():
        return False
    folded = " ".join(text.casefold().split())
    return words == 1 or any(mark in folded for mark in _PLACEHOLDERS)


def _prompt(rows: Sequence[tuple[Any, str]], name: str) -> Tally:
    text = rows[0][1].strip() if rows and rows[0][0] == "system" else ""
    if not text:
        return {"missing_prompt": [name]}
    folded = " ".join(text.casefold().split())
    sha = hashlib.sha1(folded.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()[:12]
    return {"prompts": {sha: 1}, "short_prompt": [name] if len(text) < ADEQUATE else []}


def _lengths(rows: Sequence[tuple[Any, str]]) -> Tally:
    """Characters, for the overview."""
    replies: dict[str, int] = {}
    for role, text in rows:
        if role == "assistant":
            replies[str(len(text))] = replies.get(str(len(text)), 0) + 1
    return {
        "characters": {
            "user": sum(len(text) for role, text in rows if role == "user"),
            "assistant": sum(len(text) for role, text in rows if role == "assistant"),
            "entry": sum(len(text) for _, text in rows),
        },
        "reply_characters": replies,
    }


def dialogue(text: str) -> float:
    """The share of a text that stands between straight double quotes."""
    text = text.strip()
    if not text:
        return 0.0
    quoted = sum(len(quotation) for quotation in _QUOTED.findall(text))
    if not quoted:
        quoted = 2 * text.count('\\"')
    return min(quoted / len(text), 1.0)


def _findings(findings: Sequence[Finding]) -> Tally:
    ids = [f.entry or "" for f in findings]
    if any(f.severity == "error" for f in findings):
        return {"invalid": ids[:1]}
    return {"also": ids[:1]} if any(f.code in _ALSO_FLAGGED for f in findings) else {}


def _sidecar(sidecar: dict[str, Any]) -> Tally:
    origin = sidecar.get("source")
    name = origin.get("from") if isinstance(origin, dict) else None
    return {"from": {name: [str(sidecar.get("id"))]}} if isinstance(name, str) else {}


def _as_it_is(tally: Tally, _: Frame) -> Report:
    return tally


METRICS = (
    Metric("rolethread-entry", "Entries", measure, _as_it_is, version=3),
    Metric("rolethread-findings", "Findings", _findings, _as_it_is, sees="findings", version=2),
    Metric("rolethread-sidecar", "Sidecars", _sidecar, _as_it_is, sees="sidecar"),
)
