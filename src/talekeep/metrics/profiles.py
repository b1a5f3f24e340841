"""The ways of judging a dataset."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from talekeep.metrics.base import Profile
from talekeep.metrics.rolethread.score import ROLETHREAD
from talekeep.metrics.score import DEFAULT
from talekeep.metrics.table import known

PROFILES: Mapping[str, Profile] = MappingProxyType({p.name: p for p in (DEFAULT, ROLETHREAD)})


def with_added(profile: Profile) -> Profile:
    """The profile, the default one with the metrics of other packages too."""
    return replace(profile, metrics=known()) if profile is DEFAULT else profile
