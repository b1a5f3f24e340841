"""Pack the objects of a clone, and decide when that is worth the time."""

from talekeep.store.dataset import Dataset
from talekeep.store.files import replace
from talekeep.store.git.files import index
from talekeep.store.git.pack import repack

# Beside the caches: what the objects took after they were packed last.
_NOTE = "packed"


def size(dataset: Dataset) -> int:
    """What git's objects take on the disk, in bytes."""
    return repack.sizes(dataset.repo).total


def is_due(dataset: Dataset) -> bool:
    """Whether packing pays, and neither this clone's settings nor git's forbid it."""
    repo = dataset.repo
    if repo.settings.get("repack", "auto") == "off" or not repack.is_wanted(repo):
        return False
    return repack.is_due(repack.sizes(repo), _packed_before(dataset))


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


def _packed_before(dataset: Dataset) -> int | None:
    try:
        return int((dataset.private / _NOTE).read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None
