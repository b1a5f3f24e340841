"""How much of a text an edit changed, tidying left out."""

from difflib import SequenceMatcher
from itertools import pairwise

from talekeep.core.merge.align import hunks
from talekeep.core.text import tokens

# From this share of changed words on, an edit says what its author prefers.
FLOOR = 0.1
# Two words of which so much is equal are two spellings of one.
_SPELLING = 0.75


def changed_share(before: str, after: str) -> float:
    """The share of words that an edit changed, 0 to 1, of the longer text.

    Spaces, punctuation and case do not count, nor words that differ in spelling alone, nor a name that took
    the place of another.

    "The lamp went out." → "The lamp went out, and nobody lit it."   3 of 8 words and more
    "The lmap went out, said Mara" → "The lamp went out, said Ines"  0.0
    """
    old, new = tokens.words(before), tokens.words(after)
    if not old or not new:
        return float(old != new)
    differing = hunks(old, new)
    if differing is None:
        return 1.0
    names = _names(before), _names(after)
    changed = 0
    for i1, i2, j1, j2 in differing:
        changed += _changed(old[i1:i2], new[j1:j2], names)
    return changed / max(len(old), len(new))


def _changed(old: list[str], new: list[str], names: tuple[set[str], set[str]]) -> int:
    if len(old) != len(new):
        # One word written as two, or two as one.
        return 0 if "".join(old) == "".join(new) else max(len(old), len(new))
    return sum(not _is_tidied(a, b, names) for a, b in zip(old, new, strict=True))


def _is_tidied(old: str, new: str, names: tuple[set[str], set[str]]) -> bool:
    renamed = old in names[0] and new in names[1]
    return renamed or SequenceMatcher(None, old, new, autojunk=False).ratio() >= _SPELLING


def _names(text: str) -> set[str]:
    """Words that are written with a capital wherever they stand, and not only at the start of a sentence."""
    written = text.split()
    inside = {
        word for before, word in pairwise(written) if word[:1].isupper() and before[-1:] not in '.!?:"“”'
    }
    capitals = {tokens.words(word)[0] for word in inside if tokens.words(word)}
    small = {word for each in written if not each[:1].isupper() for word in tokens.words(each)}
    return capitals - small
