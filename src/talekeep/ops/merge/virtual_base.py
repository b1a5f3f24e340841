"""The base of a merge where branches have merged each other crosswise: then no single commit is the last
they have in common, and the best ones are merged into a base that is in no commit.

As git's own merges do it (with the same driver, so the trees come out the same): oldest first, each against
what the ones before it gave, down to their own bases. What is in conflict among the bases is in the base as
what neither side has: it was settled on both since, the same way or not.
"""

from collections.abc import Sequence

from talekeep.core.merge.text_lines import merge_text
from talekeep.store.dataset import Dataset
from talekeep.store.filemerge import merge_bases
from talekeep.store.overlay import overlay
from talekeep.store.view import View


def meeting(dataset: Dataset, bases: Sequence[str]) -> View:
    """What two commits have in common, given their best common ancestors, newest first."""
    if not bases:
        return dataset.nothing()
    *later, first = bases
    merged, known = dataset.of_commit(first), [first]
    for following in reversed(later):
        # What was merged so far stands for a commit with all of these as its parents.
        below = meeting(dataset, dataset.history.merge_bases(following, known))
        merged = _laid_together(below, merged, dataset.of_commit(following))
        known.append(following)
    return merged


def _laid_together(base: View, ours: View, theirs: View) -> View:
    made: dict[str, bytes | None] = {}
    for path in sorted(theirs.files.keys() | base.files.keys()):
        was, mine, yours = (side.files.get(path) for side in (base, ours, theirs))
        if yours in (mine, was):
            continue
        if mine == was:
            made[path] = theirs.optional(path)
        elif mine is None or yours is None:
            # Deleted here, changed there: as if neither had happened.
            made[path] = base.optional(path)
        else:
            made[path] = _merged(path, base.optional(path) or b"", ours.read(path), theirs.read(path))
    return overlay(ours, made)


def _merged(path: str, base: bytes, ours: bytes, theirs: bytes) -> bytes:
    merged = merge_bases(path, base, ours, theirs)
    if merged is not None:
        return merged
    binary = any(b"\0" in side for side in (base, ours, theirs))
    return base if binary else merge_text(base, ours, theirs, ("ours", "theirs"))[0]
