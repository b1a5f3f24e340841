"""The public library: what `import talekeep` offers.

Everything below it (`talekeep.ops`, `talekeep.store` and so on) is private and changes without notice.
"""

from collections.abc import Iterable
from pathlib import Path

from talekeep.api.change import Change
from talekeep.api.change import EntryLike
from talekeep.api.dataset import Dataset
from talekeep.api.opened import StrPath
from talekeep.core.entry_types import Entry
from talekeep.core.entry_types import Message
from talekeep.core.errors import Negative
from talekeep.core.errors import NotFound
from talekeep.core.errors import Outside
from talekeep.core.errors import Problem
from talekeep.core.errors import Refused
from talekeep.core.errors import Usage
from talekeep.core.finding import Finding
from talekeep.library.recipes import Recipe
from talekeep.library.recipes import Sample
from talekeep.library.recipes import Split
from talekeep.ops import Progress
from talekeep.ops import silent
from talekeep.ops.combine import combine as combine_operation
from talekeep.ops.combine.result import Combined
from talekeep.ops.combine.result import Options
from talekeep.ops.entries.list_show import Shown
from talekeep.ops.entries.replace import Replaced
from talekeep.ops.entries.search import Found
from talekeep.ops.exchange.export import Exported
from talekeep.ops.exchange.incoming.import_result import Imported
from talekeep.ops.exchange.training.fit import Fit
from talekeep.ops.exchange.training.recipe import RecipeCheck
from talekeep.ops.exchange.training.recipe import RecipeExport
from talekeep.ops.history.blame import Blamed
from talekeep.ops.history.branches import Branches
from talekeep.ops.history.commit import Committed
from talekeep.ops.history.diff import Compared
from talekeep.ops.history.discard import Discarded
from talekeep.ops.history.entry_log import EntryLog
from talekeep.ops.history.log import LogRow
from talekeep.ops.history.restore import Restored
from talekeep.ops.history.snapshots import Snapshots
from talekeep.ops.merge.merge import Merged
from talekeep.ops.merge.open_conflict import Open as OpenConflict
from talekeep.ops.merge.resolve import Resolved
from talekeep.ops.merge.undo import Undone
from talekeep.ops.project import init as init_operation
from talekeep.ops.project.status import Status
from talekeep.ops.quality.duplicates import Duplicates
from talekeep.ops.quality.insights import Insights
from talekeep.ops.quality.repair import Repaired
from talekeep.ops.quality.review import Reviewed
from talekeep.ops.quality.review import Reviews
from talekeep.ops.remotes import clone as clone_operation
from talekeep.ops.workspace.changeset import Edited
from talekeep.ops.workspace.validation import Invalid
from talekeep.ops.workspace.validation import Validated
from talekeep.remotes.base import Fetched
from talekeep.remotes.base import Pushed
from talekeep.remotes.base import Sent
from talekeep.store.dataset import Dataset as _Store

__all__ = [
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
    "clone",
    "combine",
    "init",
    "open",
]


def open(path: StrPath = ".") -> Dataset:
    """The dataset that `path` lies in.

    Raises:
        NotFound: it lies in none.
    """
    with _Store.open(Path(path).resolve()) as store:
        return Dataset(store.path)


def init(path: StrPath, *, name: str | None = None, template: str = "blank", force: bool = False) -> Dataset:
    """Make a new dataset.

    Args:
        name: for people; the folder's own name without it.
        template: prompts, tags and a recipe to begin with: blank, assistant, group, roleplay or tools.
        force: take a folder that is not empty, or lies in another repository.

    Raises:
        Refused: the folder is in use.
    """
    return Dataset(init_operation.init(Path(path), name=name, template=template, force=force).path)


def clone(source: StrPath, path: StrPath, *, name: str | None = None, progress: Progress = silent) -> Dataset:
    """Make a dataset from a mirror folder or a git repository (a path or an address).

    Args:
        name: what the source is called as a remote; `backup` or `origin` without it.

    Raises:
        NotFound: nothing whole is there. Refused: `path` is in use, or the source is no dataset.
    """
    cloned = clone_operation.clone(str(source), Path(path), name=name, progress=progress)
    return Dataset(cloned.path)


def combine(
    sources: Iterable[StrPath],
    into: StrPath,
    *,
    dedupe: str = "exact",
    threshold: float = 0.85,
    seed: int | None = None,
    dry_run: bool = False,
    progress: Progress = silent,
) -> Combined:
    """Make one dataset of several datasets, RoleThread Lite folders and files; sources are never touched.

    Args:
        dedupe: drop `exact` or `near` duplicates (as alike as `threshold`) of what came before, or `none`.
        seed: shuffle what is new.
    """
    options = Options(dedupe=dedupe, threshold=threshold, seed=seed, dry_run=dry_run)
    several = [Path(source) for source in sources]
    return combine_operation.combine(several, Path(into), options, progress)
