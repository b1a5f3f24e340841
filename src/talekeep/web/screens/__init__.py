"""Every screen: one file and one row each."""

from talekeep.web.screens import alternatives
from talekeep.web.screens import compare
from talekeep.web.screens import conflicts
from talekeep.web.screens import duplicates
from talekeep.web.screens import edit
from talekeep.web.screens import entries
from talekeep.web.screens import entry
from talekeep.web.screens import export
from talekeep.web.screens import help
from talekeep.web.screens import history
from talekeep.web.screens import imports
from talekeep.web.screens import insights
from talekeep.web.screens import keys
from talekeep.web.screens import libraries
from talekeep.web.screens import log
from talekeep.web.screens import mirrors
from talekeep.web.screens import new
from talekeep.web.screens import review
from talekeep.web.screens import settings
from talekeep.web.screens import split_join
from talekeep.web.screens import state
from talekeep.web.visit import Screen

SCREENS: tuple[Screen, ...] = (
    *entries.SCREENS,
    *new.SCREENS,
    *edit.SCREENS,
    *split_join.SCREENS,
    *alternatives.SCREENS,
    *history.SCREENS,
    *entry.SCREENS,
    *review.SCREENS,
    *log.SCREENS,
    *compare.SCREENS,
    *conflicts.SCREENS,
    *duplicates.SCREENS,
    *insights.SCREENS,
    *libraries.SCREENS,
    *imports.SCREENS,
    *export.SCREENS,
    *mirrors.SCREENS,
    *settings.SCREENS,
    *help.SCREENS,
    *keys.SCREENS,
    *state.SCREENS,
)
