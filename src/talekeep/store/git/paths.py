"""Follow one path through the trees of history, at a cost that grows with what differs."""

from dataclasses import dataclass

from talekeep.store.git import names
from talekeep.store.git import trees
from talekeep.store.git.repository import Repository

_ID_BYTES = 20
_SUBMODULE = b"160000"


@dataclass(frozen=True, slots=True)
class Way:
    """The objects on the way to `path`: the tree, each folder, then what stands there; None from where the
    path ends early.
    """

    path: str
    ids: tuple[str | None, ...]

    @property
    def end(self) -> str | None:
        return self.ids[-1]


def way(repo: Repository, tree: str, path: str, known: Way | None = None) -> Way:
    """The way to a path in a tree; from the first folder on that is also on a `known` way to the same path,
    nothing is read.
    """
    ids: list[str | None] = [tree]
    for depth, name in enumerate(path.split("/")):
        if known is not None and known.ids[depth] == ids[depth]:
            return Way(path, (*ids, *known.ids[depth + 1 :]))
        ids.append(inside(repo, ids[depth], name))
    return Way(path, tuple(ids))


def inside(repo: Repository, tree: str | None, name: str) -> str | None:
    """The id of what has this name in a tree; None where there is nothing, or only a submodule."""
    if tree is None or tree == trees.EMPTY:
        return None
    # A tree is a row of: mode, space, name, NUL, id. Looking for one name is faster than taking all apart.
    data = bytes(repo.objects.get_raw(names.oid(tree))[1])
    wanted, at = name.encode("utf-8", "surrogateescape"), 0
    while at < len(data):
        space = data.index(b" ", at)
        end = data.index(b"\0", space)
        if data[space + 1 : end] == wanted and data[at:space] != _SUBMODULE:
            return data[end + 1 : end + 1 + _ID_BYTES].hex()
        at = end + 1 + _ID_BYTES
    return None
