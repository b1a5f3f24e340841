"""Find links, submodules, names that some systems cannot hold, and parts in the wrong place, when they are
committed and not only when a backup is restored."""

from collections.abc import Iterator
from collections.abc import Mapping
from typing import TYPE_CHECKING

from talekeep.core.file_names import misplaced
from talekeep.core.file_names import unportable_paths
from talekeep.core.finding import Finding
from talekeep.store import parts
from talekeep.store.clone.staging import PLAIN_FILE
from talekeep.store.clone.staging import Snapshot
from talekeep.store.clone.staging import executables
from talekeep.store.clone.staging import no_files
from talekeep.store.dataset import Dataset
from talekeep.store.view import View

if TYPE_CHECKING:
    from talekeep.ops.workspace.rule_runner import Checker

# `status` names so many of one kind.
_SHOWN = 3


def modes_staged(snapshot: Snapshot) -> dict[str, int]:
    """Path → mode of what is staged and no plain file."""
    return {path: item.mode for path, item in snapshot.files.items() if item.mode != PLAIN_FILE}


def modes_at(dataset: Dataset, tree: str) -> dict[str, int]:
    """Path → mode of what is no plain file in a tree."""
    return dataset.history.odd_modes(tree)


def findings(checker: "Checker", view: View, modes: Mapping[str, int]) -> Iterator[Finding]:
    """What the rules S010 to S013 find.

    Args:
        modes: of what is no plain file.
    """
    for path, kind in no_files(modes).items():
        yield from checker.at("S010", f"{path} is {kind}", None, path, None)
    for path, fault in unportable_paths(_others(view)).items():
        yield from checker.at("S011", f"it cannot be kept everywhere: {fault}", None, path, None)
    for path in executables(modes):
        yield from checker.at("S012", f"{path} is executable", None, path, None)
    for path, fault in misplaced(_others(view)).items():
        yield from checker.at("S013", f"it is not read: {fault}", None, path, None)


def warnings(view: View, snapshot: Snapshot) -> list[str]:
    """The same in sentences, for `status`."""
    modes = modes_staged(snapshot)
    kinds = [f"{path} is {kind}; a dataset holds plain files" for path, kind in no_files(modes).items()]
    kinds += [f"{path} is a symbolic link, which is not followed; copy the file there" for path in view.links]
    faults = unportable_paths(_others(view)).items()
    names = [f"{path} cannot be kept everywhere: {fault}" for path, fault in faults]
    marked = [f"{path} is executable; git update-index --chmod=-x {path}" for path in executables(modes)]
    elsewhere = [f"{path} is not read: {fault}" for path, fault in misplaced(_others(view)).items()]
    return [*kinds, *names, *_few(marked, "S012"), *_few(elsewhere, "S013")]


def _few(sentences: list[str], code: str) -> list[str]:
    more = len(sentences) - _SHOWN
    rest = [f"{more} more files like that: talekeep validate --select {code}"] if more > 0 else []
    return [*sentences[:_SHOWN], *rest]


def _others(view: View) -> list[str]:
    # Parts have names of ours; of thousands of them nothing has to be asked.
    return [path for path in view.files if not parts.is_part(path)]
