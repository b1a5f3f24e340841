"""How alike conversations are: the sketch of an entry, small enough to compare 100,000 of them.

Digests tell what is equal; the least hashes of its runs of five words (MinHash, Broder 1997, with one
permutation after Li, Owen and Zhang 2012) tell what may be nearly so. Words are hashed by CRC-32 and
everything else is arithmetic, so the same texts give the same sketch in every run.
"""

import hashlib
import re
import unicodedata
import zlib
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from collections.abc import Set
from dataclasses import dataclass
from typing import Any

from talekeep.core.entry import Entry
from talekeep.core.entry import Message
from talekeep.core.entry import messages_of
from talekeep.core.entry import text_of
from talekeep.core.words import UNSPACED

LEVELS = ("entry", "conversation", "opening")
BINS = 30
_RUN = 5
_WORD = re.compile(rf"[{UNSPACED}]|(?:(?![{UNSPACED}])\w)+")
_PLAIN_WORD = re.compile(r"\w+")
_UNSPACED = re.compile(f"[{UNSPACED}]")
_MASK = (1 << 61) - 1
_PROMPTS = ("system", "developer")


class _Hashes(dict[str, int]):
    """Word → 32 bits; a dataset has few words and many of each."""

    def __missing__(self, word: str) -> int:
        # Neighbouring CRCs differ in few bits; the product spreads them.
        value = self[word] = zlib.crc32(word.encode("utf-8", "surrogatepass")) * 0x9E3779B1 & 0xFFFFFFFF
        return value


_hashes = _Hashes()


@dataclass(frozen=True, slots=True)
class Sketch:
    """What is compared of one entry.

    Attributes:
        digests: one for each of `LEVELS`, "" where it has no such thing.
        prefixes: a digest of the first message, the first two, … system prompts left out.
        bins: the least hash in each of `BINS` bins; () for an entry without words.
    """

    digests: tuple[str, ...]
    prefixes: tuple[str, ...]
    bins: tuple[int, ...]


def sketch(entry: Entry) -> Sketch:
    """The sketch of an entry.

    Of the levels "entry" is every message, "conversation" leaves system prompts out, and "opening" is the
    first user message with the first reply. Case, Unicode form (NFKC) and white space do not count.
    """
    messages = [(m, folded(text_of(m))) for m in messages_of(entry)]
    spoken = [(m, text) for m, text in messages if m.get("role") not in _PROMPTS]
    first = [next((pair for pair in spoken if pair[0].get("role") == r), None) for r in ("user", "assistant")]
    opening = [pair for pair in first if pair is not None]
    prefixes = tuple(_chain(spoken))
    digests = (
        _last(_chain(messages)),
        prefixes[-1] if prefixes else "",
        _last(_chain(opening)) if len(opening) == 2 else "",
    )
    return Sketch(digests, prefixes, _least(_sampled(_numbers(text for _, text in spoken))))


def folded(text: str) -> str:
    """A text as it is compared: NFKC, casefolded, runs of white space one space."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return " ".join(text.casefold().split())


def _chain(messages: Iterable[tuple[Message, str]]) -> Iterator[str]:
    """A digest of the first message, the first two, and so on."""
    told = hashlib.blake2b(digest_size=10)
    for message, text in messages:
        said: list[Any] = [message.get("role"), message.get("name"), message.get("tool_calls"), text]
        told.update(repr(said).encode("utf-8", "surrogatepass"))
        yield told.hexdigest()


def _last(digests: Iterable[str]) -> str:
    return next(iter([*digests][-1:]), "")


def _numbers(texts: Iterable[str]) -> list[int]:
    """The words of folded texts as numbers; where a script writes no spaces, each character is one."""
    text = "\n".join(texts)
    word = _PLAIN_WORD if text.isascii() or not _UNSPACED.search(text) else _WORD
    if len(_hashes) > 1_000_000:
        _hashes.clear()
    return list(map(_hashes.__getitem__, word.findall(text)))


def _sampled(numbers: Sequence[int]) -> Set[int]:
    """A hash of every other run of five words, chosen by its first word, so that twins choose alike."""
    return {hash(run) & _MASK for run in _runs(numbers) if run[0] & 1} or _all(numbers)


def _runs(numbers: Sequence[int]) -> Iterator[tuple[int, ...]]:
    return zip(*(numbers[n:] for n in range(_RUN)), strict=False)


def _all(numbers: Sequence[int]) -> Set[int]:
    if len(numbers) < _RUN:
        return {hash(tuple(numbers)) & _MASK} if numbers else set()
    return {hash(run) & _MASK for run in _runs(numbers)}


def shingles(entry: Entry) -> Set[int]:
    """Hashes of all runs of five words of what is said in an entry, system prompts left out; of all its
    words together where they are fewer."""
    said = (m for m in messages_of(entry) if m.get("role") not in _PROMPTS)
    return _all(_numbers(folded(text_of(m)) for m in said))


def jaccard(a: Set[int], b: Set[int]) -> float:
    """Shared hashes as a share of all of them; 0.0 where there are none."""
    shared = len(a & b)
    return shared / (len(a) + len(b) - shared) if shared else 0.0


def _least(values: Set[int]) -> tuple[int, ...]:
    if not values:
        return ()
    bins: dict[int, int] = {}
    for value in sorted(values):
        bins.setdefault(value % BINS, value)
        if len(bins) == BINS:
            break
    return tuple(_nearest(bins, n) for n in range(BINS))


def _nearest(bins: dict[int, int], wanted: int) -> int:
    """The value of a bin, of the next filled one where it is empty (told apart by how far that is)."""
    steps = next(step for step in range(BINS) if (wanted + step) % BINS in bins)
    return bins[(wanted + steps) % BINS] + (steps << 61)
