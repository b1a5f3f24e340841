"""What an import did, and how it was asked to."""

from dataclasses import dataclass
from dataclasses import field

from talekeep.core.entry_edit.speakers import Casting
from talekeep.formats.shapes.shape import Shape
from talekeep.ops.merge.conflicts import Open


@dataclass(frozen=True, slots=True)
class Taken:
    """A record that is in the dataset now, or was before: its number and line in the file, the entry's id."""

    file: str
    record: int
    line: int
    id: str


@dataclass(frozen=True, slots=True)
class SetAside:
    """A record that was not taken: its number and line in the file (0 in a registry), and why."""

    file: str
    record: int
    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Imported:
    """`added` became entries, `same` were there before, `refused` were set aside; `speakers` says which
    role each foreign speaker label got; `commit` is None when nothing changed or nothing was committed.

    From a RoleThread Lite registry `libraries` came, by kind; `notes` say what stayed otherwise than a
    file has it. Of a file exported from this dataset `changed` were merged back, `conflicts` wait in the
    folder to be resolved, and `absent` are entries that were exported and are not in the file: they stay.
    `unheard` are labels of the map of speakers that nobody has.
    """

    added: list[Taken] = field(default_factory=list)
    same: list[Taken] = field(default_factory=list)
    refused: list[SetAside] = field(default_factory=list)
    formats: dict[str, int] = field(default_factory=dict)
    speakers: dict[str, str] = field(default_factory=dict)
    commit: str | None = None
    changed: list[Taken] = field(default_factory=list)
    conflicts: list[Open] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)
    libraries: dict[str, list[str]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    unheard: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Options:
    """`format` forces one format by name; `mend` repairs what is not storable (lone surrogates, NaN);
    without `registry` no RoleThread Lite registry is read, without `trust` every file is only added;
    `speakers` says who speaks under which label; `shape` is a row of the user's own, which every record is
    read by."""

    format: str | None = None
    tags: tuple[str, ...] = ()
    mend: bool = False
    dry_run: bool = False
    commit: bool = True
    registry: bool = True
    trust: bool = True
    speakers: Casting | None = None
    shape: Shape | None = None
