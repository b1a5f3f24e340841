"""Ids of entries: new ones, and which ids each blob holds."""

import random
import secrets
import time
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from typing import TYPE_CHECKING
from typing import TypeAlias

from talekeep.core.entry import uuid7

if TYPE_CHECKING:
    from talekeep.store.cache import Cache

# The (id, line number) pairs of a blob, and how many lines it has with and without an id.
Ids: TypeAlias = tuple[Sequence[tuple[str, int]], int]

# How many blobs may wait for the cache: some 128 MB of entries, whose ids take a few MB of memory.
_WAITING = 1024


def dice() -> random.Random:
    """Random numbers for names that have to differ and need not be secret; seeded once by the system."""
    return random.Random(secrets.token_bytes(32))


def minted() -> Iterator[str]:
    """New ids, UUID version 7, that sort in the order they are taken, whatever the clock does meanwhile."""
    numbers = dice()
    last = time.time_ns() // 10**6 << 12
    while True:
        # 48 bits of milliseconds and 12 of counter, as one number that only grows.
        last = max(last + 1, time.time_ns() // 10**6 << 12)
        yield uuid7(last >> 12, last & 0xFFF, numbers.getrandbits(62))


class IdIndex:
    """The ids by blob: those in the cache, and those of blobs that were read since.

    They are noted while lines are read for any purpose: no line is decoded a second time to learn its id,
    and what was noted goes to the cache in one transaction.
    """

    def __init__(self, cache: "Callable[[], Cache]") -> None:
        self._cache = cache
        self._noted: dict[str, Ids] = {}

    def note(self, blob: str, ids: Ids) -> None:
        """Note the ids of a blob."""
        self._noted[blob] = ids
        if len(self._noted) >= _WAITING:
            self._cache().record(self._noted)
            self._noted.clear()

    def require(self, blobs: Mapping[str, str], read: Callable[[str], object]) -> None:
        """Make sure the cache knows these blobs.

        Args:
            blobs: blob → the path to read it by.
            read: reads the lines of a path and notes them; called for blobs nobody has read.
        """
        unknown = self._cache().unknown(blobs)
        for blob in unknown:
            if blob not in self._noted:
                read(blobs[blob])
        if unknown:
            self._cache().record(self._noted)
        self._noted.clear()
