"""Text in the columns of a terminal: no grapheme cluster is cut, and East Asian characters are two wide."""

import unicodedata

from talekeep.core.text.graphemes import clusters
from talekeep.core.text.graphemes import cut_before

# First strong isolate, and the end of it: what stands between them turns nothing around outside.
ISOLATES = ("\u2068", "\u2069")
# Code points that one looks at for a column: a family of four has seven and two columns.
_MOST_LETTERS = 4
# Of more code points no writing makes one character.
_LONGEST_CLUSTER = 256
_RIGHT_TO_LEFT = frozenset(("R", "AL", "AN"))


def width(text: str) -> int:
    """How many columns a text of one line takes."""
    return len(text) if text.isascii() else sum(map(_width, clusters(text)))


def _width(cluster: str) -> int:
    first = unicodedata.east_asian_width(cluster[0])
    # A variation selector asks for the picture, which is wide; two letters of a flag are one picture.
    wide = first in "WF" or "\ufe0f" in cluster or "\U0001f1e6" <= cluster[0] <= "\U0001f1ff"
    if wide:
        return 2
    return int(unicodedata.category(cluster[0])[0] not in "MC")


def cut(text: str, columns: int, *, end: str = "…") -> str:
    """The text, or so much of it that it takes no more columns, with a sign at its end."""
    if width(text) <= columns:
        return text
    kept: list[str] = []
    used = width(end)
    for cluster in clusters(text):
        used += _width(cluster)
        if used > columns:
            break
        kept.append(cluster)
    return "".join(kept) + end


def reach_back(text: str, at: int, columns: int) -> int:
    """The first place, no more columns before index `at`, from which a text may be shown."""
    first = cut_before(text, at)
    left = cut_before(text, first - _MOST_LETTERS * columns)
    for cluster in reversed(clusters(text[left:first])):
        columns -= _width(cluster)
        if columns < 0:
            return first
        first -= len(cluster)
    return first


def reach_on(text: str, at: int, columns: int) -> int:
    """The last place, no more columns behind index `at`, up to which a text may be shown; a character that
    goes on across `at` is shown whole."""
    last = cut_before(text, at)
    if last < at:
        last += len(clusters(text[last : last + _LONGEST_CLUSTER])[0])
    end = last + _MOST_LETTERS * columns + 1
    pieces = clusters(text[last:end])
    # What is cut off may belong to the last one.
    for cluster in pieces if end >= len(text) else pieces[:-1]:
        columns -= _width(cluster)
        if columns < 0:
            break
        last += len(cluster)
    return last


def padded(text: str, columns: int) -> str:
    """The text with spaces behind it up to a number of columns."""
    return text + " " * max(0, columns - width(text))


def isolated(text: str) -> str:
    """The text so that a terminal keeps what stands around it in order, where it has letters that run from
    right to left."""
    if text.isascii() or not any(unicodedata.bidirectional(c) in _RIGHT_TO_LEFT for c in text):
        return text
    return text.join(ISOLATES)
