"""The tests that every format, rule, metric and remote has to pass, for those of other packages too.

    from talekeep.testing import FormatSuite

    class TestFountain(FormatSuite):
        formats = (fountain,)

Subclass a suite in a test file and name what it runs over. Needs pytest and hypothesis:
`pip install 'talekeep[testing]'`.
"""

import pytest

# So that a failing assertion in a suite shows its values, as in a test file.
pytest.register_assert_rewrite(
    "talekeep.testing.formats",
    "talekeep.testing.metrics",
    "talekeep.testing.remotes",
    "talekeep.testing.rules",
)

from talekeep.testing.formats import FormatSuite  # noqa: E402
from talekeep.testing.metrics import MetricSuite  # noqa: E402
from talekeep.testing.remotes import RemoteSuite  # noqa: E402
from talekeep.testing.rules import RuleSuite  # noqa: E402

__all__ = ["FormatSuite", "MetricSuite", "RemoteSuite", "RuleSuite"]
