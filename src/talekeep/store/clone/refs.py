"""The names of commits in a clone: branches, snapshots, and what remotes had when they were last asked."""

from talekeep.core.errors import Problem
from talekeep.store.git import tags
from talekeep.store.git.commits import Signature
from talekeep.store.git.repository import Repository
from talekeep.store.git.tags import Tag

__all__ = ["BRANCHES", "Refs", "Tag"]

BRANCHES = "refs/heads/"


class Refs:
    """Full names such as `refs/heads/main`, and the commits (or annotated tags) they lead to."""

    def __init__(self, repo: Repository) -> None:
        self._repo = repo

    def current(self) -> str | None:
        """The branch HEAD is on, by its full name; None when it is on none."""
        return self._repo.head_ref()

    def current_name(self) -> str | None:
        """The same as people write it: `main`."""
        branch = self._repo.head_ref()
        return branch.removeprefix(BRANCHES) if branch else None

    def at(self, ref: str) -> str | None:
        """Where a ref leads; None where there is none. Raises: Refused: it is damaged."""
        return self._repo.ref(ref)

    def all(self) -> dict[str, str]:
        """Every branch and tag."""
        return self._repo.refs()

    def under(self, prefix: str) -> dict[str, str]:
        """The refs below a prefix such as `refs/heads/`."""
        return self._repo.refs_under(prefix)

    def of_remote(self, remote: str) -> dict[str, str]:
        """What a remote had when it was last asked."""
        return self._repo.refs_under(f"refs/remotes/{remote}/")

    # Branches

    def branches(self) -> dict[str, str]:
        """Every branch as people write it, with its commit, in order."""
        tips = self._repo.refs_under(BRANCHES)
        return dict(sorted((name.removeprefix(BRANCHES), tip) for name, tip in tips.items()))

    @staticmethod
    def branch(name: str) -> str:
        """The full name of a branch. Raises: Refused: git allows no such name."""
        return Repository.branch_ref(name)

    def branch_before(self, text: str) -> str:
        """The branch that `-` or `@{-N}` stands for, as people write it; any other text as it is.

        Raises:
            NotFound: no branch was left here.
        """
        return self._repo.branch_named(text)

    def create_branch(self, ref: str, commit: str, start: str) -> bool:
        """Make a branch at a commit; False if there is one. Call inside `Dataset.writing`.

        Args:
            start: the revision that the user named, for the log of the branch.

        Raises:
            Refused: another ref is in the way, or another program holds its lock.
        """
        return self._repo.set_ref(ref, commit, None, f"branch: Created from {start}")

    def start_branch(self, ref: str, commit: str) -> None:
        """Make a branch at the commit HEAD is at, and put HEAD on it; the folder is not looked at. Call
        inside `Dataset.writing`.

        Raises:
            Refused: another program holds a lock; there is no new branch then.
        """
        self.create_branch(ref, commit, "HEAD")
        try:
            self._repo.set_head(ref)
        except Problem:
            self._repo.set_ref(ref, None, commit)
            raise

    def forget_remote(self, remote: str) -> None:
        """Remove what is noted of a remote."""
        prefix = f"refs/remotes/{remote}/"
        self._repo.set_ref(f"{prefix}HEAD", None, None)
        for ref, tip in self._repo.refs_under(prefix).items():
            self._repo.set_ref(ref, None, tip)

    # Snapshots

    @staticmethod
    def snapshot(name: str) -> str:
        """The full name of a snapshot. Raises: Refused: git allows no such name."""
        return tags.ref(name)

    def snapshots(self) -> list[Tag]:
        """Every tag that leads to a commit, by name."""
        return tags.tags(self._repo)

    def create_snapshot(self, name: str, commit: str, note: str, signature: Signature) -> bool:
        """Make an annotated tag; False if one of that name exists. Call inside `Dataset.writing`.

        Raises:
            Refused: git allows no such name, another tag is in the way, or it has to be signed and cannot be.
        """
        return tags.create(self._repo, name, commit, note, signature)
