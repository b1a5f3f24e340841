"""What a metric is: a measurement of single entries that adds up, and what the sum says of a dataset.

What is measured depends on the entry alone, so it is kept for every part that does not change. What depends
on the libraries (which tags are current, what a source is called) is brought in when reporting.
"""

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from typing import Any
from typing import Literal
from typing import TypeAlias

from talekeep.core.entry import Entry
from talekeep.core.reviews import Policy
from talekeep.metrics.tally import Tally

Sees: TypeAlias = Literal["entry", "sidecar", "both", "findings"]
Kind: TypeAlias = Literal["ranked", "ordered", "parts"]
Report: TypeAlias = dict[str, Any]

Reader: TypeAlias = Callable[[Sequence[str]], Mapping[str, Entry]]


def _reads_nothing(_: Sequence[str]) -> Mapping[str, Entry]:
    return {}


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
        mapped: the characters whose messages a registry of RoleThread Lite maps.
        sources: slug of each source → its file name.
        stamped: the sources that were datasets of RoleThread Lite.
        policy: how reviews are counted.
        registry: whether it has libraries of its own: tags, characters or prompts.
        read: entries by their ids, for the few that have to be looked at again.
    """

    entries: int = 0
    tags: Mapping[str, str] = field(default_factory=dict)
    categories: Mapping[str, str] = field(default_factory=dict)
    renamed: Mapping[str, str] = field(default_factory=dict)
    characters: Mapping[str, str] = field(default_factory=dict)
    mapped: frozenset[str] = frozenset()
    sources: Mapping[str, str] = field(default_factory=dict)
    stamped: frozenset[str] = frozenset()
    policy: Policy = "strictest"
    registry: bool = False
    read: Reader = _reads_nothing


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of a chart: how many, and the query that selects the entries where there is one."""

    label: str
    count: int
    where: str | None = None


@dataclass(frozen=True, slots=True)
class Chart:
    """A distribution to be drawn.

    Attributes:
        unit: what the counts count.
        note: a sentence about it.
        kind: "ranked" for names, "ordered" for values that have an order, "parts" for what makes up a whole.
        whole: what shares are shares of; the sum of the counts without one, no shares at 0.
    """

    title: str
    unit: str
    bars: tuple[Bar, ...]
    note: str = ""
    kind: Kind = "ranked"
    whole: int | None = None

    def share(self, count: int) -> str:
        """A count as a share of the whole, in words; "" where there is none."""
        whole = sum(bar.count for bar in self.bars) if self.whole is None else self.whole
        if not whole:
            return ""
        return "<1%" if 0 < count < whole / 200 else f"{count / whole:.0%}"


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
        measure: the tally of one entry. It gets what `sees` names: the entry, its sidecar ({} without one),
            both as {"entry": …, "sidecar": …}, or what validation finds in it (a list of `Finding`). It never
            raises, whatever the value, never changes it, and gives JSON values that `tally.total` can add.
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


@dataclass(frozen=True, slots=True)
class Points:
    """Points of a category: what they are given for, how many, of how many, and what was measured."""

    name: str
    points: float
    of: float
    measured: str


@dataclass(frozen=True, slots=True)
class Category:
    """One of the four categories: its score of 25, the label of that, and what it is made of."""

    name: str
    title: str
    score: float
    label: str
    points: tuple[Points, ...] = ()


@dataclass(frozen=True, slots=True)
class Judged:
    """What a profile makes of the reports: `metrics` for scripts, categories, charts under headings, and
    what to look at."""

    metrics: dict[str, Report]
    categories: tuple[Category, ...]
    charts: tuple[tuple[str, tuple[Chart, ...]], ...]
    advice: tuple[Advice, ...]


@dataclass(frozen=True, slots=True)
class Profile:
    """A way of judging a dataset.

    Attributes:
        metrics: what is measured.
        rules: the validation profile whose findings count; "" for the dataset's own policy.
        judge: what the reports of these metrics say, by their names.
        format: the entries are measured as an export in this format has them; "" for as they are.
    """

    name: str
    metrics: tuple[Metric, ...]
    rules: str
    judge: Callable[[Mapping[str, Report], Frame], Judged]
    format: str = ""
