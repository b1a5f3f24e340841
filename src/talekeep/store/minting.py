"""New ids: UUID version 7, in the order they are asked for."""

import secrets
import time
from collections.abc import Iterator

from talekeep.core.entry import uuid7

# Random numbers are fetched by the block: each fetch is a call to the system.
_BLOCK = 512


def minted() -> Iterator[str]:
    """Ids that sort in the order they are taken, whatever the clock does meanwhile."""
    last = time.time_ns() // 10**6 << 12
    for random in _random():
        # 48 bits of milliseconds and 12 of counter, as one number that only grows.
        last = max(last + 1, time.time_ns() // 10**6 << 12)
        yield uuid7(last >> 12, last & 0xFFF, random)


def _random() -> Iterator[int]:
    """Numbers of 64 bits."""
    while True:
        block = secrets.token_bytes(8 * _BLOCK)
        yield from (int.from_bytes(block[at : at + 8], "big") for at in range(0, len(block), 8))
