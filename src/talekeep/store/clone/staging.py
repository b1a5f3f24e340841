"""What is staged: git's index."""

from collections.abc import Mapping
from pathlib import Path

from talekeep.store.git import trees
from talekeep.store.git.files import index
from talekeep.store.git.files.allowed import kind_fault
from talekeep.store.git.files.index import Snapshot
from talekeep.store.git.repository import Repository

__all__ = ["PLAIN_FILE", "Snapshot", "Staging", "executables", "no_files"]

PLAIN_FILE = 0o100644


class Staging:
    """The index of a clone; changed by `Dataset.write` alone."""

    def __init__(self, repo: Repository) -> None:
        self._repo = repo

    def read(self, place: Path | None = None) -> Snapshot:
        """What is staged now; `place` is another index file, such as the one git names to a hook.

        Raises:
            Refused: it is of a kind that this program cannot read.
        """
        return index.read(self._repo, place)

    def unmerged(self) -> tuple[str, ...]:
        """The paths that git knows as unmerged."""
        return index.read(self._repo).unmerged

    def sides(self, path: str) -> tuple[str | None, str | None, str | None]:
        """The blobs (base, ours, theirs) of an unmerged path."""
        return index.stages(self._repo, path)

    def tree(self, snapshot: Snapshot, base: str) -> str:
        """The tree of what is staged, made from the tree it is staged against."""
        return index.write_tree(self._repo, snapshot, base)

    def odd_kinds(self, snapshot: Snapshot, head_tree: str) -> dict[str, str]:
        """What git would commit and Talekeep does not: changed permissions and kinds of file, by path."""
        staged = {path: item.mode for path, item in snapshot.files.items() if item.mode != PLAIN_FILE}
        committed = trees.odd_rows(self._repo, head_tree)
        paths = {p for p in staged.keys() | committed.keys() if p in snapshot.files}
        differing = {p for p in paths if staged.get(p, PLAIN_FILE) != committed.get(p, PLAIN_FILE)}
        kinds = {p: trees.kind_of(staged[p]) if p in staged else "a plain file" for p in sorted(differing)}
        return kinds | index.odd_kinds(self._repo, snapshot)


def no_files(modes: Mapping[str, int]) -> dict[str, str]:
    """What no dataset may hold: path → what it is, of all these paths that are no files."""
    return {path: kind for path, mode in modes.items() if (kind := kind_fault(mode)) is not None}


def executables(modes: Mapping[str, int]) -> list[str]:
    """Those of these paths that are executable files."""
    return [path for path, mode in modes.items() if kind_fault(mode) is None and mode & 0o111]
