"""What a package needs that adds a format, a rule, a metric or a remote.

An entry point names it (`docs/scripting.md` shows how); `talekeep.testing` has the tests it should pass.
"""

from talekeep.core.entry import ROLES
from talekeep.core.errors import BadRecord
from talekeep.core.errors import NotFound
from talekeep.core.errors import Outside
from talekeep.core.errors import Problem
from talekeep.core.errors import Refused
from talekeep.core.errors import Usage
from talekeep.core.finding import Finding
from talekeep.formats import Format
from talekeep.formats import Reader
from talekeep.formats import Reading
from talekeep.formats import Written
from talekeep.metrics.base import Advice
from talekeep.metrics.base import Bar
from talekeep.metrics.base import Chart
from talekeep.metrics.base import Frame
from talekeep.metrics.base import Metric
from talekeep.remotes.base import Checked
from talekeep.remotes.base import Fetched
from talekeep.remotes.base import Moved
from talekeep.remotes.base import Pushed
from talekeep.remotes.base import Remote
from talekeep.remotes.base import Sent
from talekeep.remotes.base import Status
from talekeep.remotes.base import Taken
from talekeep.rules import Context
from talekeep.rules import Hit
from talekeep.rules import Rule
from talekeep.store.git.repository import Repository

__all__ = [
    "ROLES",
    "Advice",
    "BadRecord",
    "Bar",
    "Chart",
    "Checked",
    "Context",
    "Fetched",
    "Finding",
    "Format",
    "Frame",
    "Hit",
    "Metric",
    "Moved",
    "NotFound",
    "Outside",
    "Problem",
    "Pushed",
    "Reader",
    "Reading",
    "Refused",
    "Remote",
    "Repository",
    "Rule",
    "Sent",
    "Status",
    "Taken",
    "Usage",
    "Written",
]
