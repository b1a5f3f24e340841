"""Text as it is compared, and the way back: which characters of the original a match stands for.

Folded is NFKC_Casefold of Unicode (UAX 44: NFKC, without case, default-ignorable signs left out), and further
what writers leave out or type in two ways without meaning another word: the dot of İ and ı, the Arabic
tatweel and vowel signs, Hebrew points. Runs of white space are one space, none at the ends. `loose` leaves
out accents, too.

Folding changes lengths (ß is ss, ﬁ is fi, Ａ is a), so places found in folded text are mapped back character
by character.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from functools import lru_cache

from talekeep.core.text.scripts import DROPPED
from talekeep.core.text.scripts import HANGUL
from talekeep.core.text.scripts import HEBREW
from talekeep.core.text.scripts import LOOSE_MARKS
from talekeep.core.text.scripts import MARKS
from talekeep.core.text.scripts import UNSPACED

# Accents and vowel signs are not \w, but belong to the word they stand in; `_` is \w and marks emphasis.
_LETTER = rf"(?:[^\W_{UNSPACED}]|[{MARKS}])"
_NO_LETTER = rf"(?<!{_LETTER})"
# What Hebrew and Arabic write onto the beginning of a word: and, in, to, from, like, that, the.
_PREFIXES = (
    (HEBREW, ("[והבכלמש]", "[והבכלמש]{2}")),
    ("\u0620-\u064a", ("[وفبكل]", "ال", "لل", "[وفبك]ال", "[وف]لل", "[وف][بكل]")),
)
_DROPPED = f"[{DROPPED}]"
# Letters that no mark can be taken off, as they are typed without.
_LOOSE_LETTERS = str.maketrans(
    {**dict(zip("øłđðħŧıٱىةیک", "olddhtiايهيك", strict=True)), "æ": "ae", "œ": "oe", "þ": "th"}
)
# Letters that fold one by one, and white space; the last before a character beyond ASCII may join that.
_PLAIN = r"(?:([^\s\x80-\U0010ffff]+)|[\t-\r\x1c-\x20]+)(?![^\x00-\x7f])"

# What is typed beyond ASCII in plain English: quotes and dashes, which folding leaves as they are, and dots.
_TYPED = "‘’“”–—…"

Span = tuple[int, int]


def folded(text: str, *, loose: bool = False) -> str:
    """Text as it is compared."""
    if text.isascii():
        return " ".join(text.lower().split())
    return " ".join(fold(text, loose=loose).split())


def is_plainly_typed(text: str) -> bool:
    """Whether a text is ASCII but for curly quotes, dashes and dots: most English prose is."""
    for sign in _TYPED:
        if sign in text:
            text = text.replace(sign, " ")
    return text.isascii()


@cache
def _dropped() -> re.Pattern[str]:
    return re.compile(_DROPPED)


def fold(text: str, *, keep_case: bool = False, loose: bool = False) -> str:
    """The same with white space as it is; `keep_case`: upper case stays."""
    if is_plainly_typed(text):
        plain = text.replace("…", "...")
        return plain if keep_case else plain.lower()
    once = unicodedata.normalize("NFKC", text)
    if not keep_case:
        once = unicodedata.normalize("NFKC", once.casefold())
    if _dropped().search(once):
        once = unicodedata.normalize("NFKC", _dropped().sub("", once))
    if not keep_case and ("ı" in once or "\u0307" in once):
        once = unicodedata.normalize("NFKC", re.sub("i\u0307+", "i", once.replace("ı", "i")))
    return _without_accents(once) if loose else once


def _without_accents(text: str) -> str:
    bare = re.sub(f"[{LOOSE_MARKS}]", "", unicodedata.normalize("NFD", text))
    return unicodedata.normalize("NFC", bare).translate(_LOOSE_LETTERS)


def finds(needle: str, text: str, *, whole: bool) -> bool:
    """Whether folded text holds a folded needle; `whole`: between word borders."""
    return needle in text and (not whole or _pattern(needle, whole).search(text) is not None)


@lru_cache(maxsize=256)
def _pattern(needle: str, whole: bool) -> re.Pattern[str]:
    """The needle; `whole`: between word borders, where its ends are letters of a script with spaces."""
    start, end = _borders(needle) if whole else ("", "")
    return re.compile(f"{start}{re.escape(needle)}{end}")


def _borders(needle: str) -> tuple[str, str]:
    """What must stand before and behind a whole word.

    Korean particles are written onto the end of a word, Hebrew and Arabic ones onto its beginning.
    """
    start = _NO_LETTER if re.match(_LETTER, needle) else ""
    for letters, prefixes in _PREFIXES if start else ():
        if re.match(f"[{letters}]", needle):
            start = f"(?:{start}{''.join(f'|(?<={_NO_LETTER}{prefix})' for prefix in prefixes)})"
    # Without accents a text of nothing but an accent is empty, and in every text.
    has_end = re.match(_LETTER, needle[-1:]) and not re.match(f"[{HANGUL}]", needle[-1:])
    return start, rf"(?!{_LETTER})" if has_end else ""


def places(needle: str, text: str, *, whole: bool, loose: bool = False) -> Iterator[Span]:
    """Where an original text holds a folded needle: start and end in characters, in order."""
    if not finds(needle, folded(text, loose=loose), whole=whole):
        return
    shown, starts, ends = located(text, loose=loose)
    before = (-1, -1)
    for match in _pattern(needle, whole).finditer(shown):
        place = starts[match.start()], ends[match.end() - 1]
        # Both s of a ß are one place.
        if place != before:
            yield place
        before = place


def exact_places(find: str, text: str, *, whole: bool, ignore_case: bool, loose: bool) -> Iterator[Span]:
    """Where an original text holds what can be replaced: as `places` finds it, but in the same case unless
    that is ignored, with the white space at the ends of `find`, and of a ligature or ß all of it or nothing.

    What is only white space or invisible is looked for as it is written.
    """
    needle = fold(find, keep_case=not ignore_case, loose=loose)
    if not needle.strip():
        yield from (match.span() for match in re.finditer(re.escape(find), text))
        return
    pattern = _replaceable(needle, whole)
    if not pattern.search(fold(text, keep_case=not ignore_case, loose=loose)):
        return
    shown, starts, ends = _mapped(text, keep_case=not ignore_case, loose=loose)
    for match in pattern.finditer(shown):
        first, last = match.start(), match.end()
        begins = first == 0 or starts[first] != starts[first - 1]
        if begins and (last == len(starts) or starts[last] != starts[last - 1]):
            yield starts[first], ends[last - 1]


@lru_cache(maxsize=64)
def _replaceable(needle: str, whole: bool) -> re.Pattern[str]:
    inner = needle.strip()
    start, end = _borders(inner) if whole else ("", "")
    head = needle[: len(needle) - len(needle.lstrip())]
    tail = needle[len(needle.rstrip()) :]
    body = r"\s+".join(map(re.escape, inner.split()))
    return re.compile(f"{re.escape(head)}{start}{body}{end}{re.escape(tail)}")


def located(text: str, *, loose: bool = False) -> tuple[str, list[int], list[int]]:
    """Folded text with, for each of its characters, the start and end of what it came from."""
    shown, starts, ends = _mapped(text, loose=loose)
    # Of white space the first character stays, and none at the ends.
    kept = [n for n, letter in enumerate(shown) if not letter.isspace() or (n and not shown[n - 1].isspace())]
    while kept and shown[kept[-1]].isspace():
        kept.pop()
    if len(kept) == len(shown) and shown.isprintable():
        return shown, starts, ends
    spaced = "".join(" " if shown[n].isspace() else shown[n] for n in kept)
    return spaced, [starts[n] for n in kept], [ends[n] for n in kept]


def _mapped(text: str, *, keep_case: bool = False, loose: bool = False) -> tuple[str, list[int], list[int]]:
    """A text without what folding changes but white space, and where each character comes from."""
    shown: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    pattern = re.compile(_PLAIN)
    at = 0
    while at < len(text):
        plain = pattern.match(text, at)
        end = plain.end() if plain else _cluster_end(text, at)
        if plain:
            shown.append(plain[0] if keep_case else plain[0].lower())
            starts += range(at, end)
            ends += range(at + 1, end + 1)
        else:
            letters = fold(text[at:end], keep_case=keep_case, loose=loose)
            shown.append(letters)
            starts += [at] * len(letters)
            ends += [end] * len(letters)
        at = end
    return "".join(shown), starts, ends


def _cluster_end(text: str, at: int) -> int:
    """The end of the characters that fold together with the one at an index."""
    return next((n for n in range(at + 1, len(text)) if not joins(text[n])), len(text))


@lru_cache(maxsize=8192)
def joins(character: str) -> bool:
    """Whether a character may become one with the character before it, or nothing."""
    if character.isascii():
        return False
    return is_dropped(character) or any(map(_joins, (character, fold(character)[0])))


def _joins(character: str) -> bool:
    jamo = "\u1160" <= character <= "\u11ff" or "\ud7b0" <= character <= "\ud7ff"
    return jamo or unicodedata.category(character).startswith("M")


@lru_cache(maxsize=8192)
def is_dropped(character: str) -> bool:
    """Whether nothing is left of a character when it is folded; the dot above goes behind an i."""
    return character == "\u0307" or not fold(character)


@lru_cache(maxsize=8192)
def spells(character: str) -> frozenset[str]:
    """The characters one becomes when folded, where it changes."""
    after = fold(character)
    return frozenset() if after == character else frozenset(after)
