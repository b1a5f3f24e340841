"""Finding words in prose of any script."""

import re
import unicodedata

from talekeep.core.text import scripts

_APOSTROPHES = "’‘ʼ＇"

# Scripts written without spaces, with their signs, and Hangul, whose particles join the noun: a word may end
# anywhere.
_UNSPACED = f"[{scripts.UNSPACED}{scripts.UNSPACED_SIGNS}{scripts.HANGUL}]"

# Each pattern stops at its own opening mark, so hostile text costs linear time.
_QUOTED = (
    r"“[^“”]*”",
    r"„[^„“”]*[“”]",
    r"«[^«»]*»",
    r"「[^「」]*」",
    r"『[^『』]*』",
    r'(?<!\w)"(?=\S)[^"\n]*(?:\n(?!\n)[^"\n]*)*"',
    # An apostrophe has a letter on both sides; a closing single quote has none after it.
    r"(?<!\w)‘[^‘’]*(?:(?<=\w)’(?=\w)[^‘’]*)*’(?!\w)",
    r"(?<!\w)'(?=\w)[^'\n]*(?:(?<=\w)'(?=\w)[^'\n]*)*'(?!\w)",
)


def folded(text: str) -> str:
    """The text as it is compared: case folded, straight apostrophes, every run of white space one space."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
        for apostrophe in _APOSTROPHES:
            text = text.replace(apostrophe, "'")
    return " ".join(text.casefold().split())


def unquoted(text: str) -> str:
    """The text without its quoted speech; a quotation mark without a partner in its paragraph stays."""
    for pattern in _QUOTED:
        # `re` keeps them compiled; a command that never gets here does not pay for it.
        text = re.sub(pattern, " ¦ ", text)
    return text


def mentions(text: str, phrase: str) -> bool:
    """True if the phrase stands in the text as whole words. Both are `folded` already."""
    at = text.find(phrase) if phrase else -1
    while at >= 0:
        if not _inside_word(text, at) and not _inside_word(text, at + len(phrase)):
            return True
        at = text.find(phrase, at + 1)
    return False


def _inside_word(text: str, at: int) -> bool:
    """True if one word goes on across the place before `text[at]`."""
    if not 0 < at < len(text):
        return False
    before, after = text[at - 1], text[at]
    return _of_word(before) and _of_word(after) and not any(re.match(_UNSPACED, c) for c in (before, after))


def _of_word(character: str) -> bool:
    # Vowel signs and accents (marks) belong to the letter before them.
    return character.isalnum() or character == "_" or unicodedata.category(character).startswith("M")
