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
from itertools import compress
from typing import Any

from talekeep.core.entry import UNSPACED
from talekeep.core.entry import Entry
from talekeep.core.entry import Message
from talekeep.core.entry import messages_of
from talekeep.core.entry import text_of

LEVELS = ("entry", "conversation", "opening")
BINS = 30
# Bytes of a digest: 100,000 entries have some 10 digests each, and no two differing ones may be equal.
DIGEST = 10
_RUN = 5
_WORD = re.compile(rf"[{UNSPACED}]|(?:(?![{UNSPACED}])\w)+")
_PLAIN_WORD = re.compile(r"\w+")
_UNSPACED = re.compile(f"[{UNSPACED}]")
_TYPED = "“”‘’—–…"
_SPACED = bytes(n if n >= 128 or chr(n).isalnum() or n == ord("_") else ord(" ") for n in range(256))
_MASK = (1 << 61) - 1
_PROMPTS = ("system", "developer")
_OPENING = ("user", "assistant")


class _Hashes(dict[str | bytes, int]):
    """Word → 32 bits; a dataset has few words and many of each."""

    def __missing__(self, word: str | bytes) -> int:
        data = word.encode("utf-8", "surrogatepass") if isinstance(word, str) else word
        # Neighbouring CRCs differ in few bits; the product spreads them.
        value = self[word] = zlib.crc32(data) * 0x9E3779B1 & 0xFFFFFFFF
        return value


_hashes = _Hashes()


@dataclass(frozen=True, slots=True)
class Sketch:
    """What is compared of one entry.

    Attributes:
        digests: one for each of `LEVELS`, "" where it has no such thing.
        prefixes: a digest of the first message, the first two, … system prompts left out.
        bins: 32 bits of the least hash in each of `BINS` bins; () for an entry without words.
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
    told = [_told(m, text) for m, text in messages]
    spoken = [n for n, (m, _) in enumerate(messages) if m.get("role") not in _PROMPTS]
    first = (next((n for n in spoken if messages[n][0].get("role") == role), None) for role in _OPENING)
    opening = [told[n] for n in first if n is not None]
    prefixes = tuple(_chain(told[n] for n in spoken))
    digests = (
        _last(_chain(told)) if len(spoken) < len(told) else _last(prefixes),
        _last(prefixes),
        _last(_chain(opening)) if len(opening) == len(_OPENING) else "",
    )
    return Sketch(digests, prefixes, _least(_sampled(_numbers(messages[n][1] for n in spoken))))


def folded(text: str) -> str:
    """A text as it is compared: NFKC, casefolded, runs of white space one space."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return " ".join(text.casefold().split())


def _told(message: Message, text: str) -> bytes:
    """What is compared of a message: who speaks, what it says, what it holds besides text."""
    content = message.get("content")
    more = [part for part in content if not _is_text(part)] if isinstance(content, list) else None
    said: list[Any] = [message.get("role"), message.get("name"), message.get("tool_calls"), text]
    return repr([*said, more] if more else said).encode("utf-8", "surrogatepass")


def _is_text(part: Any) -> bool:
    return isinstance(part, str) or (isinstance(part, dict) and part.get("type", "text") == "text")


def _chain(told: Iterable[bytes]) -> Iterator[str]:
    """A digest of the first message, the first two, and so on."""
    digest = hashlib.blake2b(digest_size=DIGEST)
    for message in told:
        digest.update(message)
        yield digest.hexdigest()


def _last(digests: Iterable[str]) -> str:
    return next(iter([*digests][-1:]), "")


def _numbers(texts: Iterable[str]) -> list[int]:
    """The words of folded texts as numbers; where a script writes no spaces, each character is one."""
    if len(_hashes) > 1_000_000:
        _hashes.clear()
    return list(map(_hashes.__getitem__, _words("\n".join(texts))))


def _words(text: str) -> Sequence[str | bytes]:
    """Runs of letters and digits. Most texts are ASCII but for their quotes, and bytes are split faster."""
    if not text.isascii():
        plain = text
        for sign in _TYPED:
            plain = plain.replace(sign, " ")
        if not plain.isascii():
            return (_WORD if _UNSPACED.search(text) else _PLAIN_WORD).findall(text)
        text = plain
    return text.encode().translate(_SPACED).split()


def _sampled(numbers: Sequence[int]) -> Set[int]:
    """A hash of every other run of five words, chosen by its first word, so that twins choose alike."""
    return set(map(hash, compress(_runs(numbers), [n & 1 for n in numbers]))) or _all(numbers)


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
    # The largest come first, so that the least of a bin is the one that stays.
    bins = {value % BINS: value for value in sorted(values, reverse=True)}
    return tuple((bins[n] if n in bins else _nearest(bins, n)) & 0xFFFFFFFF for n in range(BINS))


def _nearest(bins: dict[int, int], wanted: int) -> int:
    """The value of the next filled bin, told apart by how far that is."""
    steps = next(step for step in range(BINS) if (wanted + step) % BINS in bins)
    return bins[(wanted + steps) % BINS] + steps
