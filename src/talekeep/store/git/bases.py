"""Merge bases: the best common ancestors of commits.

Commits are painted from both ends, newest first, as git does it, so that several come in git's order. The
cost is that of the commits since they parted.
"""

import heapq
from collections.abc import Callable
from collections.abc import Iterable
from functools import lru_cache
from itertools import count
from typing import TypeAlias

from dulwich.object_store import BaseObjectStore
from dulwich.objects import Commit
from dulwich.objects import ObjectID

from talekeep.store.git import names

# A commit's id → its parents and its committer's time.
History: TypeAlias = Callable[[str], tuple[tuple[str, ...], int]]

_ONE, _OTHER, _STALE, _FOUND = 1, 2, 4, 8


def history_of(objects: BaseObjectStore, parents: Callable[[Commit], list[ObjectID]]) -> History:
    """The history in an object store; `parents` knows where a shallow one ends."""

    @lru_cache(None)
    def descent(commit_id: str) -> tuple[tuple[str, ...], int]:
        result = objects[names.oid(commit_id)]
        assert isinstance(result, Commit)
        return tuple(oid.decode() for oid in parents(result)), int(result.commit_time)

    return descent


def merge_bases(history: History, one: str, others: Iterable[str]) -> list[str]:
    """The common ancestors of `one` and any of `others` that are no ancestors of another such, newest
    first; [] where the histories have nothing in common."""
    others = list(others)
    if one in others:
        return [one]
    result = _common(history, one, others)
    if len(result) < 2:
        return result
    # Clocks that were wrong can hide that one lies behind another.
    return [base for base in result if not any(_is_behind(history, base, other) for other in result)]


def _is_behind(history: History, base: str, other: str) -> bool:
    return base != other and base in _common(history, base, [other])


def _common(history: History, one: str, others: list[str]) -> list[str]:
    flags: dict[str, int] = {}
    queue: list[tuple[int, int, str]] = []
    number = count()

    def paint(commit: str, flag: int) -> None:
        if flags.get(commit, 0) & flag != flag:
            flags[commit] = flags.get(commit, 0) | flag
            heapq.heappush(queue, (-history(commit)[1], next(number), commit))

    paint(one, _ONE)
    for other in others:
        paint(other, _OTHER)
    result: list[str] = []
    while any(not flags[commit] & _STALE for _, _, commit in queue):
        _, _, commit = heapq.heappop(queue)
        flag = flags[commit] & (_ONE | _OTHER | _STALE)
        if flag == _ONE | _OTHER:
            if not flags[commit] & _FOUND:
                flags[commit] |= _FOUND
                result.append(commit)
            flag |= _STALE
        for parent in history(commit)[0]:
            paint(parent, flag)
    best = [commit for commit in result if not flags[commit] & _STALE]
    # The sort is stable: of one second, the one found first.
    return sorted(best, key=lambda commit: -history(commit)[1])
