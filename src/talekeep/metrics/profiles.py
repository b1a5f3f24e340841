"""The ways of judging a dataset."""

from collections.abc import Mapping
from types import MappingProxyType

from talekeep.metrics.base import Profile
from talekeep.metrics.rolethread.score import ROLETHREAD
from talekeep.metrics.score import DEFAULT

PROFILES: Mapping[str, Profile] = MappingProxyType({p.name: p for p in (DEFAULT, ROLETHREAD)})
