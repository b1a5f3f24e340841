"""Links, submodules and executable marks in a merge: the engine merges plain files, and git the rest."""

from collections.abc import Iterable

from talekeep.core.errors import Refused
from talekeep.store.dataset import Dataset


def refuse_odd_changes(dataset: Dataset, bases: Iterable[str], ours: str, theirs: str, command: str) -> None:
    """Stop before a change of theirs to what is no plain file would be left out of the result.

    Args:
        bases, ours, theirs: trees.
        command: git's own for the same step.

    Raises:
        Refused: theirs has such a change, and ours has it not.
    """
    odd_changes = dataset.history.odd_changes
    changed = odd_changes(ours, theirs)
    for base in bases:
        since = odd_changes(base, theirs) if changed else {}
        changed = {path: kind for path, kind in changed.items() if path in since}
    held = dataset.history.odd_modes(theirs) if changed else {}
    for path, kind in changed.items():
        # Git's own merge would bring it, and then the hook would refuse it.
        unwanted = path in held and kind != "executable"
        hint = f"remove it there first: git rm {path}" if unwanted else command
        raise Refused(f"{path} differs there and is {kind}, which only git merges", hint)
