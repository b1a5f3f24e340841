"""Texts by words: what changed between two of them, and what two changes of one text make together.

Where a script writes no spaces, a character as readers see it (a grapheme cluster) is a word here.

    base     She lit the lamp and went down to the door.
    ours     She lit the fire and went down to the door.
    theirs   She lit the lamp and went down to the boat.
    merged   She lit the fire and went down to the boat.
"""

import re
from typing import Literal
from typing import TypeAlias

from talekeep.core.merge.align import Hunk
from talekeep.core.merge.align import hunks
from talekeep.core.text import tokens

Op: TypeAlias = Literal["=", "-", "+"]

_WORD = re.compile(r"\w")
# So many characters of a script without spaces are about a word.
_UNITS_APART = 2
# A side that kept less of the text than this rewrote it; mixing in the other's words makes no sense.
_KEPT_ENOUGH = 0.5


def compare(a: str, b: str) -> list[tuple[Op, str]]:
    """What turns `a` into `b`: runs of text that stayed ("="), went ("-") and came ("+").

    By words; by lines, then as a whole, where the texts are too different for that. Runs joined without
    "+" are `a`, joined without "-" are `b`.
    """
    for split in (tokens.pieces, _split_lines):
        before, after = split(a), split(b)
        changes = hunks(before, after)
        if changes is not None:
            return _runs(before, after, changes)
    return [("-", a), ("+", b)]


def _split_lines(text: str) -> list[str]:
    return re.findall(r".*\n|.+", text)


def _runs(before: list[str], after: list[str], differences: list[Hunk]) -> list[tuple[Op, str]]:
    runs: list[tuple[Op, str]] = []
    at = 0
    for i1, i2, j1, j2 in _folded(before, differences):
        runs += [("=", "".join(before[at:i1])), ("-", "".join(before[i1:i2])), ("+", "".join(after[j1:j2]))]
        at = i2
    runs.append(("=", "".join(before[at:])))
    return [run for run in runs if run[1]]


def _folded(before: list[str], differences: list[Hunk]) -> list[Hunk]:
    """Hunks with no word left standing between them as one: easier on the eye."""
    folded: list[Hunk] = []
    for hunk in differences:
        if folded and not _has_word(before, folded[-1][1], hunk[0]):
            folded[-1] = (folded[-1][0], hunk[1], folded[-1][2], hunk[3])
        else:
            folded.append(hunk)
    return folded


def _has_word(pieces: list[str], start: int, end: int) -> bool:
    return any(_WORD.search(piece) for piece in pieces[start:end])


def merge(base: str, ours: str, theirs: str) -> str | None:
    """Both changes of a text, or None where they touch: no unchanged word stands between them (two characters
    in a script without spaces), or a side rewrote most of it. Swapping the sides changes nothing.
    """
    old, mine, yours = tokens.pieces(base), tokens.pieces(ours), tokens.pieces(theirs)
    changes = []
    for side in (mine, yours):
        differences = hunks(old, side)
        if differences is None or not _mostly_kept(old, differences):
            return None
        changes.append([(i1, i2, "".join(side[j1:j2])) for i1, i2, j1, j2 in differences])
    merged = _united(old, *changes)
    return None if merged is None else _applied(old, merged)


def _mostly_kept(pieces: list[str], differences: list[Hunk]) -> bool:
    return sum(i2 - i1 for i1, i2, _, _ in differences) <= len(pieces) * (1 - _KEPT_ENOUGH)


# pieces[start:end] of the base became this text.
Edit: TypeAlias = tuple[int, int, str]


def _united(base: list[str], mine: list[Edit], yours: list[Edit]) -> list[Edit] | None:
    """The edits of both sides in order, an equal one once; None where two of them touch."""
    shared = set(mine) & set(yours)
    edits = [*shared]
    marked = [(edit, side) for side, own in enumerate((mine, yours)) for edit in own if edit not in shared]
    for group in _touching(base, sorted([*marked, *((edit, -1) for edit in shared)])):
        start, end = group[0][0][0], max(edit[1] for edit, _ in group)
        texts = [_applied(base, [edit for edit, own in group if own == side], start, end) for side in (0, 1)]
        if len({side for _, side in group}) == 1:
            edits += [edit for edit, _ in group]
        elif texts[0] == texts[1]:
            # The same change, which the two comparisons cut into different edits.
            edits.append((start, end, texts[0]))
        else:
            return None
    return sorted(edits)


_Marked: TypeAlias = tuple[Edit, int]


def _touching(base: list[str], marked: list[_Marked]) -> list[list[_Marked]]:
    """Edits marked with their side in groups that nothing keeps apart; shared ones (-1) only end a group."""
    groups: list[list[_Marked]] = []
    end, is_open = 0, False
    for edit, side in marked:
        if side < 0:
            is_open = False
        elif is_open and (edit[0] <= end or not _keeps_apart(base[end : edit[0]])):
            groups[-1].append((edit, side))
        else:
            groups.append([(edit, side)])
            is_open, end = True, 0
        end = max(end, edit[1])
    return groups


def _keeps_apart(between: list[str]) -> bool:
    """Whether so many pieces of text are enough that the changes on both sides of them have nothing to do
    with each other: a word is; one character of a script without spaces may be there by chance."""
    words = [piece for piece in between if _WORD.search(piece)]
    return len(words) >= _UNITS_APART or any(not tokens.is_unit(word) for word in words)


def _applied(base: list[str], edits: list[Edit], start: int = 0, end: int | None = None) -> str:
    """The text of base[start:end] after these edits."""
    pieces: list[str] = []
    at = start
    for first, last, text in edits:
        pieces += [*base[at:first], text]
        at = last
    return "".join([*pieces, *base[at:end]])
