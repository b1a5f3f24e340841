"""Files that git knows as unmerged, each as a whole: merged again, or settled one way."""

from talekeep.core.entry import CONFLICT_KEY
from talekeep.core.errors import NotFound
from talekeep.core.errors import Refused
from talekeep.ops.merge.conflicts import conflicts
from talekeep.ops.merge.open_conflict import Open
from talekeep.ops.merge.resolve import Resolved
from talekeep.ops.merge.resolve import write
from talekeep.store.dataset import Dataset
from talekeep.store.filemerge import by_record
from talekeep.store.filemerge import merge_file

_SIDES = ("base", "ours", "theirs")


def is_unmerged(dataset: Dataset, path: str) -> bool:
    """True for a path that git knows as unmerged."""
    return path in dataset.staging.unmerged()


def restart(dataset: Dataset, path: str | None = None, *, dry_run: bool = False) -> Resolved:
    """Merge unmerged files again from what git kept of both sides: after a merge by git without our
    driver, or to begin a resolution anew. What the file holds now is replaced.

    Raises:
        NotFound: git knows nothing as unmerged (there).
    """
    with dataset.writing("resolve --restart"):
        unmerged = [p for p in dataset.staging.unmerged() if path in (None, p)]
        if not unmerged:
            raise NotFound("nothing is unmerged" + (f" at {path}" if path else ""), "talekeep status")
        files: dict[str, bytes] = {}
        marked = set()
        for name in unmerged:
            base, ours, theirs = (
                dataset.history.blob(oid) if oid else None for oid in dataset.staging.sides(name)
            )
            merged = merge_file(name, (base, ours, theirs))
            if merged.data is not None and merged.refused is None:
                files[name] = merged.data
                marked |= {name} if merged.markers else set()
        if not dry_run:
            write(dataset, files, unstaged=marked)
        left = conflicts(dataset)
        return Resolved([], left, sorted(files.keys() - marked - {c.file for c in left}))


def settle_file(dataset: Dataset, path: str, side: str | None, *, dry_run: bool = False) -> Resolved:
    """Settle a file that is not merged by entry, or that one side deleted: as `side` has it (where that is
    without the file, it goes), or as it lies now; and stage it.

    Raises:
        NotFound: git does not know it as unmerged. Refused: it still holds markers or open conflicts, or
            both sides of it can be merged by entry.
    """
    with dataset.writing("resolve"):
        if not is_unmerged(dataset, path):
            raise NotFound(f"{path} is not unmerged", "talekeep conflicts")
        sides = dict(zip(_SIDES, dataset.staging.sides(path), strict=True))
        if side is not None and by_record(path) and sides["ours"] and sides["theirs"]:
            raise Refused(f"{path} is merged by entry", f"talekeep resolve ENTRY --{side}")
        place = dataset.path / path
        now = place.read_bytes() if place.is_file() else None
        if side is None and _is_open(now or b""):
            raise Refused(f"{path} still holds a conflict", "edit it, or choose --ours or --theirs")
        chosen = sides[side] if side else None
        data = now if side is None else dataset.history.blob(chosen) if chosen else None
        if not dry_run:
            write(dataset, {path: data})
        left = [c for c in conflicts(dataset) if c.file != path]
        return Resolved([Open(path, None, reason=f"taken: {side or 'as it lies'}")], left, [path])


def _is_open(data: bytes) -> bool:
    starts = (b"<<<<<<< ", b">>>>>>> ")
    return CONFLICT_KEY.encode() in data or any(line.startswith(starts) for line in data.split(b"\n"))
