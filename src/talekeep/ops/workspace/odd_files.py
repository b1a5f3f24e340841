"""What stands in a dataset and is no plain file, and names that not every system can keep: found when it is
committed, not first when a backup is restored."""

from collections.abc import Iterator
from collections.abc import Mapping

from talekeep.core.file_names import unportable_paths
from talekeep.core.finding import Finding
from talekeep.ops.workspace.rule_runner import Checker
from talekeep.store import parts
from talekeep.store.dataset import Dataset
from talekeep.store.staging import Snapshot
from talekeep.store.staging import no_files
from talekeep.store.view import View


def kinds_staged(snapshot: Snapshot) -> dict[str, str]:
    """Path → what it is, of all that is staged and no file."""
    return no_files({path: item.mode for path, item in snapshot.files.items()})


def kinds_at(dataset: Dataset, tree: str) -> dict[str, str]:
    """The same for a tree."""
    return no_files(dataset.history.odd_modes(tree))


def findings(checker: Checker, view: View, kinds: Mapping[str, str]) -> Iterator[Finding]:
    """What the rules S010 and S011 find."""
    for path, kind in kinds.items():
        yield from checker.at("S010", f"{path} is {kind}", None, path, None)
    for path, fault in _names(view).items():
        yield from checker.at("S011", f"it cannot be kept everywhere: {fault}", None, path, None)


def warnings(view: View, snapshot: Snapshot) -> list[str]:
    """The same in sentences, for `status`."""
    kinds = [
        f"{path} is {kind}; a dataset holds plain files" for path, kind in kinds_staged(snapshot).items()
    ]
    names = [f"{path} cannot be kept everywhere: {fault}" for path, fault in _names(view).items()]
    return [*kinds, *names]


def _names(view: View) -> dict[str, str]:
    # Parts have names of ours; of thousands of them nothing has to be asked.
    return unportable_paths(path for path in view.files if not parts.is_part(path))
