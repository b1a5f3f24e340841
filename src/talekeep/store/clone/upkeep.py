"""Pack the objects of a clone, and decide when that is worth the time.

After a command that wrote, what it and those before it gathered is packed.
Off by `talekeep config repack.auto off`, and where git itself is told to leave the repository alone
(`gc.auto = 0`, `maintenance.auto = false`).
"""

import contextlib
from collections.abc import Callable

from talekeep.core.errors import Problem
from talekeep.core.errors import Refused
from talekeep.core.errors import reason_of
from talekeep.store.dataset import Dataset
from talekeep.store.files import replace
from talekeep.store.git.files import index
from talekeep.store.git.pack import repack
from talekeep.store.lock import locked

# Beside the caches: what the objects took after they were packed last.
_NOTE = "packed"
# Objects of so many bytes take about a second to pack; for less nobody has to be told to wait.
_LONG = 8 * 1024 * 1024


def size(dataset: Dataset) -> int:
    """What git's objects take on the disk, in bytes."""
    return repack.sizes(dataset.repo).total


def is_due(dataset: Dataset) -> bool:
    """Whether packing pays, and neither this clone's settings nor git's forbid it."""
    repo = dataset.repo
    if repo.settings.get("repack", "auto") == "off" or not repack.is_wanted(repo):
        return False
    now, packed = repack.sizes(repo), _packed_before(dataset)
    # Most often the cheap question is enough.
    if not repack.is_due(now, packed):
        return False
    current = dataset.of_tree(dataset.head_tree()).files.values()
    return repack.is_due(now, packed, repack.loose_size(repo, current))


def pack(dataset: Dataset) -> None:
    """Pack the objects and forget what the cache knows of old blobs. Call inside `writing`.

    Raises:
        Refused, Outside: see `repack.repack`; nothing is lost.
    """
    try:
        repack.repack(dataset.repo)
    finally:
        # Also where it failed: it is not tried again before as much more has gathered.
        replace(dataset.private / _NOTE, str(size(dataset)).encode())
    current = {item.oid for item in index.read(dataset.repo).files.values()}
    dataset.cache.keep_only({*dataset.of_tree(dataset.head_tree()).files.values(), *current})


def pack_if_due(dataset: Dataset, say: Callable[[int], None], warn: Callable[[str], None]) -> None:
    """Pack the repository where enough has gathered. Never fails: what the command did is done.

    Args:
        say: called before work that takes a while, with the size of the objects in bytes.
        warn: told why it did not work; it is tried again when half as much more has gathered.
    """
    try:
        if is_due(dataset):
            _pack_alone(dataset, say)
    except (Problem, OSError) as problem:
        warn(f"not packed: {reason_of(problem)}")


def _pack_alone(dataset: Dataset, say: Callable[[int], None]) -> None:
    with contextlib.ExitStack() as held:
        try:
            held.enter_context(locked(dataset.private / "lock", "packing", patience=0.0))
        except Refused:
            # Another command is writing, and packs when it is done.
            return
        taken = size(dataset)
        if taken >= _LONG:
            say(taken)
        pack(dataset)


def _packed_before(dataset: Dataset) -> int | None:
    try:
        return int((dataset.private / _NOTE).read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None
