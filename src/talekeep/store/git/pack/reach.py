"""Reachable objects: which objects a set of refs needs, by walking commits and comparing trees.

The cost follows the change. An answer may hold a few objects too many (content that came back, commits
whose clock was wrong) and never one too few.
"""

import heapq
import re
from collections.abc import Iterable
from collections.abc import Iterator
from functools import lru_cache
from typing import TypeAlias

from dulwich.objects import ObjectID
from dulwich.objects import parse_tree

from talekeep.core.errors import Refused
from talekeep.store.git.files.allowed import MAX_DEPTH
from talekeep.store.git.files.allowed import TREE
from talekeep.store.git.files.allowed import tree_fault
from talekeep.store.git.pack.objects import UNREADABLE
from talekeep.store.git.pack.stacked import Stacked
from talekeep.store.git.pack.stacked import Store

COMMIT_KIND, TREE_KIND, BLOB_KIND, TAG_KIND = 1, 2, 3, 4
_KINDS = {b"commit": COMMIT_KIND, b"tree": TREE_KIND, b"blob": BLOB_KIND, b"tag": TAG_KIND}
_SUBMODULE = 0o160000
_WANT, _HAVE = 1, 2
# Commits looked at past the point where the answer seems settled, for histories with wrong clocks.
_SLOP = 64
_COMMIT = re.compile(rb"tree ([0-9a-f]{40})\n((?:parent [0-9a-f]{40}\n)*)author ")
_TIME = re.compile(rb"\ncommitter [^\n]*> (\d{1,18}) [-+]\d+\n")
_TAG = re.compile(rb"object ([0-9a-f]{40})\ntype (commit|tree|blob|tag)\n")


class _Remembering:
    """A store that keeps the last objects read: a commit is looked at as itself and as a parent."""

    def __init__(self, store: Store) -> None:
        self.get_raw = lru_cache(1024)(store.get_raw)
        self._store = store

    def __contains__(self, sha1: ObjectID) -> bool:
        return sha1 in self._store


def missing(objects: Store, wants: Iterable[str], haves: Iterable[str]) -> list[str]:
    """Ids reachable from `wants` and not from `haves`, each once: tags and commits, then trees, then blobs.
    Trees and blobs go by their place, so that the versions of a file stand together, the newest first.

    `haves` that are not in the store are ignored.

    Raises:
        Refused: a commit, tree or tag on the way is absent or malformed.
    """
    order = {TAG_KIND: 0, COMMIT_KIND: 1, TREE_KIND: 2, BLOB_KIND: 3}
    reached = [*_reach(objects, wants, haves)]
    # Commits come parents first, and stay so.
    aged = [(order[kind], place, -n if place else n, name) for n, (name, kind, place) in enumerate(reached)]
    return [name.decode() for _, _, _, name in sorted(aged)]


def missing_blobs(objects: Store, wants: Iterable[str], haves: Iterable[str]) -> list[str]:
    """The contents alone among what is missing. Raises: as `missing`."""
    return [object_id.decode() for object_id, kind, _ in _reach(objects, wants, haves) if kind == BLOB_KIND]


def check_complete(
    objects: Store,
    tips: Iterable[str],
    stop_at: Iterable[str] = (),
    *,
    base: Store | None = None,
) -> int:
    """Check that every object reachable from `tips` and not from `stop_at` is there and may be there.

    `base` is read for what lies behind `stop_at`; what is new must be in `objects` itself.

    Returns:
        The number of objects checked.

    Raises:
        Refused: an object is absent or malformed, or a tree holds a name that git itself refuses.
    """
    view = Stacked(objects, base) if base is not None else objects
    checked = 0
    for object_id, kind, _ in _reach(view, tips, stop_at):
        if object_id not in objects:
            raise Refused(f"object {object_id.decode()} is missing")
        if kind == TREE_KIND:
            _check_tree(view, object_id)
        checked += 1
    return checked


def reachable(objects: Store, wants: Iterable[str], haves: Iterable[str]) -> bool:
    """True if every commit (or tagged commit) of `wants` is surely reachable from `haves`."""
    targets = [peel(objects, want) for want in wants]
    known = [c for c in (peel(objects, have) for have in haves) if c is not None]
    if any(target is None for target in targets):
        return False
    return not _between(objects, _ids(t for t in targets if t), _ids(known))


def count_commits(objects: Store, wants: Iterable[str], haves: Iterable[str] = ()) -> int:
    """How many commits are reachable from `wants` and not from `haves`."""
    tips = [[c for c in (peel(objects, tip) for tip in side) if c] for side in (wants, haves)]
    return len(_between(objects, _ids(tips[0]), _ids(tips[1])))


def peel(objects: Store, object_id: str) -> str | None:
    """The commit an id leads to through tags; None where it is absent or no commit."""
    try:
        _, target, kind = _peel(objects, ObjectID(object_id.encode()))
    except Refused:
        return None
    return target.decode() if kind == COMMIT_KIND else None


def _ids(texts: Iterable[str]) -> list[ObjectID]:
    return [ObjectID(text.encode()) for text in texts]


# Id, kind, and the place of a tree or blob in the tree of its commit.
_Reached: TypeAlias = tuple[ObjectID, int, bytes]


def _reach(store: Store, wants: Iterable[str], haves: Iterable[str]) -> Iterator[_Reached]:
    objects = _Remembering(store)
    known = set(_ids(haves))
    visited: set[ObjectID] = set()
    commits: list[ObjectID] = []
    for want in _ids(wants):
        tags, target, kind = _peel(objects, want)
        new = [tag for tag in tags if tag not in known and tag not in visited]
        visited.update(new)
        yield from ((tag, TAG_KIND, b"") for tag in new)
        if kind == COMMIT_KIND:
            commits.append(target)
        else:
            yield from _introduced(objects, target, [], visited, kind)
    have_commits = [c for c in (peel(objects, have.decode()) for have in known) if c is not None]
    # A tree that was seen counts as done with all below it. That holds because what it was compared with
    # is done before: a parent's tree, or one that is had. (Reverts bring the same tree back.)
    for commit in _parents_first(objects, _between(objects, commits, _ids(have_commits))):
        tree, parents, _ = _commit(objects, commit)
        yield commit, COMMIT_KIND, b""
        yield from _introduced(objects, tree, [_commit(objects, p)[0] for p in parents], visited, TREE_KIND)


def _between(objects: Store, wants: list[ObjectID], haves: list[ObjectID]) -> list[ObjectID]:
    """Commits reachable from `wants` and not seen from `haves`, by painting both ways, newest first."""
    flags: dict[ObjectID, int] = {}
    open_wants: set[ObjectID] = set()
    queue: list[tuple[int, ObjectID]] = []

    def paint(commit: ObjectID, flag: int, time: int | None = None) -> None:
        before = flags.get(commit, 0)
        after = before | flag
        if after == before:
            return
        flags[commit] = after
        heapq.heappush(queue, (-(time if time is not None else _commit(objects, commit)[2]), commit))
        if after == _WANT:
            open_wants.add(commit)
        else:
            open_wants.discard(commit)

    for have in haves:
        paint(have, _HAVE, 1 << 62)
    for want in wants:
        paint(want, _WANT)
    slop = _SLOP
    while queue and (open_wants or slop):
        slop -= not open_wants
        _, commit = heapq.heappop(queue)
        open_wants.discard(commit)
        for parent in _commit(objects, commit)[1]:
            paint(parent, flags[commit])
    return [commit for commit, flag in flags.items() if flag == _WANT]


def _parents_first(objects: Store, commits: list[ObjectID]) -> list[ObjectID]:
    waiting = dict.fromkeys(commits)
    order: list[ObjectID] = []
    while waiting:
        todo = [next(iter(waiting))]
        while todo:
            before = [p for p in _commit(objects, todo[-1])[1] if p in waiting]
            if before:
                todo.append(before[0])
                continue
            result = todo.pop()
            del waiting[result]
            order.append(result)
    return order


def _introduced(
    objects: Store, root: ObjectID, bases: list[ObjectID], visited: set[ObjectID], kind: int
) -> Iterator[_Reached]:
    """Trees and blobs below `root` that stand at the same place in none of the `bases`."""
    todo = [(root, bases, kind, b"/", 0)]
    while todo:
        object_id, bases, kind, place, depth = todo.pop()
        if object_id in visited or object_id in bases:
            continue
        if depth > MAX_DEPTH:
            raise Refused(f"tree {object_id.decode()} is nested more than {MAX_DEPTH} folders deep")
        visited.add(object_id)
        yield object_id, kind, place
        if kind != TREE_KIND:
            continue
        older = [{name: (mode, o) for name, mode, o in _entries(objects, base)} for base in bases]
        for name, mode, child in _entries(objects, object_id):
            before = [entries[name] for entries in older if name in entries]
            if mode != _SUBMODULE and (mode, child) not in before:
                below = [o for m, o in before if m == TREE]
                kind = TREE_KIND if mode == TREE else BLOB_KIND
                todo.append((child, below, kind, place + b"/" + name, depth + 1))


def _check_tree(objects: Store, tree: ObjectID) -> None:
    for name, _, _ in _entries(objects, tree):
        fault = tree_fault(name)
        if fault is not None:
            shown = name.decode("utf-8", "backslashreplace").encode("unicode_escape").decode()
            raise Refused(f"no history may hold {shown}: {fault}", "git fsck names the commit that holds it")


def _raw(objects: Store, object_id: ObjectID) -> tuple[int, bytes]:
    try:
        return objects.get_raw(object_id)
    except Refused:
        # A store that knows more of it has said so.
        raise
    except KeyError:
        raise Refused(f"object {object_id.decode()} is missing") from None
    except UNREADABLE as error:
        raise Refused(f"object {object_id.decode()} is damaged: {error}") from error


def _commit(objects: Store, object_id: ObjectID) -> tuple[ObjectID, list[ObjectID], int]:
    """Tree, parents and committer time of a commit."""
    kind, data = _raw(objects, object_id)
    match = _COMMIT.match(data) if kind == COMMIT_KIND else None
    if match is None:
        raise Refused(f"object {object_id.decode()} is not a well-formed commit")
    time = _TIME.search(data)
    parents = [ObjectID(line[7:]) for line in match[2].splitlines()]
    return ObjectID(match[1]), parents, int(time[1]) if time else 0


def _entries(objects: Store, tree: ObjectID) -> list[tuple[bytes, int, ObjectID]]:
    kind, data = _raw(objects, tree)
    try:
        if kind != TREE_KIND:
            raise ValueError("not a tree")
        return [(name, mode, ObjectID(child)) for name, mode, child in parse_tree(data, 20)]
    except ValueError as error:
        raise Refused(f"object {tree.decode()} is not a well-formed tree: {error}") from None


def _peel(objects: Store, object_id: ObjectID) -> tuple[list[ObjectID], ObjectID, int]:
    """The tags on the way, what they lead to, and its kind."""
    tags: list[ObjectID] = []
    expected = None
    while True:
        kind, data = _raw(objects, object_id)
        if expected not in (None, kind):
            raise Refused(f"object {object_id.decode()} is not of the kind its tag says")
        if kind != TAG_KIND:
            return tags, object_id, kind
        match = _TAG.match(data)
        if match is None or len(tags) >= MAX_DEPTH:
            raise Refused(f"object {object_id.decode()} is not a well-formed tag")
        tags.append(object_id)
        object_id, expected = ObjectID(match[1]), _KINDS[match[2]]
