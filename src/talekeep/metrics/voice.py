"""Narrative or dialogue: how much of the replies is spoken, acted and told.

Spoken is what stands between quotation marks of one paragraph, in the typography of any language (curly,
straight, single, „low“, «angle», »angle« and 「corner」 ones), and what a dash at the beginning of a line
opens, but for the words that say who speaks. A straight mark after a letter or digit opens nothing (6" of
rope) where the script writes spaces; single ones close only after a sign that ends a sentence or a part of
one, so apostrophes are none. Acted is *between single asterisks* outside of speech, and （in full-width
brackets） in Chinese, Japanese and Korean; the rest is told.
"""

import re
from collections.abc import Iterable
from collections.abc import Iterator
from functools import cache

from talekeep.core.entry import Entry
from talekeep.core.entry import messages_of
from talekeep.core.entry import text_of
from talekeep.core.text.speech_marks import ACTED
from talekeep.core.text.speech_marks import ACTING
from talekeep.core.text.speech_marks import APART
from talekeep.core.text.speech_marks import CLOSE_SET
from talekeep.core.text.speech_marks import DASHED
from talekeep.core.text.speech_marks import DASHES
from talekeep.core.text.speech_marks import QUOTED
from talekeep.core.text.speech_marks import dashed
from talekeep.core.text.speech_marks import may_be_dashed
from talekeep.metrics.base import Bar
from talekeep.metrics.base import Chart
from talekeep.metrics.base import Frame
from talekeep.metrics.base import Metric
from talekeep.metrics.base import Report
from talekeep.metrics.statistics import share
from talekeep.metrics.tally import Tally

_ENDS = r"[.,!?…—–。！？，、．～-]"
# A sign that opens comes first in each, and what must not stand before it after: only such signs are tried.
_STRAIGHT = (
    rf'"(?<!{APART}")[^"\n]+"(?!{APART})',
    rf"'(?<!{APART}')(?=\S)[^\n]*?(?<={_ENDS})'(?!{APART})",
)
_SPOKEN = (
    r"“[^“”\n]*(?:”|$)",
    r"„[^„“”\n]*[“”]",
    *QUOTED,
    rf"‘(?<!{APART}‘)[^‘\n]*?(?<=[{CLOSE_SET}]|{_ENDS})’(?!{APART})",
)
_ACTED = r"\*(?<!\*\*)(?=[^\s*])[^*\n]+(?<=[^\s*])\*(?!\*)"

# Upper bound of the share that is spoken → what such a dataset is called, and what it teaches.
SPECTRUM = (
    (0.05, "Hardly any dialogue", "Prose, instructions, or speech without quotation marks."),
    (0.2, "Heavy narrative", "Expect long description of scenes, and a model that may act for the user."),
    (0.4, "Leaning to narrative", "Expect scenes with some speech in them."),
    (0.6, "Balanced", "Expect speech and narration in turn."),
    (0.8, "Leaning to dialogue", "Expect mostly speech, with a little scene around it."),
    (1.1, "Heavy dialogue", "Expect direct speech and hardly any scene."),
)
_PARTS = 10_000


@cache
def _spoken(*, is_ascii: bool = False, dashes: bool = False) -> re.Pattern[str]:
    marks = _STRAIGHT if is_ascii else (*((DASHED,) if dashes else ()), *_SPOKEN, *_STRAIGHT)
    pattern = "|".join(marks)
    return re.compile(pattern.replace(APART, r"\w") if is_ascii else pattern, re.MULTILINE)


@cache
def _acted(*, is_ascii: bool) -> re.Pattern[str]:
    return re.compile("|".join((_ACTED, *(() if is_ascii else ACTED))), re.MULTILINE)


def shares(texts: Iterable[str]) -> tuple[int, int, int]:
    """How many characters of texts are spoken, acted and told."""
    stripped = [text.strip() for text in texts]
    # Nothing is spoken or acted across a blank line.
    text = "\n\n".join(stripped)
    rest = _unspoken(text)
    acted = sum(map(len, _acted(is_ascii=rest.isascii()).findall(rest))) if _may_act(rest) else 0
    spoken = len(text) - len(rest)
    return spoken, acted, sum(map(len, stripped)) - spoken - acted


def _may_act(text: str) -> bool:
    return "*" in text or (not text.isascii() and any(sign in text for sign in ACTING))


def _unspoken(text: str) -> str:
    """A text without what is spoken in it."""
    if text.isascii():
        return _spoken(is_ascii=True).sub("", text) if '"' in text or "'" in text else text
    if may_be_dashed(text):
        return _spoken(dashes=True).sub(_narrated_part, text)
    return _spoken().sub("", text)


def _narrated_part(match: re.Match[str]) -> str:
    """What is left of a match: nothing, but in a line that a dash begins the words that say who speaks."""
    if match[0].lstrip(" \t")[0] not in DASHES:
        return ""
    return "".join("" if item else _spoken().sub("", stretch) for item, stretch in dashed(match[0]))


def measure(entry: Entry) -> Tally:
    spoken, acted, share = shares(text_of(m) for m in messages_of(entry) if m.get("role") == "assistant")
    whole = spoken + acted + share
    if not whole:
        return {}
    # Whole numbers, so that the order in which they are added cannot be seen in the sum.
    part = spoken * _PARTS // whole
    bins = {str(min(part * 5 // _PARTS, 4)): 1}
    return {"entries": 1, "spoken": spoken, "acted": acted, "told": share, "part": part, "bins": bins}


def report(tally: Tally, frame: Frame) -> Report:
    """Shares of the characters of all replies; `spectrum` is the mean of the entries' spoken shares."""
    whole = sum(tally.get(key, 0) for key in ("spoken", "acted", "told"))
    spectrum = share(tally.get("part", 0), tally.get("entries", 0) * _PARTS)
    label, says = place(spectrum)
    return {
        "dialogue": round(share(tally.get("spoken", 0), whole), 3),
        "action": round(share(tally.get("acted", 0), whole), 3),
        "narration": round(share(tally.get("told", 0), whole), 3),
        "spectrum": round(spectrum, 3),
        "label": label if whole else "No replies",
        "says": says if whole else "",
        "bins": [tally.get("bins", {}).get(str(n), 0) for n in range(5)],
    }


def place(spectrum: float) -> tuple[str, str]:
    """What a share of speech is called, and what it teaches."""
    return next((label, says) for limit, label, says in SPECTRUM if spectrum < limit)


def charts(report: Report) -> Iterator[Chart]:
    percent = {key: round(100 * report[key]) for key in ("dialogue", "action", "narration")}
    bars = tuple(Bar(key, count) for key, count in percent.items())
    yield Chart("Dialogue, action, narration", "% of the replies' text", bars, report["says"], "parts", 0)
    labels = ("0–20 %", "20–40 %", "40–60 %", "60–80 %", "80–100 %")
    rows = tuple(Bar(label, count) for label, count in zip(labels, report["bins"], strict=True))
    yield Chart("Share of dialogue", "entries", rows, f"{report['label']}.", "ordered")


METRIC = Metric("voice", "Narrative and dialogue", measure, report, charts)
