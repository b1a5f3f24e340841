"""Every metric of the default profile. A new one is a module with a `METRIC`, and a row here."""

import talekeep.metrics.exchanges as exchanges
from talekeep.metrics.base import Metric

METRICS: tuple[Metric, ...] = (exchanges.METRIC,)
