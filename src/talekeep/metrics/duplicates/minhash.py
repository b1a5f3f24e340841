"""How alike conversations are: the sketch of an entry, small enough to compare 100,000 of them.

Digests tell what is equal; the least hashes of its runs of five words (MinHash, Broder 1997, with one
permutation after Li, Owen and Zhang 2012) tell what may be nearly so. Words are hashed by CRC-32 and
everything else is arithmetic, so the same texts give the same sketch in every run.
"""

import hashlib
import struct
from array import array
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from collections.abc import Set
from dataclasses import dataclass
from functools import lru_cache
from itertools import compress
from operator import itemgetter
from typing import Any
from zlib import crc32

from talekeep.core.entry import Entry
from talekeep.core.entry import Message
from talekeep.core.entry import messages_of
from talekeep.core.entry import text_of
from talekeep.metrics.fast_text import folded
from talekeep.metrics.fast_text import words

LEVELS = ("entry", "conversation", "opening")
BINS = 30
# Bytes of a digest: 100,000 entries have some 10 digests each, and no two differing ones may be equal.
DIGEST = 10
# Bytes of a bin.
BIN = 4
_RUN = 5
# Neighbouring CRCs differ in few bits; the product spreads them.
_SPREAD = 0x9E3779B1
_SHORT = 256
_ODD = bytes(n & 1 for n in range(256))
_MASK = (1 << 61) - 1
_PROMPTS = ("system", "developer")
_OPENING = ("user", "assistant")
_in_order = itemgetter(*range(BINS))


@dataclass(frozen=True, slots=True)
class Sketch:
    """What is compared of one entry.

    Attributes:
        digests: one for each of `LEVELS`, b"" where it has no such thing.
        prefixes: the digests of the first message, the first two, … system prompts left out, end to end.
        bins: the lower 32 bits of the least hash in each of `BINS` bins, end to end; b"" for an entry
            without words.
    """

    digests: tuple[bytes, ...]
    prefixes: bytes
    bins: bytes

    def prefix(self, messages: int) -> bytes:
        """The digest of the first so many messages; b"" where there are fewer."""
        return self.prefixes[DIGEST * (messages - 1) : DIGEST * messages]


def sketch(entry: Entry) -> Sketch:
    """The sketch of an entry.

    Of the levels "entry" is every message, "conversation" leaves system prompts out, and "opening" is the
    first user message with the first reply. Case, Unicode form (NFKC) and white space do not count.
    """
    messages = messages_of(entry)
    roles = [m.get("role") for m in messages]
    texts = folded([text_of(m) for m in messages])
    compared = [*map(_compared, messages, texts)]
    spoken = [n for n, role in enumerate(roles) if role not in _PROMPTS]
    first = (next((n for n in spoken if roles[n] == role), None) for role in _OPENING)
    opening = [compared[n] for n in first if n is not None]
    prefixes = _chain([compared[n] for n in spoken])
    digests = (
        _digest(compared) if len(spoken) < len(compared) else prefixes[-DIGEST:],
        prefixes[-DIGEST:],
        _digest(opening) if len(opening) == len(_OPENING) else b"",
    )
    return Sketch(digests, prefixes, _least(_sampled(_numbers(texts[n] for n in spoken))))


def _compared(message: Message, text: bytes) -> bytes:
    """What is compared of a message: who speaks, what it holds besides text, what it says."""
    role, name, content = message.get("role"), message.get("name"), message.get("content")
    calls = message.get("tool_calls")
    plain = calls is None and isinstance(content, str)
    # A name may be as long as a line, and what is remembered stays.
    if plain and isinstance(role, str) and isinstance(name, str | None) and len(role + (name or "")) < _SHORT:
        return b"%b\n%b\n" % (_speaker(role, name), text)
    more = [part for part in content if not _is_text(part)] if isinstance(content, list) else None
    texts = [role, name, calls, more] if more else [role, name, calls]
    return b"%b\n%b\n" % (repr(texts).encode("utf-8", "surrogatepass"), text)


@lru_cache(maxsize=4096)
def _speaker(role: str, name: str | None) -> bytes:
    return repr([role, name, None]).encode("utf-8", "surrogatepass")


def _is_text(part: Any) -> bool:
    return isinstance(part, str) or (isinstance(part, dict) and part.get("type", "text") == "text")


def _chain(messages: Sequence[bytes]) -> bytes:
    """The digests of the first message, the first two, and so on."""
    digest = hashlib.blake2b(digest_size=DIGEST)
    result = []
    for message in messages:
        digest.update(message)
        result.append(digest.digest())
    return b"".join(result)


def _digest(messages: Sequence[bytes]) -> bytes:
    """The last of the chain."""
    return hashlib.blake2b(b"".join(messages), digest_size=DIGEST).digest()


def _numbers(texts: Iterable[bytes]) -> tuple[int, ...]:
    """The words of folded texts as numbers of 32 bits."""
    spoken = words(b"\n".join(texts))
    row = struct.Struct(f"<{len(spoken)}Q")
    # All in one long number, so that one product spreads each of them; of each the lower half stays.
    packed = int.from_bytes(row.pack(*map(crc32, spoken)), "little") * _SPREAD
    lower = int.from_bytes(b"\xff\xff\xff\xff\0\0\0\0" * len(spoken), "little")
    return row.unpack((packed & lower).to_bytes(row.size, "little"))


def _sampled(numbers: Sequence[int]) -> Iterable[int]:
    """A hash of every other run of five words, chosen by its first word, so that twins choose alike."""
    odd = struct.pack(f"<{len(numbers)}I", *numbers)[::4].translate(_ODD)
    return [*map(hash, compress(_runs(numbers), odd))] or [value & _MASK for value in _all(numbers)]


def _runs(numbers: Sequence[int]) -> Iterator[tuple[int, ...]]:
    return zip(*(numbers[n:] for n in range(_RUN)), strict=False)


def _all(numbers: Sequence[int]) -> Set[int]:
    """Hashes of all runs of five words; of all words together where they are fewer."""
    if len(numbers) < _RUN:
        return {hash(tuple(numbers))} if numbers else set()
    return set(map(hash, _runs(numbers)))


def shingles(entry: Entry) -> Set[int]:
    """Hashes of all runs of five words of what is said in an entry, system prompts left out; of all its
    words together where they are fewer."""
    texts = (m for m in messages_of(entry) if m.get("role") not in _PROMPTS)
    return _all(_numbers(folded([text_of(m) for m in texts])))


def jaccard(a: Set[int], b: Set[int]) -> float:
    """Shared hashes as a share of all of them; 0.0 where there are none."""
    shared = len(a & b)
    return shared / (len(a) + len(b) - shared) if shared else 0.0


def _least(values: Iterable[int]) -> bytes:
    # The largest come first, so that the least of a bin is the one that stays.
    bins = {value % BINS: value for value in sorted(values, reverse=True)}
    if not bins:
        return b""
    if len(bins) < BINS:
        bins |= {n: _nearest(bins, n) for n in range(BINS) if n not in bins}
    return array("I", struct.pack(f"<{BINS}q", *_in_order(bins)))[::2].tobytes()


def _nearest(bins: dict[int, int], wanted: int) -> int:
    """The value of the next filled bin, told apart by how far that is."""
    steps = next(step for step in range(BINS) if (wanted + step) % BINS in bins)
    return bins[(wanted + steps) % BINS] + steps & 0xFFFFFFFF
