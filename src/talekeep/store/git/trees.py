"""Trees: listing, comparing and changing them at a cost that follows what differs.

Paths are `/`-separated strings; a listing maps each path to the id of its blob.
"""

import stat
from collections.abc import Iterable
from collections.abc import Mapping

from dulwich.objects import Blob
from dulwich.objects import Tree
from dulwich.objects import parse_tree

from talekeep.store.git import names
from talekeep.store.git.pack.objects import write_objects
from talekeep.store.git.repository import Repository

# Git's id of the empty tree, which need not be stored.
EMPTY = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
_FILE = 0o100644
_FOLDER = 0o040000
_SUBMODULE = 0o160000
_ID_BYTES = 20

_Row = tuple[int, str]


def listing(repo: Repository, tree: str, under: str = "") -> dict[str, str]:
    """Every blob of a tree (below the folder `under`, if given) by path."""
    if under:
        result = _lookup(repo, tree, under)
        return {} if result is None else listing_prefixed(repo, result, under + "/")
    return listing_prefixed(repo, tree, "")


def listing_prefixed(repo: Repository, tree: str, prefix: str) -> dict[str, str]:
    result = {}
    for name, (mode, oid) in _rows(repo, tree).items():
        if stat.S_ISDIR(mode):
            result.update(listing_prefixed(repo, oid, f"{prefix}{name}/"))
        else:
            result[prefix + name] = oid
    return result


def entry_at(repo: Repository, tree: str, path: str) -> str | None:
    """The id of the blob or tree at a path."""
    return _lookup(repo, tree, path)


def changed(
    repo: Repository, old: str, new: str, prefix: str = ""
) -> dict[str, tuple[str | None, str | None]]:
    """Paths whose blob differs, as (old id, new id), None where it is absent. Equal folders are not read."""
    if old == new:
        return {}
    result: dict[str, tuple[str | None, str | None]] = {}
    rows, new_rows = _parsed(repo, old), _parsed(repo, new)
    before, after = _named(rows - new_rows), _named(new_rows - rows)
    for name in sorted(before.keys() | after.keys()):
        was, now = before.get(name), after.get(name)
        sub_was, sub_now = _folder(was), _folder(now)
        if sub_was or sub_now:
            result.update(changed(repo, sub_was or EMPTY, sub_now or EMPTY, f"{prefix}{name}/"))
        file_was, file_now = _file(was), _file(now)
        if file_was != file_now:
            result[prefix + name] = (file_was, file_now)
    return result


def odd_rows(repo: Repository, tree: str, prefix: str = "") -> dict[str, int]:
    """The mode of everything in a tree that is no plain file: executables, links, submodules."""
    result = {}
    for name, (mode, oid) in _rows(repo, tree).items():
        if stat.S_ISDIR(mode):
            result.update(odd_rows(repo, oid, f"{prefix}{name}/"))
        elif mode != _FILE:
            result[prefix + name] = mode
    return result


def odd_changes(repo: Repository, old: str, new: str, prefix: str = "") -> dict[str, str]:
    """What differs between two trees and is no plain file in one of them: path → what it is."""
    if old == new:
        return {}
    result: dict[str, str] = {}
    rows, new_rows = _parsed(repo, old), _parsed(repo, new)
    before, after = _named(rows - new_rows), _named(new_rows - rows)
    for name in sorted(before.keys() | after.keys()):
        sides = (before.get(name), after.get(name))
        folders = [_folder(side) for side in sides]
        if any(folders):
            result.update(odd_changes(repo, folders[0] or EMPTY, folders[1] or EMPTY, f"{prefix}{name}/"))
        odd = [side[0] for side in sides if side is not None and side[0] not in (_FILE, _FOLDER)]
        if odd:
            result[prefix + name] = kind_of(odd[0])
    return result


def kind_of(mode: int) -> str:
    """What a tree entry of this mode is, in words."""
    if mode == _SUBMODULE:
        return "a submodule"
    return "a symbolic link" if stat.S_ISLNK(mode) else "executable"


def apply(repo: Repository, tree: str, changes: Mapping[str, str | None]) -> str:
    """The tree with some blobs set (or, with None, removed); new trees are written, folders left empty go."""
    made: list[Tree] = []
    result = _apply(repo, tree, {tuple(path.split("/")): oid for path, oid in changes.items()}, made)
    if result is None:
        made.append(Tree())
        result = EMPTY
    write_objects(repo.objects, made)
    return result


def _apply(
    repo: Repository, tree: str | None, changes: Mapping[tuple[str, ...], str | None], made: list[Tree]
) -> str | None:
    rows = _rows(repo, tree or EMPTY)
    below: dict[str, dict[tuple[str, ...], str | None]] = {}
    here = {path[0]: oid for path, oid in changes.items() if len(path) == 1}
    for path, oid in changes.items():
        if len(path) > 1:
            below.setdefault(path[0], {})[path[1:]] = oid
    modes = {name: _mode_of(rows.get(name)) for name in here}
    for name in here:
        if _file(rows.get(name)):
            del rows[name]
    for name, inner in below.items():
        folder = _apply(repo, _folder(rows.get(name)), inner, made)
        if folder is None:
            rows.pop(name, None)
        else:
            rows[name] = (_FOLDER, folder)
    # A file takes the place of a folder only once that is empty.
    rows |= {name: (modes[name], oid) for name, oid in here.items() if oid is not None}
    if not rows:
        return None
    built = Tree()
    for name, (mode, oid) in rows.items():
        built.add(name.encode("utf-8", "surrogateescape"), mode, names.oid(oid))
    made.append(built)
    return built.id.decode()


def _mode_of(row: _Row | None) -> int:
    """An executable or a link stays what it was; anything new is a plain file."""
    return row[0] if row is not None and not stat.S_ISDIR(row[0]) else _FILE


def _rows(repo: Repository, tree: str) -> dict[str, _Row]:
    return _named(_parsed(repo, tree))


def _parsed(repo: Repository, tree: str) -> frozenset[tuple[bytes, int, bytes]]:
    """The rows of a tree as they are: two of these are compared many times faster than by name."""
    if tree == EMPTY:
        return frozenset()
    kind, data = repo.objects.get_raw(names.oid(tree))
    assert kind == Tree.type_num
    return frozenset(parse_tree(data, _ID_BYTES))


def _named(rows: Iterable[tuple[bytes, int, bytes]]) -> dict[str, _Row]:
    return {name.decode("utf-8", "surrogateescape"): (mode, oid.decode()) for name, mode, oid in rows}


def _lookup(repo: Repository, tree: str, path: str) -> str | None:
    current: str | None = tree
    for name in path.split("/"):
        row = _rows(repo, current).get(name) if current else None
        current = row[1] if row else None
    return current


def _folder(row: _Row | None) -> str | None:
    return row[1] if row is not None and stat.S_ISDIR(row[0]) else None


def _file(row: _Row | None) -> str | None:
    return row[1] if row is not None and not stat.S_ISDIR(row[0]) else None


def blob_id(data: bytes) -> str:
    """The id git gives these bytes."""
    return Blob.from_string(data).id.decode()
