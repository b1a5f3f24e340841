"""Grapheme clusters: what a reader takes for one character. Text is never cut inside of one.

Extended grapheme clusters of UAX #29 (Unicode 16), with two simplifications that only make clusters longer:
every mark joins the character before it (the standard leaves out a few Burmese vowels and visarga), and a
zero width joiner joins any two symbols, not only emoji.

    "e\\u0301a"    →  ["e\\u0301", "a"]
    "👨‍👩‍👧x"      →  ["👨‍👩‍👧", "x"]
    "क्षि\\r\\n"    →  ["क्षि", "\\r\\n"]
"""

import re
import unicodedata
from collections.abc import Iterator

# Each character is replaced by the letter of its class, so that one short pattern finds the clusters:
#   r n c   carriage return, line feed, other controls      x w j s   mark, non-joiner, joiner, spacing mark
#   L V T A B   Hangul jamo and syllables (LV, LVT)          k v       Indic consonant, sign that stacks it
#   F       half of a flag                                   E         symbol that a joiner can join
#   p       sign that joins what follows                     o         anything else
_CLUSTER = r"rn|[rnc]|p*(?:L*(?:V+|AV*|B)T*|L+|T+|FF|E(?:[xvw]*jE)*|k(?:[xvj]*v[xvj]*k)+|[^rnc])[xvwjs]*"
_SINGLE = {
    "\r": "r",
    "\n": "n",
    "\u200c": "w",
    "\u200d": "j",
    # Thai and Lao AM hold a vowel sign that stands over the letter before.
    "\u0e33": "s",
    "\u0eb3": "s",
    # Half-width voiced sound marks.
    "\uff9e": "x",
    "\uff9f": "x",
    "©": "E",
    "®": "E",
    "‼": "E",
    "⁉": "E",
    "〰": "E",
}
_RANGES = (
    ("\U0001f1e6", "\U0001f1ff", "F"),
    # Skin tones, and the tags that spell the flags of regions.
    ("\U0001f3fb", "\U0001f3ff", "x"),
    ("\U000e0020", "\U000e007f", "x"),
    ("\u1100", "\u115f", "L"),
    ("\ua960", "\ua97c", "L"),
    ("\u1160", "\u11a7", "V"),
    ("\ud7b0", "\ud7c6", "V"),
    ("\u11a8", "\u11ff", "T"),
    ("\ud7cb", "\ud7fb", "T"),
    ("\u0600", "\u0605", "p"),
    ("\U00011a84", "\U00011a89", "p"),
)
_PREPENDED = frozenset(
    "\u06dd\u070f\u0890\u0891\u08e2\u0d4e\U000110bd\U000110cd\U000111c2\U000111c3\U0001193f\U00011941"
    "\U00011a3a\U00011d46\U00011f02"
)
# Devanagari, Bengali, Gujarati, Oriya, Telugu, Malayalam, Burmese, Khmer (with 16 more scripts in
# Unicode 16 that hardly anybody writes chats in).
_STACKING = frozenset("\u094d\u09cd\u0acd\u0b4d\u0c4d\u0d4d\u1039\u17d2")
_STACKED = (
    ("\u0915", "\u0939"),
    ("\u0958", "\u095f"),
    ("\u0978", "\u097f"),
    ("\u0995", "\u09b9"),
    ("\u09dc", "\u09df"),
    ("\u09f0", "\u09f1"),
    ("\u0a95", "\u0ab9"),
    ("\u0af9", "\u0af9"),
    ("\u0b15", "\u0b39"),
    ("\u0b5c", "\u0b5f"),
    ("\u0b71", "\u0b71"),
    ("\u0c15", "\u0c39"),
    ("\u0c58", "\u0c5a"),
    ("\u0d15", "\u0d3a"),
    ("\u1000", "\u102a"),
    ("\u103f", "\u103f"),
    ("\u1050", "\u1055"),
    ("\u105a", "\u105d"),
    ("\u1061", "\u1061"),
    ("\u1065", "\u1066"),
    ("\u106e", "\u1070"),
    ("\u1075", "\u1081"),
    ("\u108e", "\u108e"),
    ("\u1780", "\u17b3"),
)
_SYMBOLS = (("\u2190", "\u2bff"), ("\u3297", "\u3299"), ("\U0001f000", "\U0001fffd"))


def clusters(text: str) -> list[str]:
    """The grapheme clusters of a text in order; joined they are the text."""
    if text.isascii() and "\r" not in text:
        return [*text]
    return [text[start:end] for start, end in spans(text)]


def spans(text: str) -> Iterator[tuple[int, int]]:
    """Where each grapheme cluster of a text begins and ends, counted in characters (code points)."""
    return (match.span() for match in re.finditer(_CLUSTER, text.translate(_CLASSES)))


def cut_before(text: str, at: int) -> int:
    """The last place at or before index `at` where a text may be cut.

    `cut_before("👨‍👩‍👧x", 2)` is 0: the family is one cluster of five code points.
    """
    if at <= 0 or at >= len(text):
        return min(max(at, 0), len(text))
    start = _known_border(text, at)
    # Whether a cluster ends before a character depends on nothing behind that character.
    *_, (first, _end) = spans(text[start : at + 1])
    return start + first


def _known_border(text: str, at: int) -> int:
    """A place at or before `at` where a cluster begins for sure: an ASCII letter or sign behind a space."""
    while at > 0 and not (text[at - 1] == " " and text[at] > " " and text[at].isascii()):
        at -= 1
    return at


class _Classes(dict[int, str]):
    """The class of each code point, found when it is first met."""

    def __missing__(self, code: int) -> str:
        result = self[code] = _class_of(chr(code))
        return result


_CLASSES = _Classes()


def _class_of(character: str) -> str:
    if character in _SINGLE:
        return _SINGLE[character]
    if "가" <= character <= "힣":
        return "B" if (ord(character) - ord("가")) % 28 else "A"
    for first, last, kind in _RANGES:
        if first <= character <= last:
            return kind
    if character in _STACKING:
        return "v"
    if character in _PREPENDED:
        return "p"
    return _by_category(character, unicodedata.category(character))


def _by_category(character: str, category: str) -> str:
    if category[0] == "M":
        return "s" if category == "Mc" else "x"
    if category in ("Cc", "Cf", "Cs", "Zl", "Zp"):
        return "c"
    if category[0] == "L":
        return "k" if _within(character, _STACKED) else "o"
    # Places that no version has given away yet are there for more emoji.
    symbol = category in ("So", "Sm", "Cn") and _within(character, _SYMBOLS)
    return "E" if symbol else "o"


def _within(character: str, ranges: tuple[tuple[str, str], ...]) -> bool:
    return any(first <= character <= last for first, last in ranges)
