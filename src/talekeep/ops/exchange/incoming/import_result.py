"""The options of an import, and its result."""

from collections import Counter
from collections.abc import Iterable
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path
from typing import Any

from talekeep.core.entry_edit.speakers import Casting
from talekeep.core.slug import slug
from talekeep.formats.shapes.shape import Shape
from talekeep.ops.merge.open_conflict import Open

# New entries that a dry run shows.
MOST_SAMPLES = 3


@dataclass(frozen=True, slots=True)
class ImportedRecord:
    """A record that is in the dataset now, or was before: its number and line in the file, the entry's id,
    the format it was read as, how many other replies came with it, and what was put right, by kind."""

    file: str
    record: int
    line: int
    id: str
    format: str = ""
    alternatives: int = 0
    mended: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RefusedRecord:
    """A record that was not stored: its number and line in the file (0 in a registry), and why. `format` is
    empty where none was recognised."""

    file: str
    record: int
    line: int
    reason: str
    format: str = ""


@dataclass(slots=True)
class FileCounts:
    """How many records of one format in one file became what: `changed` were merged into entries that were
    here. `alternatives` and `mended` count those of entries that were added or changed."""

    file: str
    format: str
    added: int = 0
    same: int = 0
    changed: int = 0
    refused: int = 0
    alternatives: int = 0
    mended: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Imported:
    """`added` became entries, `same` were there before, `refused` were refused; `speakers` says which
    role each foreign speaker label got; `commit` is None when nothing changed or nothing was committed.

    From a RoleThread Lite registry `libraries` came, by kind; `notes` say what stayed otherwise than a
    file has it. Of a file exported from this dataset `changed` were merged back, `conflicts` wait in the
    folder to be resolved, and `absent` are entries that were exported and are not in the file: they stay.
    Of a source that is imported again `removed` are entries that it no longer has, and that went here too.
    `unheard` are labels of the map of speakers that nobody has, `both_sides` labels that speak in several
    roles, with the number of records for each. `vanished` are files that an imported folder had before and
    has no more; their entries stay.

    `files` counts the records of each file and format, `alternatives` and `mended` are their sums. `samples`
    are the first new entries as scripts, in a dry run.
    """

    added: list[ImportedRecord] = field(default_factory=list)
    same: list[ImportedRecord] = field(default_factory=list)
    refused: list[RefusedRecord] = field(default_factory=list)
    formats: dict[str, int] = field(default_factory=dict)
    speakers: dict[str, str] = field(default_factory=dict)
    commit: str | None = None
    changed: list[ImportedRecord] = field(default_factory=list)
    conflicts: list[Open] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)
    libraries: dict[str, list[str]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    unheard: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    files: list[FileCounts] = field(default_factory=list)
    alternatives: int = 0
    mended: dict[str, int] = field(default_factory=dict)
    both_sides: dict[str, dict[str, int]] = field(default_factory=dict)
    samples: list[str] = field(default_factory=list)
    vanished: list[str] = field(default_factory=list)


@dataclass(slots=True)
class ImportLog:
    """What an import has done so far, written to by whoever does it; `answer` is the result at the end."""

    added: list[ImportedRecord] = field(default_factory=list)
    same: list[ImportedRecord] = field(default_factory=list)
    refused: list[RefusedRecord] = field(default_factory=list)
    formats: Counter[str] = field(default_factory=Counter)
    speakers: dict[str, str] = field(default_factory=dict)
    commit: str | None = None
    changed: list[ImportedRecord] = field(default_factory=list)
    conflicts: list[Open] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)
    libraries: dict[str, list[str]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    samples: list[str] = field(default_factory=list)
    vanished: list[str] = field(default_factory=list)
    # Slugs of the speaker labels that records had.
    labels: set[str] = field(default_factory=set)
    # Speaker label → role → how many records have it so.
    roles: dict[str, Counter[str]] = field(default_factory=dict)

    def include(self, other: "ImportLog") -> None:
        """Add what another import did; the commit is the last one made."""
        self.added += other.added
        self.same += other.same
        self.refused += other.refused
        self.changed += other.changed
        self.conflicts += other.conflicts
        self.absent += other.absent
        self.removed += other.removed
        self.notes += other.notes
        self.formats += other.formats
        self.speakers = {**other.speakers, **self.speakers}
        self.labels |= other.labels
        self.samples = [*self.samples, *other.samples][:MOST_SAMPLES]
        for label, counts in other.roles.items():
            self.roles.setdefault(label, Counter()).update(counts)
        self.commit = other.commit or self.commit
        self.took(other.libraries.items())

    def took(self, items: Iterable[tuple[str, list[str]]]) -> None:
        """Note what came into the libraries, by kind."""
        for kind, slugs in items:
            self.libraries.setdefault(kind, []).extend(slugs)

    def answer(self, speakers: Casting | None = None) -> Imported:
        """The result.

        Args:
            speakers: the map the import was given; who of it was nobody is told.
        """
        files = self._by_file()
        both_sides = {label: dict(counts) for label, counts in self.roles.items() if len(counts) > 1}
        unused = [label for label in (speakers.spelled if speakers else ()) if slug(label) not in self.labels]
        return Imported(
            added=self.added,
            same=self.same,
            refused=self.refused,
            formats=dict(self.formats),
            speakers=self.speakers,
            commit=self.commit,
            changed=self.changed,
            conflicts=self.conflicts,
            absent=self.absent,
            libraries=self.libraries,
            notes=[*self.notes, *(f"nobody speaks as {printable(label)}" for label in unused)],
            unheard=unused,
            removed=self.removed,
            files=files,
            alternatives=sum(row.alternatives for row in files),
            mended=dict(sum((Counter(row.mended) for row in files), Counter())),
            both_sides=both_sides,
            samples=self.samples,
            vanished=self.vanished,
        )

    def _by_file(self) -> list[FileCounts]:
        """The counts of each file and format, in the order they were met."""
        rows: dict[tuple[str, str], FileCounts] = {}
        outcomes: tuple[tuple[str, Sequence[ImportedRecord | RefusedRecord]], ...] = (
            ("added", self.added),
            ("changed", self.changed),
            ("same", self.same),
            ("refused", self.refused),
        )
        for outcome, records in outcomes:
            for record in records:
                key = (record.file, record.format)
                row = rows.get(key) or rows.setdefault(key, FileCounts(*key))
                setattr(row, outcome, getattr(row, outcome) + 1)
                if isinstance(record, ImportedRecord) and outcome != "same":
                    row.alternatives += record.alternatives
                    for kind, count in record.mended.items():
                        row.mended[kind] = row.mended.get(kind, 0) + count
        return list(rows.values())


def printable(name: str) -> str:
    """The name without signs that could steer a terminal."""
    return "".join(c if c.isprintable() else "_" for c in name)


@dataclass(frozen=True, slots=True)
class Options:
    """`format` forces one format by name; `mend` repairs what is not storable (lone surrogates, NaN);
    without `registry` no RoleThread Lite registry is read, without `trust` every file is only added;
    `speakers` says who speaks under which label; `shape` is a row of the user's own, which every record is
    read by; `encoding` is what the files are written in, `columns` what a table's columns are called here,
    `rights` fields of the new sources: author, licence, permission, url, models; `greetings` and `examples`
    make entries of what character cards hold; `database` is RoleThread Lite's, which completes registries;
    `lift_names` makes names in the texts of one side the names of who speaks.
    """

    format: str | None = None
    tags: tuple[str, ...] = ()
    mend: bool = False
    dry_run: bool = False
    commit: bool = True
    registry: bool = True
    trust: bool = True
    speakers: Casting | None = None
    shape: Shape | None = None
    encoding: str | None = None
    columns: dict[str, str] = field(default_factory=dict)
    rights: dict[str, Any] = field(default_factory=dict)
    greetings: bool = False
    examples: bool = False
    database: Path | None = None
    exported: str | None = None
    lift_names: bool = False
