"""Keeping `.git` small: after a command that wrote, what it and those before it gathered is packed.

Off by `talekeep config repack.auto off`, and where git itself is told to leave the repository alone
(`gc.auto = 0`, `maintenance.auto = false`).
"""

import contextlib
from collections.abc import Callable

from talekeep.core.errors import Problem
from talekeep.core.errors import Refused
from talekeep.remotes.base import human
from talekeep.store import upkeep
from talekeep.store.dataset import Dataset
from talekeep.store.lock import locked

# Objects of so many bytes take about a second to pack; for less nobody has to be told to wait.
_LONG = 8 * 1024 * 1024


def pack(dataset: Dataset, say: Callable[[str], None], warn: Callable[[str], None]) -> None:
    """Pack the repository, where `store.upkeep.is_due`. Never fails: what the command did is done.

    Args:
        say: called before work that takes a while.
        warn: told why it did not work; it is tried again when half as much more has gathered.
    """
    with contextlib.ExitStack() as held:
        try:
            held.enter_context(locked(dataset.private / "lock", "packing", patience=0.0))
        except Refused:
            # Another command is writing, and packs when it is done.
            return
        try:
            size = upkeep.size(dataset)
            if size >= _LONG:
                say(f"Packing .git, whose objects take {human(size)}")
            upkeep.pack(dataset)
        except (Problem, OSError) as problem:
            warn(f"not packed: {problem.message if isinstance(problem, Problem) else problem}")
