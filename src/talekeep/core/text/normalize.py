"""Text as it is compared, and the way back: which characters of the original a match stands for.

Folded is: NFKC, without case, runs of white space one space, none at the ends. Folding changes lengths
(ß is ss, ﬁ is fi, Ａ is a), so places found in folded text are mapped back character by character.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

# Scripts written without spaces: their letters stand between word borders anywhere.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
# Accents and vowel signs are not \w, but belong to the word they stand in; `_` is \w and marks emphasis.
_SIGNS = r"\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u0670\u0900-\u0dff"
_LETTER = rf"(?:[^\W_{_UNSPACED}]|[{_SIGNS}])"
# Letters that fold one by one, and white space; the last before a character beyond ASCII may join that.
_PLAIN = r"(?:([^\s\x80-\U0010ffff]+)|[\t-\r\x1c-\x20]+)(?![^\x00-\x7f])"


def folded(text: str) -> str:
    """Text as it is compared."""
    if text.isascii():
        return " ".join(text.lower().split())
    return " ".join(_fold(text).split())


def _fold(text: str) -> str:
    once = unicodedata.normalize("NFKC", text).casefold()
    return unicodedata.normalize("NFKC", once)


def finds(needle: str, text: str, *, whole: bool) -> bool:
    """Whether folded text holds a folded needle; `whole`: between word borders."""
    return needle in text and (not whole or _pattern(needle, whole).search(text) is not None)


@lru_cache(maxsize=256)
def _pattern(needle: str, whole: bool) -> re.Pattern[str]:
    """The needle; `whole`: between word borders, where its ends are letters of a script with spaces."""
    start = rf"(?<!{_LETTER})" if whole and re.match(_LETTER, needle) else ""
    end = rf"(?!{_LETTER})" if whole and re.match(_LETTER, needle[-1]) else ""
    return re.compile(f"{start}{re.escape(needle)}{end}")


def places(needle: str, text: str, *, whole: bool) -> Iterator[tuple[int, int]]:
    """Where an original text holds a folded needle: start and end in characters, in order."""
    if not finds(needle, folded(text), whole=whole):
        return
    shown, starts, ends = located(text)
    before = (-1, -1)
    for found in _pattern(needle, whole).finditer(shown):
        place = starts[found.start()], ends[found.end() - 1]
        # Both s of a ß are one place.
        if place != before:
            yield place
        before = place


def located(text: str) -> tuple[str, list[int], list[int]]:
    """Folded text with, for each of its characters, the start and end of what it came from."""
    shown: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    pattern = re.compile(_PLAIN)
    at = 0
    while at < len(text):
        plain = pattern.match(text, at)
        end = plain.end() if plain else _cluster_end(text, at)
        if plain and plain[1]:
            shown.append(plain[1].lower())
            starts += range(at, end)
            ends += range(at + 1, end + 1)
        else:
            for letter in " " if plain else _fold(text[at:end]):
                if not letter.isspace() or (shown and shown[-1] != " "):
                    shown.append(" " if letter.isspace() else letter)
                    starts.append(at)
                    ends.append(at + 1 if plain else end)
        at = end
    size = len(starts) - (shown[-1:] == [" "])
    return "".join(shown)[:size], starts[:size], ends[:size]


def _cluster_end(text: str, at: int) -> int:
    """The end of the characters that fold together with the one at an index."""
    return next((n for n in range(at + 1, len(text)) if not joins(text[n])), len(text))


@lru_cache(maxsize=8192)
def joins(character: str) -> bool:
    """Whether a character may become one with the character before it."""
    return not character.isascii() and any(map(_joins, (character, _fold(character)[0])))


def _joins(character: str) -> bool:
    jamo = "\u1160" <= character <= "\u11ff" or "\ud7b0" <= character <= "\ud7ff"
    return jamo or unicodedata.category(character).startswith("M")


@lru_cache(maxsize=8192)
def spells(character: str) -> frozenset[str]:
    """The characters one becomes when folded, where it changes."""
    after = _fold(character)
    return frozenset() if after == character else frozenset(after)
