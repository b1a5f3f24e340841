"""Every screen: one file and one row each."""

from talekeep.web.screens import edit
from talekeep.web.screens import entries
from talekeep.web.screens import entry
from talekeep.web.screens import history
from talekeep.web.screens import insights
from talekeep.web.screens import keys
from talekeep.web.screens import libraries
from talekeep.web.screens import log
from talekeep.web.screens import review
from talekeep.web.visit import Screen

SCREENS: tuple[Screen, ...] = (
    *entries.SCREENS,
    *edit.SCREENS,
    *history.SCREENS,
    *entry.SCREENS,
    *review.SCREENS,
    *log.SCREENS,
    *insights.SCREENS,
    *libraries.SCREENS,
    *keys.SCREENS,
)
