"""One open conflict, as it is listed."""

from dataclasses import dataclass
from typing import Any

from talekeep.core.finding import Path


@dataclass(frozen=True, slots=True)
class Open:
    """One open conflict: its file, the entry's id (in a library the slug), the path in it, the sides that
    are there; `reason` instead of sides where the file as a whole could not be merged."""

    file: str
    entry: str | None
    path: Path = ()
    base: Any = None
    ours: Any = None
    theirs: Any = None
    reason: str | None = None
