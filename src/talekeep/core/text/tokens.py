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

from talekeep.core.text.graphemes import spans
from talekeep.core.text.normalize import folded


def _set(ranges: str) -> str:
    """Ranges of hexadecimal code points as the inside of a regular expression's [ ]."""
    ends = (part.partition("-") for part in ranges.split())
    return "".join(
        chr(int(low, 16)) + dash + (chr(int(high, 16)) if high else "") for low, dash, high in ends
    )


# Signs that belong to the letter before them (categories Mn, Mc, Me of Unicode 15); letters that stand
# between two such signs are in the ranges too, since all of it goes into a word.
MARKS = _set(
    """
    300-36F 483-489 591-5BD 5BF 5C1-5C2 5C4-5C5 5C7 610-61A 64B-65F 670 6D6-6DC 6DF-6E8 6EA-6ED 711-7F3 7FD
    816-82D 859-85B 898-8E1 8E3-963 981-9E3 9FE-A75 A81-AE3 AFA-B63 B82-BD7 C00-C63 C81-C83 CBC-D4D D57-D63
    D81-DF3 F18-F19 F35 F37 F39 F3E-F84 F86-FBC FC6 135D-135F 1712-1734 1752-1773 1885-193B 1A17-1A1B
    1AB0-1B44 1B6B-1B73 1B80-1BF3 1C24-1C37 1CD0-1CD2 1CD4-1DFF 20D0-20F0 2CEF-2CF1 2D7F-2DFF A66F-A672
    A674-A67D A69E-A6F1 A802-A827 A82C A880-A8C5 A8E0-A8F1 A8FF-A92D A947-A953 AA29-AA4D AAEB-AAEF AAF5-AAF6
    ABE3-ABEA ABEC-ABED FB1E FE20-FE2F 10A01-10A3F 11000-11046 11070-110BA 110C2 11100-11134 11145-11173
    11180-111C0 1122C-11237 1123E 112DF-11446 1145E-114C3 115AF-115C0 11A47-11A99 11C2F-11C3F 1E8D0-1E94A
    """
)
# Invisible signs that writers put inside of words: soft hyphen, joiners, variation selectors.
_INVISIBLE = _set("AD 200C-200D 2060 FE00-FE0F E0100-E01EF")
_HAN = "3005-3007 3021-3029 3031-3035 3038-303C 3400-4DBF 4E00-9FFF F900-FAFF 20000-323AF"
_KANA = "3041-3096 309D-309F 30A1-30FA 30FC-30FF 31F0-31FF FF66-FF9D 1AFF0-1B16F"
_OTHER_SYLLABLES = "3105-312F 31A0-31BF A000-A48C"
_THAI_LAO = "E01-E30 E32 E40-E46 E81-E82 E84 E86-E8A E8C-EA3 EA5 EA7-EB0 EB2 EBD EC0-EC4 EC6 EDC-EDF"
# Burmese with its neighbours, Khmer, New Tai Lue, Tai Tham, Javanese.
_STACKING = """
    1000-102A 103F 1050-1055 105A-105D 1061 1065-1066 106E-1070 1075-1081 108E A9E0-A9E4 A9E6-A9EF A9FA-A9FE
    AA60-AA76 AA7A AA7E-AA7F 1780-17B3 17D7 17DC 1980-19AB 19B0-19C9 1A20-1A54 1AA7 A984-A9B2 A9CF
"""
# The letters of scripts written without spaces.
UNSPACED = _set(f"{_HAN} {_KANA} {_OTHER_SYLLABLES} {_THAI_LAO} {_STACKING}")
# The signs that follow them: vowels, tones, voicing.
_FOLLOWING = _set(
    """
    300-36F 302A-302F 3099-309A FF9E-FF9F E31 E33-E3A E47-E4E EB1 EB3-EBC EC8-ECE 102B-103E 1056-1059
    105E-1060 1062-1064 1067-106D 1071-1074 1082-108D 108F 109A-109D 17B4-17D3 17DD 1A55-1A7F A980-A983
    A9B3-A9C0 A9E5 AA7B-AA7D
    """
)
# A consonant that these stand before is written below the one before them (Burmese, Khmer, Tai Tham).
_STACKS = _set("1039 17D2 1A60")

# What one sees as one character of a script without spaces.
UNIT = rf"[{UNSPACED}](?:(?<=[{_STACKS}])[{UNSPACED}]|[{_FOLLOWING}{_INVISIBLE}])*"
_INSIDE = rf"[^\W{UNSPACED}]|[{MARKS}{_INVISIBLE}]"
# A word of a script with spaces, without apostrophes.
RUN = rf"[^\W{UNSPACED}](?:{_INSIDE})*"
_WORD = rf"{RUN}(?:['’]{RUN})*"
_NUMBER = r"\d+(?:[.,:]\d+)*(?!\w)"

# How many units say what one word of English says; measured on the parallel texts of the tests.
_UNITS = (
    (_set(_HAN), 1.4),
    (_set(_KANA), 2.4),
    (_set(_OTHER_SYLLABLES), 1.4),
    (_set(_THAI_LAO), 3.0),
    (_set(_STACKING), 2.2),
)
# What a written word says beyond one of English: Korean, Arabic and Hebrew write particles onto it, Russian
# and its neighbours have no articles.
_ADDED = (
    (_set("1100-11FF 3131-318E A960-A97C AC00-D7FB"), 0.45),
    (_set("620-64A 66E-66F 671-6D3 6FA-6FC 750-77F FB50-FDFB FE70-FEFC"), 0.4),
    (_set("5D0-5EA FB1D-FB4E"), 0.4),
    (_set("400-482 48A-52F"), 0.25),
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
def _spaced_word() -> re.Pattern[str]:
    return re.compile(_WORD)


@cache
def _letters(letters: str, *, first: bool) -> re.Pattern[str]:
    """A letter of a script; `first`: with no other before it in its word."""
    return re.compile(rf"(?<![{letters}{MARKS}{_INVISIBLE}])[{letters}]" if first else f"[{letters}]")


@cache
def _stacked() -> re.Pattern[str]:
    return re.compile(f"[{_STACKS}]")


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
    spaced = len(_spaced_word().findall(text))
    return _estimate(text, spaced) if _estimated().search(text) else spaced


def _estimate(text: str, spaced: int) -> int:
    found = float(spaced)
    for letters, units in _UNITS:
        found += len(_letters(letters, first=False).findall(text)) / units
    for letters, more in _ADDED:
        found += len(_letters(letters, first=True).findall(text)) * more
    found -= len(_stacked().findall(text)) / _UNITS[-1][1]
    return max(1, round(found))


def pieces(text: str) -> list[str]:
    """Words, numbers, units and single signs, each with the white space after it; joined they are the text.

    None of them ends inside of a grapheme cluster.
    """
    found: list[str] = _pieces().findall(text)
    return found if text.isascii() else _whole(found, text)


def _whole(found: list[str], text: str) -> list[str]:
    """Pieces of a text, those joined that end inside of a cluster."""
    borders = {end for _, end in spans(text)}
    whole: list[str] = []
    at, cut = 0, True
    for piece in found:
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
