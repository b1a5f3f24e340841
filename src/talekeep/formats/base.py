"""What a format is. A format is a module or object with these names, listed in `formats.FORMATS`."""

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from typing import Any
from typing import Protocol

from talekeep.core.entry import Entry
from talekeep.core.errors import BadRecord

# Another reply that a source holds, as the sidecar keeps it: see docs/dataset.md.
Alternative = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Reading:
    """A foreign record read as an entry.

    `entry` has an `id` only where the record's own is a UUID; another id is `foreign_id`. `shape` is
    what `write` needs to give this very record back, None where the format's default does. `speakers`
    maps each speaker label that is no role to `role:slug`, as it was decided. `alternatives` are bound to
    the messages of `entry`. `mended` counts, in words, what was put right. `reviews` are what people said of
    it there, as the sidecar keeps them.
    """

    entry: Entry
    foreign_id: str | int | None = None
    shape: dict[str, Any] | None = None
    speakers: dict[str, str] = field(default_factory=dict)
    alternatives: tuple[Alternative, ...] = ()
    mended: dict[str, int] = field(default_factory=dict)
    reviews: dict[str, dict[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Written:
    """An entry written as a foreign record, and in words what the format could not hold."""

    record: dict[str, Any]
    losses: tuple[str, ...] = ()


class Reader(Protocol):
    """Reads one kind of record; no I/O.

    `KEYS`: every record of this kind has at least one of them. `SAMPLE`: a file of this kind, at most five
    lines.
    """

    NAME: str
    TITLE: str
    SAMPLE: str
    KEYS: frozenset[str]

    def claims(self, record: dict[str, Any]) -> bool:
        """True if the record's keys and the shape of its conversation are this format's."""

    def read(self, record: dict[str, Any]) -> Reading:
        """Read one record.

        Raises:
            BadRecord: the record is claimed, but no entry can be made of it without guessing.
        """


class Format(Reader, Protocol):
    """A reader that also writes."""

    def write(
        self,
        entry: Entry,
        *,
        shape: dict[str, Any] | None = None,
        foreign_id: str | int | None = None,
        clean: bool = False,
        alternatives: Sequence[Alternative] = (),
    ) -> Written:
        """Write one entry; `clean` keeps nothing but the conversation (and the tools it was shown)."""


class Lines(Protocol):
    """A kind of file that has one part of a conversation a line."""

    def is_line(self, value: dict[str, Any]) -> bool:
        """True if the value is a part of a conversation and none by itself."""

    def conversation(self, value: dict[str, Any]) -> Any:
        """What tells the conversation of a line; None where a line does not."""

    def goes_on(self, opened: Any, conversation: Any) -> bool:
        """True if a line of `conversation` belongs to the one whose first line said `opened`."""

    def joined(self, lines: list[dict[str, Any]]) -> Any:
        """The record that these lines are together."""


def require(claimed: bool, title: str) -> None:
    """Refuse a record that was forced on a format.

    Raises:
        BadRecord: the format does not claim it.
    """
    if not claimed:
        raise BadRecord(f"this is none of: {title}")


def others_lost(alternatives: Sequence[Alternative]) -> tuple[str, ...]:
    """The loss of a format that has no place for other replies."""
    return ("alternatives (other replies)",) if alternatives else ()
