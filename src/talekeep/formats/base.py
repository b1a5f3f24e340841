"""What a format is. A format is a module with these names, listed in `formats.FORMATS`."""

from dataclasses import dataclass
from dataclasses import field
from typing import Any
from typing import Protocol

from talekeep.core.entry import Entry


@dataclass(frozen=True, slots=True)
class Reading:
    """A foreign record read as an entry.

    `entry` has an `id` only where the record's own is a UUID; another id is `foreign_id`. `shape` is
    what `write` needs to give this very record back, None where the format's default does. `speakers`
    maps each speaker label that is no role to `role:slug`, as it was decided.
    """

    entry: Entry
    foreign_id: str | int | None = None
    shape: dict[str, Any] | None = None
    speakers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Written:
    """An entry written as a foreign record, and in words what the format could not hold."""

    record: dict[str, Any]
    losses: tuple[str, ...] = ()


class Format(Protocol):
    """A module of plain functions; none of them does I/O."""

    NAME: str
    TITLE: str

    def claims(self, record: dict[str, Any]) -> bool:
        """True if the record's keys and the shape of its conversation are this format's."""

    def read(self, record: dict[str, Any]) -> Reading:
        """Read one record.

        Raises:
            BadRecord: the record is claimed, but no entry can be made of it without guessing.
        """

    def write(
        self,
        entry: Entry,
        *,
        shape: dict[str, Any] | None = None,
        foreign_id: str | int | None = None,
        clean: bool = False,
    ) -> Written:
        """Write one entry; `clean` keeps nothing but the conversation (and the tools it was shown)."""
