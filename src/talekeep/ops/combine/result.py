"""The options and the result of `combine`."""

from dataclasses import dataclass
from dataclasses import field

from talekeep.ops.exchange.incoming.import_result import RefusedRecord

DEDUPE = ("exact", "near", "none")


@dataclass(frozen=True, slots=True)
class Options:
    """`dedupe` drops "exact" or "near" twins of what came before, or "none"; `seed` shuffles what is new,
    None leaves it in the order of the sources."""

    dedupe: str = "exact"
    threshold: float = 0.85
    seed: int | None = None
    dry_run: bool = False
    commit: bool = True


@dataclass(frozen=True, slots=True)
class Twin:
    """An entry that was not added, because `kept` is like it: its id, the source it stood in and where.

    `tags` went to the one that was kept; in the top-level keys `differ` the two are not the same, and the
    first one's stand.
    """

    kept: str
    dropped: str
    source: str
    place: str
    likeness: float
    tags: list[str]
    differ: list[str]


@dataclass(frozen=True, slots=True)
class Reminted:
    """An entry that got a new id, because another conversation has the old one."""

    before: str
    now: str
    source: str
    place: str


@dataclass(frozen=True, slots=True)
class Clash:
    """A library table that differs in a source, in the fields `differ`; `kept` says which version stays."""

    kind: str
    name: str
    source: str
    differ: list[str]
    kept: str


@dataclass(frozen=True, slots=True)
class Source:
    """The counts of one source; `entries` is the number it holds."""

    source: str
    kind: str
    entries: int
    added: int
    duplicates: int
    refused: int


@dataclass(frozen=True, slots=True)
class Combined:
    """`added` are the ids of the new entries in the order they stand, `changed` those that were there and
    got tags or notes of a twin, `libraries` what came, by kind. `commit` is None when nothing changed.
    """

    into: str
    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    duplicates: list[Twin] = field(default_factory=list)
    reminted: list[Reminted] = field(default_factory=list)
    clashes: list[Clash] = field(default_factory=list)
    refused: list[RefusedRecord] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)
    libraries: dict[str, list[str]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    commit: str | None = None
