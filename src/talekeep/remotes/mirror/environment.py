"""What a mirror needs from outside: disk, clock, random numbers, this machine. Tests pass their own."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import field
from datetime import UTC
from datetime import datetime
from pathlib import Path

from talekeep.remotes.mirror.folder.disk import Disk
from talekeep.remotes.this_machine import machine_id
from talekeep.remotes.this_machine import machine_label
from talekeep.remotes.this_machine import user_state


@dataclass(frozen=True, slots=True)
class Limits:
    """When a push is a full one: sizes in bytes, `chain` in bundles, `share` of the last full one.

    Below `small` the newest file alone is a clone. The others bound what is written (about three times
    the data) and what a restore has to read (16 files).
    """

    small: int = 2**20
    chain: int = 16
    share: float = 0.5


@dataclass(frozen=True, slots=True)
class Setting:
    disk: Disk = field(default_factory=Disk)
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    token: Callable[[int], str] = secrets.token_hex
    machine: Callable[[], str] = lambda: machine_id(user_state())
    label: Callable[[], str | None] = lambda: machine_label(user_state())
    limits: Limits = Limits()
    keys: Callable[[], Path] = lambda: user_state() / "keys"
