"""What a mirror needs from outside: disk, clock, random numbers, this machine. Tests pass their own."""

import os
import secrets
import sys
from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import field
from datetime import UTC
from datetime import datetime
from pathlib import Path

from talekeep.remotes.mirror.folder.disk import Disk
from talekeep.store.files import outside
from talekeep.store.files import replace


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
    limits: Limits = Limits()
    keys: Callable[[], Path] = lambda: user_state() / "keys"


def user_state() -> Path:
    """The folder for this user's state on this machine (XDG_STATE_HOME and its like)."""
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData/Local") / "talekeep"
    if sys.platform == "darwin":
        return Path.home() / "Library/Application Support/talekeep"
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local/state") / "talekeep"


def machine_id(folder: Path) -> str:
    """A random id, made once on this machine, that says nothing about it.

    Raises:
        Outside: it can be neither read nor written.
    """
    place = folder / "machine"
    try:
        if not place.exists():
            replace(place, secrets.token_hex(16).encode())
        return place.read_text(encoding="ascii", errors="replace").strip()
    except OSError as error:
        raise outside(f"cannot read {place}", error) from error
