"""The one tokenizer: what a word is, in scripts with spaces and in scripts without.

Where a script writes spaces, a word is a run of letters, digits and the signs that belong to them, with the
apostrophes inside of it. Where it writes none (Chinese, Japanese, Thai, Lao, Khmer, Burmese and a few more)
no dictionary is asked: one character with its vowel signs is a unit, and a word of those texts is an
estimate.

`words` are compared, `words_in` is a length, `pieces` are what texts are cut into; none of them cuts inside
of what readers see as one character.
"""

import re
from functools import cache
from functools import lru_cache

from talekeep.core.text import scripts
from talekeep.core.text.graphemes import spans
from talekeep.core.text.normalize import folded
from talekeep.core.text.scripts import FOLLOWING
from talekeep.core.text.scripts import INVISIBLE
from talekeep.core.text.scripts import MARKS
from talekeep.core.text.scripts import STACKS
from talekeep.core.text.scripts import UNSPACED

# What one sees as one character of a script without spaces.
UNIT = rf"[{UNSPACED}](?:(?<=[{STACKS}])[{UNSPACED}]|[{FOLLOWING}{INVISIBLE}])*"
# A word of a script with spaces, without apostrophes.
RUN = rf"[^\W{UNSPACED}]+(?:[{MARKS}{INVISIBLE}]+[^\W{UNSPACED}]*)*"
_WORD = rf"{RUN}(?:['’]{RUN})*"
_NUMBER = r"\d+(?:[.,:]\d+)*(?!\w)"

# How many units say what one word of English says; measured on the parallel texts of the tests.
_UNITS = (
    (scripts.HAN, 1.4),
    (scripts.KANA, 2.4),
    (scripts.OTHER_SYLLABLES, 1.4),
    (scripts.THAI_LAO, 3.0),
    (scripts.STACKING, 2.2),
)
# What a written word says beyond one of English: Korean, Arabic and Hebrew write particles onto it, Russian
# and its neighbours have no articles.
_ADDED = (
    (scripts.HANGUL, 0.45),
    (scripts.ARABIC, 0.4),
    (scripts.HEBREW, 0.4),
    (scripts.CYRILLIC, 0.25),
)

# What people type beyond ASCII in plain English, and what of it ends a word.
_TYPED = (("’", "'"), *((sign, " ") for sign in "‘“”–—…"))
# Apostrophes inside of words, and what stands for them while the others go.
_BETWEEN = r"(?a)(?<=\w)'(?=\w)"
_HELD = "\1"
_SPACED = bytes(
    ord("'") if n == ord(_HELD) else n if chr(n).isalnum() or n == ord("_") else ord(" ") for n in range(128)
) + bytes(range(128, 256))
_PLAIN_WORD = r"\w+(?:'\w+)*"


# Patterns that take long to be made: a command that never looks at words does not pay for them.
@cache
def word_pattern() -> re.Pattern[str]:
    """A word of a script with spaces, or a unit of one without."""
    return re.compile(rf"{_WORD}|{UNIT}")


@cache
def _pieces() -> re.Pattern[str]:
    return re.compile(rf"(?:{_NUMBER}|{_WORD}|{UNIT}|\S)\s*|\s+")


@cache
def _estimated() -> re.Pattern[str]:
    return re.compile(f"[{''.join(letters for letters, _ in (*_UNITS, *_ADDED))}]")


@cache
def _spaced_word(*, mixed: bool) -> re.Pattern[str]:
    """A word of a script with spaces; `mixed`: in a text that has others, too."""
    run = rf"\w[\w{MARKS}{INVISIBLE}]*"
    return re.compile(_WORD if mixed else rf"{run}(?:['’]{run})*")


@cache
def _letters(letters: str, *, first: bool) -> re.Pattern[str]:
    """A letter of a script; `first`: with no other before it in its word."""
    return re.compile(rf"(?<![{letters}{MARKS}{INVISIBLE}])[{letters}]" if first else f"[{letters}]")


@cache
def _stacked() -> re.Pattern[str]:
    return re.compile(f"[{STACKS}]")


def words(text: str) -> list[str]:
    """The words of a text as they are compared: folded, apostrophes straight, and the units of scripts
    without spaces."""
    plain = text
    for sign, ascii_sign in _TYPED if not text.isascii() else ():
        plain = plain.replace(sign, ascii_sign)
    if plain.isascii() and _HELD not in plain:
        return _ascii_words(plain)
    compared = folded(text).replace("’", "'")
    return re.findall(_PLAIN_WORD if compared.isascii() else word_pattern(), compared)


def _ascii_words(text: str) -> list[str]:
    """The same, several times faster than a pattern: what ends a word becomes a space."""
    if "'" in text:
        text = re.sub(_BETWEEN, _HELD, text)
    return text.lower().encode().translate(_SPACED).decode().split()


# One entry's texts are counted by several who look at it one after the other.
@lru_cache(maxsize=64)
def words_in(text: str) -> int:
    """The length of a text in words, so that a translation is about as long as its original.

    Words are counted where they are written with spaces between them; those of scripts whose languages put
    more into a word than English does count somewhat more than one, and so many units of a script without
    spaces make one. A text with a letter in it has one word at least.
    """
    if text.isascii():
        return len(re.findall(_PLAIN_WORD, text))
    if not _estimated().search(text):
        return len(_spaced_word(mixed=False).findall(text))
    return _estimate(text)


def _estimate(text: str) -> int:
    result = float(len(_spaced_word(mixed=True).findall(text)))
    for letters, units in _UNITS:
        result += len(_letters(letters, first=False).findall(text)) / units
    for letters, more in _ADDED:
        result += len(_letters(letters, first=True).findall(text)) * more
    result -= len(_stacked().findall(text)) / _UNITS[-1][1]
    return max(1, round(result))


def pieces(text: str) -> list[str]:
    """Words, numbers, units and single signs, each with the white space after it; joined they are the text.

    None of them ends inside of a grapheme cluster.
    """
    result: list[str] = _pieces().findall(text)
    return result if text.isascii() else _whole(result, text)


def _whole(pieces: list[str], text: str) -> list[str]:
    """Pieces of a text, those joined that end inside of a cluster."""
    borders = {end for _, end in spans(text)}
    whole: list[str] = []
    at, cut = 0, True
    for piece in pieces:
        if cut:
            whole.append(piece)
        else:
            whole[-1] += piece
        at += len(piece)
        cut = at in borders
    return whole


@cache
def _unspaced() -> re.Pattern[str]:
    return re.compile(f"[{UNSPACED}]")


@lru_cache(maxsize=8192)
def is_unit(piece: str) -> bool:
    """Whether a word or piece is one of a script without spaces."""
    return not piece.isascii() and _unspaced().match(piece) is not None
