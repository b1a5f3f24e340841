"""The commits of a clone: naming them, walking them, and what a commit holds at one path."""

from collections.abc import Iterable
from collections.abc import Iterator

from talekeep.store.git import paths
from talekeep.store.git import trees
from talekeep.store.git.commits import Commit
from talekeep.store.git.paths import Way
from talekeep.store.git.repository import Repository
from talekeep.store.git.revisions import Span
from talekeep.store.git.revisions import span

__all__ = ["Commit", "History", "Span", "Way", "span"]


class History:
    """What was committed. Commits, trees and blobs are named by their ids, 40 hexadecimal digits."""

    def __init__(self, repo: Repository) -> None:
        self._repo = repo

    def head(self) -> str | None:
        """The commit HEAD is at, None before the first one."""
        return self._repo.head()

    def head_tree(self) -> str:
        """The tree of the last commit; before the first one the empty tree."""
        head = self._repo.head()
        return self._repo.commit(head).tree if head else trees.EMPTY

    def resolve(self, revision: str) -> str:
        """The commit that a revision names, in git's spellings (see `store.git.revisions`).

        Raises:
            NotFound: nothing has that name. Refused: several things have. Usage: it is a range of commits.
        """
        return self._repo.resolve(revision)

    def commit(self, commit: str) -> Commit:
        """A commit by its id."""
        return self._repo.commit(commit)

    def at(self, revision: str) -> Commit:
        """The commit that a revision names. Raises: as `resolve`."""
        return self._repo.commit(self._repo.resolve(revision))

    def peeled(self, object_id: str) -> str | None:
        """The commit that an id leads to through tags; None where it is not here or no commit."""
        # Of the hooks that start with every commit none needs it.
        from talekeep.store.git.pack import reach

        return reach.peel(self._repo.objects, object_id)

    def newest_first(self, revision: str, limit: int | None = None) -> Iterator[Commit]:
        """The commits that lead up to a revision, or those of a range: `A..B` are those of B that A has not,
        `A...B` those that one of both has not. Raises: as `resolve`."""
        ends = span(revision)
        if ends is None:
            return self._repo.walk(self.resolve(revision), limit=limit)
        before, after = self.resolve(ends.before), self.resolve(ends.after)
        if not ends.symmetric:
            return self._repo.walk(after, limit=limit, hidden=[before])
        return self._repo.walk(before, after, limit=limit, hidden=self.merge_bases(before, [after]))

    def merge_bases(self, one: str, others: Iterable[str]) -> list[str]:
        """The best common ancestors of a commit and any of these others, newest first."""
        return self._repo.merge_bases(one, others)

    def is_ancestor(self, ancestor: str, commit: str) -> bool:
        return self._repo.is_ancestor(ancestor, commit)

    def count_beyond(self, commit: str, known: Iterable[str]) -> int:
        """How many commits lead up to `commit` that none of `known` has."""
        return self._repo.count_beyond(commit, list(known))

    def require_all(self, doing: str) -> None:
        """Stop before a step that needs every commit. Raises: Refused: this is a shallow clone."""
        self._repo.require_history(doing)

    # What a commit holds

    def blob(self, blob: str) -> bytes:
        """The contents of a file by the id of its blob."""
        return self._repo.blob(blob)

    def keep(self, contents: Iterable[bytes]) -> None:
        """Store contents as blobs, so that they can be read back whatever happens to the files."""
        self._repo.write_blobs(list(contents))

    def new_blobs(self, tips: Iterable[str], known: Iterable[str]) -> list[str]:
        """The blobs that are reachable from `tips` and not from the commits `known`."""
        from talekeep.store.git.pack import reach

        return reach.missing_blobs(self._repo.objects, tips, known)

    def folder(self, tree: str | None, name: str) -> str | None:
        """The id of what has this name in a tree; None where there is nothing."""
        return paths.inside(self._repo, tree, name)

    def way(self, tree: str, path: str, known: Way | None = None) -> Way:
        """The way to a path in a tree; from the first folder on that is also on a `known` way to the same
        path, nothing is read."""
        return paths.way(self._repo, tree, path, known)

    def new_files(self, before: str | None, after: str | None, prefix: str) -> dict[str, str]:
        """The files of a folder that differ from the folder before: path → blob after. Equal folders inside
        are not read.

        Args:
            before, after: trees; None for no folder.
            prefix: what the paths begin with.
        """
        changed = trees.changed(self._repo, before or trees.EMPTY, after or trees.EMPTY, prefix)
        return {path: new for path, (_, new) in changed.items() if new is not None}

    def holds(self, tree: str, path: str) -> bool:
        """Whether there is something at a path of a tree."""
        return trees.entry_at(self._repo, tree, path) is not None

    def odd_changes(self, before: str, after: str) -> dict[str, str]:
        """What differs between two trees and is no plain file in one of them: path → what it is."""
        return trees.odd_changes(self._repo, before, after)

    def odd_modes(self, tree: str) -> dict[str, int]:
        """The mode of everything in a tree that is no plain file: executables, links, submodules."""
        return trees.odd_rows(self._repo, tree)
