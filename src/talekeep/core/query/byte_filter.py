"""Telling from bytes alone that no text of a query can stand in them. A wrong yes costs time; there is no
wrong no.

The longest run of letters of each text is looked for in the raw bytes. They may hold it in another
spelling: as a JSON escape, or in characters that fold to its letters (ﬁ, Ａ, É). Where they hold such, the
answer is yes. Signs that folding leaves out (soft hyphens, joiners, tatweel) are left out of the bytes, too.
"""

import re
from collections.abc import Iterable
from collections.abc import Sequence
from dataclasses import dataclass

from talekeep.core.text.normalize import folded
from talekeep.core.text.normalize import is_dropped
from talekeep.core.text.normalize import joins
from talekeep.core.text.normalize import spells

_RUN = r"[a-z0-9\x80-\U0010ffff]+"
_ASCII = bytes(range(128))
# White space in place of whatever ends a run.
_RUNS_ONLY = bytes(c if c >= 128 or chr(c).isalnum() else 32 for c in range(256))
_ESCAPE = "\\u"


@dataclass(frozen=True, slots=True)
class Sieve:
    """What any one of several groups needs: all of its runs, in lower case UTF-8; `letters` are those of
    all runs."""

    groups: tuple[tuple[bytes, ...], ...]
    letters: frozenset[str]

    def passes(self, line: bytes) -> bool:
        """Whether a line may hold a match."""
        escaped, signs = _signs(line)
        return self._holds(_without(line.lower(), signs)) or self._unclear(escaped, signs)

    def lines(self, data: bytes, *, plain: bool = False) -> set[int]:
        """The numbers, from 1, of the lines of a part that `passes` says yes to.

        Args:
            plain: `is_plain` was said of this part, which then need not be looked through for that again.
        """
        escaped, signs = _signs(data)
        if not plain and self._unclear(escaped, signs):
            return {number for number, line in enumerate(data.split(b"\n"), 1) if self.passes(line)}
        lowered = _without(data.lower(), signs).split(b"\n")
        return {number for group in self.groups for number in _holding(group, lowered)}

    def passes_words(self, words: bytes, signs: str) -> bool:
        """Whether any line of a part may hold a match, asked of what `words_of` says of it."""
        return self._holds(_without(words, signs)) or not self.is_plain(signs)

    def is_plain(self, signs: str) -> bool:
        """Whether what `words_of` says of a part is all there is to its letters."""
        return not self._unclear(_ESCAPE in signs, signs)

    def _holds(self, lowered: bytes) -> bool:
        return any(all(map(lowered.__contains__, group)) for group in self.groups)

    def _unclear(self, escaped: bool, signs: Iterable[str]) -> bool:
        if escaped:
            return True
        joined = not all(map(str.isascii, self.letters))
        return any(self.letters & spells(sign) or (joined and joins(sign)) for sign in signs)


def _holding(group: Sequence[bytes], lines: Sequence[bytes]) -> list[int]:
    """The numbers of the lines that hold all of a group."""
    result = [number for number, line in enumerate(lines, 1) if group[0] in line]
    return [number for number in result if all(run in lines[number - 1] for run in group[1:])]


def sieve(groups: Iterable[Iterable[str]]) -> Sieve | None:
    """For groups of texts, all of which must be found in one of the groups; None where bytes say nothing."""
    runs = [[run for text in group if (run := _longest(text))] for group in groups]
    if not runs or not all(runs):
        return None
    letters = frozenset(letter for group in runs for run in group for letter in run)
    return Sieve(tuple(tuple(run.encode() for run in group) for group in runs), letters)


def _longest(text: str) -> str:
    runs = re.findall(_RUN, folded(text))
    return max(runs, key=len) if runs else ""


def words_of(data: bytes) -> tuple[bytes, str]:
    """The different runs of a part, and its characters beyond ASCII (with an escape, if it holds one)."""
    escaped, signs = _signs(data)
    words = b" ".join(set(data.lower().translate(_RUNS_ONLY).split()))
    return words, "".join(sorted(signs)) + _ESCAPE * escaped


def _without(data: bytes, signs: Iterable[str]) -> bytes:
    """Bytes without those of their signs that folding leaves out."""
    for sign in filter(is_dropped, signs):
        data = data.replace(sign.encode("utf-8", "surrogatepass"), b"")
    return data


def _signs(data: bytes) -> tuple[bool, set[str]]:
    signs = set(data.translate(None, _ASCII).decode("utf-8", "replace"))
    return b"\\u" in data, signs
