"""What this clone does by itself, and what the dataset says of itself."""

from talekeep.core.errors import NotFound
from talekeep.core.errors import Problem
from talekeep.core.errors import Refused
from talekeep.core.errors import Usage
from talekeep.ops.project import config
from talekeep.web.visit import Answer
from talekeep.web.visit import GoTo
from talekeep.web.visit import Page
from talekeep.web.visit import Screen
from talekeep.web.visit import Visit

# What each setting is for; those of rules speak for themselves.
_MEANING = {
    "identity": "who commits: as git knows you, or a neutral name",
    "mirror.auto": "save to mirrors after each commit",
    "mirror.prune": "clear old saves of this machine out of mirrors",
    "reviewer": "the name of your reviews",
    "repack.auto": "pack git's files when there are many",
    "name": "what the dataset is called",
    "export.clean": "export conversations alone",
    "export.format": "the format of an export that names none",
    "holdout.where": "entries that exports keep out of training",
    "holdout.by": "what a hold-out keeps together",
    "review.policy": "what several reviews of one entry count as",
    "storage.max_line": "the longest entry",
    "storage.target": "how large a part grows",
    "validation.profile": "which rules are errors",
}


def settings(visit: Visit) -> Answer:
    """Every setting with its value."""
    return _page(visit)


def _page(visit: Visit, problem: Problem | None = None, status: int = 200) -> Page:
    rows = [(row, _MEANING.get(row.key, "")) for row in config.settings(visit.store)]
    return Page("settings.html", {"title": "Settings", "rows": rows, "problem": problem}, status)


def change(visit: Visit) -> Answer:
    """Set one, or take it out so that its default holds."""
    key, value = visit.field("key"), visit.field("value").strip()
    try:
        visit.dataset.config(key, value if visit.field("act") != "unset" and value else None)
    except (Usage, Refused, NotFound) as problem:
        return _page(visit, problem, 400)
    return GoTo(
        "/settings",
        f"{key} is set." if value and visit.field("act") != "unset" else f"{key} is as by default.",
    )


SCREENS = (Screen("/settings", get=settings, post=change),)
