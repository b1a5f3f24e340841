"""Values by which a list of entries can be filtered, with counts. They are cached for each part."""

from dataclasses import dataclass

from talekeep.metrics import characters
from talekeep.metrics import reviews
from talekeep.metrics import tags
from talekeep.metrics.base import Metric
from talekeep.ops.quality.insights import frame_of
from talekeep.ops.quality.metric_cache import tallied
from talekeep.store.dataset import Dataset

_METRICS: tuple[Metric, ...] = (reviews.METRIC, characters.METRIC, tags.METRIC)


@dataclass(frozen=True, slots=True)
class Facets:
    """How many entries there are of each state of review, and with each character and tag, the most first."""

    entries: int
    reviews: dict[str, int]
    characters: dict[str, int]
    tags: dict[str, int]


def facets(dataset: Dataset) -> Facets:
    """Of the dataset as it lies in the folder.

    Raises:
        Refused: talekeep.toml or a library cannot be read.
    """
    view = dataset.now()
    result = tallied(dataset, view, "facets", _METRICS)
    frame = frame_of(dataset, view, result.entries)
    reports = {m.name: m.report(result.tallies.get(m.name, {}), frame) for m in _METRICS}
    states = {**reports["reviews"]["states"], "disputed": reports["reviews"]["disputed"]}
    return Facets(result.entries, states, reports["characters"]["entries"], reports["tags"]["tags"])
