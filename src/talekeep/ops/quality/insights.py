"""`insights`: what a dataset is like, in figures; of a moment, and what changed since another."""

from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from talekeep.core.entry import Entry
from talekeep.core.errors import Usage
from talekeep.formats.rolethread import is_slug
from talekeep.library import characters
from talekeep.library import prompts
from talekeep.library import sources
from talekeep.library import tags
from talekeep.metrics import grades
from talekeep.metrics.base import Advice
from talekeep.metrics.base import Category
from talekeep.metrics.base import Chart
from talekeep.metrics.base import Frame
from talekeep.metrics.base import Judged
from talekeep.metrics.base import Profile
from talekeep.metrics.profiles import PROFILES
from talekeep.metrics.profiles import with_added
from talekeep.metrics.profiles import with_own_lists
from talekeep.ops import Progress
from talekeep.ops import silent
from talekeep.ops.quality.metric_cache import measured
from talekeep.ops.workspace.select import view_of
from talekeep.store import libraries
from talekeep.store import plugins
from talekeep.store.dataset import Dataset
from talekeep.store.view import View


@dataclass(frozen=True, slots=True)
class Section:
    """Distributions under one heading."""

    title: str
    charts: tuple[Chart, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure (`score`, `replies.median_words`) that is not what it was."""

    figure: str
    before: float | str | None
    after: float | str | None


@dataclass(frozen=True, slots=True)
class Since:
    """What the same dataset was at another commit, and what differs."""

    revision: str
    entries: int
    score: float
    categories: tuple[Category, ...]
    sections: tuple[Section, ...]
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class Insights:
    """Guidance, not judgement: `score` (0 to 100) of four `categories`, the `metrics` behind them, their
    distributions, and what to look at with the query that selects it; `html` is the page that was written."""

    profile: str
    entries: int
    score: float
    label: str
    categories: tuple[Category, ...]
    metrics: dict[str, Any]
    sections: tuple[Section, ...]
    recommendations: tuple[Advice, ...]
    since: Since | None = None
    html: str | None = None


def insights(
    dataset: Dataset,
    *,
    profile: str = "default",
    where: str | None = None,
    revision: str | None = None,
    since: str | None = None,
    progress: Progress = silent,
) -> Insights:
    """Measure a dataset, or the entries in it that match a query.

    Args:
        profile: a key of `metrics.profiles.PROFILES`.
        revision: the past; as it lies in the folder without one.
        since: also what it was at this commit.

    Raises:
        Usage: no such profile, or not a query. NotFound: no such revision.
        Refused: talekeep.toml or a library cannot be read.
    """
    if profile not in PROFILES:
        raise Usage(f"there is no profile {profile!r}", f"profiles: {', '.join(PROFILES)}")
    plugins.use_rules()
    plugins.use_metrics()
    how = with_own_lists(with_added(PROFILES[profile]), dataset.config.validation.placeholders)
    view = view_of(dataset, revision)
    before = dataset.at(since) if since is not None else None
    entries, now = _judged(dataset, view, how, where, before, progress)
    return Insights(
        profile,
        entries,
        grades.whole(now.categories),
        grades.grade(grades.whole(now.categories)),
        now.categories,
        now.metrics,
        _sections(now),
        now.advice,
        None
        if before is None or since is None
        else _since(since, entries, now, *_judged(dataset, before, how, where, view, progress)),
    )


def _judged(
    dataset: Dataset, view: View, profile: Profile, where: str | None, other: View | None, progress: Progress
) -> tuple[int, Judged]:
    result = measured(dataset, view, profile, where, other, progress)
    frame = frame_of(dataset, view, result.entries)
    reports = {m.name: m.report(result.tallies.get(m.name, {}), frame) for m in profile.metrics}
    return result.entries, profile.judge(reports, frame)


def frame_of(dataset: Dataset, view: View, entries: int) -> Frame:
    words = tags.with_built_in(libraries.vocabulary(view))
    known = libraries.read(view, sources.KIND, sources.Source)
    people = libraries.read(view, characters.KIND, characters.Character)
    return Frame(
        entries=entries,
        tags={name: tag.category for name, tag in words.tags.items() if tag.status == "active"},
        categories={name: category.name for name, category in words.categories.items()},
        renamed=tags.renamed(words),
        characters={name: person.name for name, person in people.items()},
        mapped=frozenset(name for name, person in people.items() if person.active and is_slug(name)),
        sources={name: source.file for name, source in known.items()},
        stamped=frozenset(name for name, source in known.items() if source.format == "rolethread"),
        policy=dataset.config.review.policy,
        registry=any(kind.path in view.files for kind in (tags.KIND, characters.KIND, prompts.KIND)),
        read=partial(_read, dataset, view),
    )


def _read(dataset: Dataset, view: View, ids: Sequence[str]) -> Mapping[str, Entry]:
    places: dict[str, set[int]] = {}
    for place in dataset.places(view, ids):
        places.setdefault(place.part, set()).add(place.line)
    lines = (line for part, numbers in places.items() for line in view.lines(part) if line.number in numbers)
    return {line.value["id"]: line.value for line in lines}


def _sections(judged: Judged) -> tuple[Section, ...]:
    return tuple(Section(title, charts) for title, charts in judged.charts)


def _since(revision: str, entries: int, now: Judged, was_entries: int, before: Judged) -> Since:
    was, has = _figures(was_entries, before), _figures(entries, now)
    return Since(
        revision,
        was_entries,
        grades.whole(before.categories),
        before.categories,
        _sections(before),
        tuple(
            Difference(name, was.get(name), has.get(name))
            for name in {**was, **has}
            if was.get(name) != has.get(name)
        ),
    )


def _figures(entries: int, judged: Judged) -> dict[str, float | str]:
    """The scores and the single figures of the reports; distributions are for the charts."""
    figures: dict[str, float | str] = {"score": grades.whole(judged.categories), "entries": entries}
    figures |= {category.name: category.score for category in judged.categories}
    for name, report in judged.metrics.items():
        for key, value in report.items():
            if isinstance(value, int | float | str) and key not in ("says", "score"):
                figures[f"{name}.{key}"] = value
    return figures
