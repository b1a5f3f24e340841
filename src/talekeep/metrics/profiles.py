"""The profiles of insights: which metrics, which score."""

from collections.abc import Iterable
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from talekeep.metrics import reply_quality
from talekeep.metrics.base import Profile
from talekeep.metrics.rolethread.score import ROLETHREAD
from talekeep.metrics.score import DEFAULT
from talekeep.metrics.table import known

PROFILES: Mapping[str, Profile] = MappingProxyType({p.name: p for p in (DEFAULT, ROLETHREAD)})


def with_added(profile: Profile) -> Profile:
    """The profile, the default one with the metrics of other packages too."""
    return replace(profile, metrics=known()) if profile is DEFAULT else profile


def with_own_lists(profile: Profile, placeholders: Iterable[str]) -> Profile:
    """The profile with what a dataset adds to the lists of its metrics."""
    own = reply_quality.with_placeholders(placeholders)
    return replace(profile, metrics=tuple(own if m is reply_quality.METRIC else m for m in profile.metrics))
