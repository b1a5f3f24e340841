"""Texts by words: what changed between two of them, and what two changes of one text make together."""

import re
from itertools import pairwise
from typing import Literal
from typing import TypeAlias

from talekeep.core.entry import MARKS
from talekeep.core.entry import UNSPACED
from talekeep.core.merge.align import Hunk
from talekeep.core.merge.align import hunks

Op: TypeAlias = Literal["=", "-", "+"]

_LETTER = rf"(?:[^\W{UNSPACED}]|[{MARKS}])"
# A word takes the space after it along: few enough equal tokens that alignment means something.
_TOKEN = rf"(?:{_LETTER}+(?:['’]{_LETTER}+)*|\S)\s*|\s+"
_WORD = re.compile(r"\w")
# A side that kept less of the text than this rewrote it; mixing in the other's words makes no sense.
_KEPT_ENOUGH = 0.5


def compare(a: str, b: str) -> list[tuple[Op, str]]:
    """What turns `a` into `b`: runs of text that stayed ("="), went ("-") and came ("+").

    By words; by lines, then as a whole, where the texts are too different for that. Runs joined without
    "+" are `a`, joined without "-" are `b`.
    """
    for split in (split_words, _split_lines):
        before, after = split(a), split(b)
        found = hunks(before, after)
        if found is not None:
            return _runs(before, after, found)
    return [("-", a), ("+", b)]


def split_words(text: str) -> list[str]:
    """Words and single signs, each with the white space after it; joined they are the text."""
    # `re` keeps it compiled; a command that never gets here does not pay for it.
    return re.findall(_TOKEN, text)


def _split_lines(text: str) -> list[str]:
    return re.findall(r".*\n|.+", text)


def _runs(before: list[str], after: list[str], found: list[Hunk]) -> list[tuple[Op, str]]:
    runs: list[tuple[Op, str]] = []
    at = 0
    for i1, i2, j1, j2 in _folded(before, found):
        runs += [("=", "".join(before[at:i1])), ("-", "".join(before[i1:i2])), ("+", "".join(after[j1:j2]))]
        at = i2
    runs.append(("=", "".join(before[at:])))
    return [run for run in runs if run[1]]


def _folded(before: list[str], found: list[Hunk]) -> list[Hunk]:
    """Hunks with no word left standing between them as one: easier on the eye."""
    folded: list[Hunk] = []
    for hunk in found:
        if folded and not _has_word(before, folded[-1][1], hunk[0]):
            folded[-1] = (folded[-1][0], hunk[1], folded[-1][2], hunk[3])
        else:
            folded.append(hunk)
    return folded


def _has_word(tokens: list[str], start: int, end: int) -> bool:
    return any(_WORD.search(token) for token in tokens[start:end])


def merge(base: str, ours: str, theirs: str) -> str | None:
    """Both changes of a text, or None where they touch: no unchanged word stands between them, or a
    side rewrote most of it. Swapping the sides changes nothing.
    """
    tokens, mine, yours = split_words(base), split_words(ours), split_words(theirs)
    changes = []
    for side in (mine, yours):
        found = hunks(tokens, side)
        if found is None or not _mostly_kept(tokens, found):
            return None
        changes.append([(i1, i2, "".join(side[j1:j2])) for i1, i2, j1, j2 in found])
    merged = _apart(tokens, *changes)
    return None if merged is None else _applied(tokens, merged)


def _mostly_kept(tokens: list[str], found: list[Hunk]) -> bool:
    return sum(i2 - i1 for i1, i2, _, _ in found) <= len(tokens) * (1 - _KEPT_ENOUGH)


Edit: TypeAlias = tuple[int, int, str]


def _apart(tokens: list[str], mine: list[Edit], yours: list[Edit]) -> list[Edit] | None:
    """The edits of both sides in order, an equal one once; None where two of them touch."""
    shared = set(mine) & set(yours)
    edits = sorted([(edit, 0) for edit in mine] + [(edit, 1) for edit in yours if edit not in shared])
    for (left, side), (right, other) in pairwise(edits):
        if side == other or left in shared or right in shared:
            continue
        if right[0] <= left[1] or not _has_word(tokens, left[1], right[0]):
            return None
    return [edit for edit, _ in edits]


def _applied(tokens: list[str], edits: list[Edit]) -> str:
    pieces: list[str] = []
    at = 0
    for start, end, text in edits:
        pieces += [*tokens[at:start], text]
        at = end
    return "".join([*pieces, *tokens[at:]])
