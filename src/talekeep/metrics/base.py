"""What a metric is: a measurement of single entries that adds up, and what the sum says of a dataset.

What is measured depends on the entry alone, so it is kept for every part that does not change. What depends
on the libraries (which tags are current, what a source is called) is brought in when reporting.
"""

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from typing import Any
from typing import Literal
from typing import TypeAlias

from talekeep.metrics.tally import Tally

Sees: TypeAlias = Literal["entry", "sidecar", "findings"]
Report: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Frame:
    """What is known of the dataset when tallies are read.

    Attributes:
        entries: how many were measured.
        tags: slug of each tag of the vocabulary, the built-in ones included → its category, "" for none;
            only active ones.
        categories: slug of each category → how people read it.
        renamed: old name of a tag → its current one.
        characters: slug of each character in the library → how people read it.
        sources: slug of each source → its file name.
        stamped: the sources that were datasets of RoleThread Lite.
        registry: whether it has libraries of its own: tags, characters or prompts.
    """

    entries: int = 0
    tags: Mapping[str, str] = field(default_factory=dict)
    categories: Mapping[str, str] = field(default_factory=dict)
    renamed: Mapping[str, str] = field(default_factory=dict)
    characters: Mapping[str, str] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    stamped: frozenset[str] = frozenset()
    registry: bool = False


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of a chart: how many, and the query that selects the entries where there is one."""

    label: str
    count: int
    where: str | None = None


@dataclass(frozen=True, slots=True)
class Chart:
    """A distribution to be drawn: `unit` is what the counts count, `note` a sentence about it."""

    title: str
    unit: str
    bars: tuple[Bar, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Advice:
    """Something to look at: said in a sentence, with the query that selects the entries (without one the
    sentence is about the dataset as a whole)."""

    text: str
    where: str | None = None


def _no_charts(_: Report) -> Iterable[Chart]:
    return ()


def _no_advice(_: Report) -> Iterable[Advice]:
    return ()


@dataclass(frozen=True, slots=True)
class Metric:
    """One row of the table.

    Attributes:
        name: what it is called in `metrics` of the JSON answer.
        title: the heading over its charts.
        measure: the tally of one entry. It gets what `sees` names: the entry, its sidecar ({} without one)
            or what validation finds in it (a list of `Finding`). It never raises, whatever the value, never
            changes it, and gives JSON values that `tally.total` can add.
        report: the sum of all tallies as JSON values for people and scripts. An empty tally is that of a
            dataset without entries.
        charts: its distributions, drawn from the report.
        advise: what the report suggests to look at.
        version: another number whenever `measure` gives another tally, so that kept ones are not used.
    """

    name: str
    title: str
    measure: Callable[[Any], Tally]
    report: Callable[[Tally, Frame], Report]
    charts: Callable[[Report], Iterable[Chart]] = _no_charts
    advise: Callable[[Report], Iterable[Advice]] = _no_advice
    sees: Sees = "entry"
    version: int = 1
