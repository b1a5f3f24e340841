"""Every metric of the default profile. A new one is a module with a `METRIC`, and a row here."""

from collections.abc import Iterable

import talekeep.metrics.characters as characters
import talekeep.metrics.exchanges as exchanges
import talekeep.metrics.prompts as prompts
import talekeep.metrics.reviews as reviews
import talekeep.metrics.sources as sources
import talekeep.metrics.tags as tags
import talekeep.metrics.validation as validation
import talekeep.metrics.variety as variety
import talekeep.metrics.voice as voice
from talekeep.metrics import reply_quality as replies
from talekeep.metrics.base import Metric

METRICS: tuple[Metric, ...] = (
    exchanges.METRIC,
    replies.METRIC,
    voice.METRIC,
    variety.METRIC,
    prompts.METRIC,
    tags.METRIC,
    characters.METRIC,
    sources.METRIC,
    reviews.METRIC,
    validation.METRIC,
)
_added: list[Metric] = []


def extend(added: Iterable[Metric]) -> None:
    """Put metrics of other packages behind the built-in ones, in place of those put there before."""
    _added[:] = added


def known() -> tuple[Metric, ...]:
    """Every metric of the default profile: the built-in ones, then those of other packages."""
    return (*METRICS, *_added)
