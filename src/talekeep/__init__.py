"""Talekeep: git for the conversations people train on.

    import talekeep

    dataset = talekeep.open("harbor")
    for entry in dataset.entries(where="tag:draft"):
        print(entry["id"])
    with dataset.change("Approve the drafts") as change:
        change.tag("approved", where="tag:draft")

What is listed in `talekeep.__all__` is the library; the modules of the package are private and change without
notice.
"""

from typing import TYPE_CHECKING
from typing import Any

from talekeep.version import __version__ as __version__

if TYPE_CHECKING:
    from talekeep.api import *  # noqa: F403 - `__all__` names each

__all__ = [  # noqa: F405
    "Blamed",
    "Branches",
    "Change",
    "Combined",
    "Committed",
    "Compared",
    "Dataset",
    "Discarded",
    "Duplicates",
    "Edited",
    "Entry",
    "EntryLike",
    "EntryLog",
    "Exported",
    "Fetched",
    "Finding",
    "Fit",
    "Found",
    "Imported",
    "Insights",
    "Invalid",
    "LogRow",
    "Merged",
    "Message",
    "Negative",
    "NotFound",
    "OpenConflict",
    "Outside",
    "Problem",
    "Progress",
    "Pushed",
    "Recipe",
    "RecipeCheck",
    "RecipeExport",
    "Refused",
    "Repaired",
    "Replaced",
    "Resolved",
    "Restored",
    "Reviewed",
    "Reviews",
    "Sample",
    "Sent",
    "Shown",
    "Snapshots",
    "Split",
    "Status",
    "Undone",
    "Usage",
    "Validated",
    "__version__",
    "clone",
    "combine",
    "init",
    "open",
]


def __getattr__(name: str) -> Any:
    # Loaded on first use: the command line imports this package too and has to start quickly.
    if name in __all__:
        from talekeep import api

        return getattr(api, name)
    raise AttributeError(f"module 'talekeep' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
