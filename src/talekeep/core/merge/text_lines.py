"""Three-way merge of plain text by lines, with git's markers where both sides changed the same place.

For the files of a dataset that are neither parts nor libraries. Regions as in "diff3" (Khanna, Kunal,
Pierce: "A formal investigation of Diff3", 2007): runs of base lines that neither side changed hold still.
"""

from collections.abc import Iterator

from talekeep.core.merge.align import Hunk
from talekeep.core.merge.align import hunks

_Region = tuple[int, int, int, int, int, int]


def merge_text(base: bytes, ours: bytes, theirs: bytes, labels: tuple[str, str]) -> tuple[bytes, int]:
    """The merged text, and how many places in it carry conflict markers.

    Args:
        labels: what stands behind `<<<<<<<` and `>>>>>>>`.
    """
    if ours == theirs or base == theirs:
        return ours, 0
    if base == ours:
        return theirs, 0
    old, mine, yours = (_lines(side) for side in (base, ours, theirs))
    changes = hunks(old, mine), hunks(old, yours)
    if changes[0] is None or changes[1] is None:
        # Too different to line up: the whole text is one place.
        return b"".join(_conflict(mine, yours, labels)), 1
    merged: list[bytes] = []
    conflicts, at = 0, 0
    for i1, i2, a1, a2, b1, b2 in regions(changes[0], changes[1]):
        merged += old[at:i1]
        left, right, was = mine[a1:a2], yours[b1:b2], old[i1:i2]
        if left == right or right == was:
            merged += left
        elif left == was:
            merged += right
        else:
            merged += _conflict(left, right, labels)
            conflicts += 1
        at = i2
    return b"".join([*merged, *old[at:]]), conflicts


def _lines(text: bytes) -> list[bytes]:
    """With their ends; a line feed alone ends one."""
    lines = [line + b"\n" for line in text.split(b"\n")]
    lines[-1] = lines[-1].removesuffix(b"\n")
    return lines if lines[-1] else lines[:-1]


def regions(mine: list[Hunk], yours: list[Hunk]) -> Iterator[_Region]:
    """Base ranges that a side changed, touching ones taken together, each with both sides' ranges.

    mine [(1, 2, 1, 2)] (line 1 replaced), yours [(4, 4, 4, 5)] (a line inserted before line 4)
    → (1, 2, 1, 2, 1, 2) and (4, 4, 4, 4, 4, 5): two changes, no overlap
    """
    waiting = [[*mine], [*yours]]
    drift = [0, 0]
    while waiting[0] or waiting[1]:
        start = min(side[0][0] for side in waiting if side)
        stop, grown = start, True
        taken: list[list[Hunk]] = [[], []]
        while grown:
            grown = False
            for number, side in enumerate(waiting):
                while side and side[0][0] <= stop:
                    hunk = side.pop(0)
                    taken[number].append(hunk)
                    stop, grown = max(stop, hunk[1]), True
        ranges = []
        for number, hunks_taken in enumerate(taken):
            begin = start + drift[number]
            drift[number] += sum((j2 - j1) - (i2 - i1) for i1, i2, j1, j2 in hunks_taken)
            ranges += [begin, stop + drift[number]]
        yield start, stop, ranges[0], ranges[1], ranges[2], ranges[3]


def _conflict(ours: list[bytes], theirs: list[bytes], labels: tuple[str, str]) -> list[bytes]:
    return [
        b"<<<<<<< " + labels[0].encode() + b"\n",
        *_ended(ours),
        b"=======\n",
        *_ended(theirs),
        b">>>>>>> " + labels[1].encode() + b"\n",
    ]


def _ended(lines: list[bytes]) -> list[bytes]:
    return [*lines[:-1], lines[-1].rstrip(b"\n") + b"\n"] if lines else []
