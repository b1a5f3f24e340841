"""The one spelling rule of tags, characters, prompts and sources."""

import re
import unicodedata
from functools import lru_cache

# Signs that tell names apart behind a letter or digit (C++, C#, 18+), and the words that stand for them.
_SPELLED = {"+": "plus", "#": "sharp", "♯": "sharp"}
# Pictures and skin tones; box drawing and Braille are decoration.
_PICTURES = (("\u2190", "\u24ff"), ("\u25a0", "\u27ff"), ("\u2900", "\u2bff"), ("\U0001f000", "\U0001faff"))
# Default-ignorable code points of Unicode 15, and the frame of a key: they are how a letter looks, and none.
_UNSEEN = (
    *(("\u00ad", "\u00ad"), ("\u034f", "\u034f"), ("\u061c", "\u061c"), ("\u115f", "\u1160")),
    *(("\u17b4", "\u17b5"), ("\u180b", "\u180f"), ("\u200b", "\u200f"), ("\u202a", "\u202e")),
    *(("\u2060", "\u206f"), ("\u20e3", "\u20e3"), ("\u3164", "\u3164"), ("\ufe00", "\ufe0f")),
    *(("\ufeff", "\ufeff"), ("\uffa0", "\uffa0"), ("\ufff0", "\ufff8"), ("\U0001bca0", "\U0001bca3")),
    *(("\U0001d173", "\U0001d17a"), ("\U000e0000", "\U000e0fff")),
)


def slug(name: str) -> str:
    """NFKC, casefolded, every run of other than letters, digits, pictures one `_`; "" where nothing is left.

    Letters of any script stay, with their vowel signs and accents, so `恋愛`, `हिन्दी`, `café` and `🔥` are
    good slugs; behind a letter or digit `+` is `plus` and `#` is `sharp`, so `C++`, `C#` and `C` are three.
    Signs that nobody sees go. `slug(slug(x)) == slug(x)`.
    """
    if name.isascii() and all(map(str.isalnum, name.split("_"))):
        return name.lower()
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    visible = "".join(c for c in folded if c.isascii() or not _within(c, _UNSEEN))
    # İ is an i with a dot that no i of another word has.
    visible = unicodedata.normalize("NFKC", re.sub("i\u0307+", "i", visible))
    return "_".join("".join(_kept(visible)).split())


def _kept(text: str) -> list[str]:
    """Each character that stays, the word for a sign, or a space."""
    kept: list[str] = []
    # Behind a letter marks stay; behind a letter or a sign that stayed, signs do.
    letter = False
    for character in text:
        letter = character.isalnum() or _is_picture(character) or (letter and _is_mark(character))
        sign = not letter and character in _SPELLED and kept[-1:] not in ([], [" "])
        kept.append(character if letter else f" {_SPELLED[character]} " if sign else " ")
    return kept


def _is_mark(character: str) -> bool:
    # Marks (Mn, Mc) belong to the letter before them; without them Indic scripts fall apart.
    return unicodedata.category(character).startswith("M")


@lru_cache(maxsize=1024)
def _is_picture(character: str) -> bool:
    if character.isascii() or not _within(character, _PICTURES):
        return False
    # Places that this version of Unicode has not given away yet are there for more pictures.
    return unicodedata.category(character) in ("So", "Sk", "Cn")


@lru_cache(maxsize=4096)
def _within(character: str, ranges: tuple[tuple[str, str], ...]) -> bool:
    return any(first <= character <= last for first, last in ranges)
