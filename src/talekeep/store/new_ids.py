"""New ids: UUID version 7, in the order they are asked for."""

import random
import secrets
import time
from collections.abc import Iterator

from talekeep.core.entry import uuid7


def dice() -> random.Random:
    """Chance for names that have to differ and need not be secret: the system is asked once, for a seed."""
    return random.Random(secrets.token_bytes(32))


def minted() -> Iterator[str]:
    """Ids that sort in the order they are taken, whatever the clock does meanwhile."""
    thrown = dice()
    last = time.time_ns() // 10**6 << 12
    while True:
        # 48 bits of milliseconds and 12 of counter, as one number that only grows.
        last = max(last + 1, time.time_ns() // 10**6 << 12)
        yield uuid7(last >> 12, last & 0xFFF, thrown.getrandbits(62))
