"""Operations that are not finished in a clone: a merge, or one that only git can finish."""

from talekeep.store.git import merge_state
from talekeep.store.git.repository import Repository


class Unfinished:
    """Read from git's own files, so that git and Talekeep can each finish what the other began."""

    def __init__(self, repo: Repository) -> None:
        self._repo = repo

    def merging(self) -> str | None:
        """The commit that a stopped merge is merging."""
        return merge_state.merging(self._repo)

    def other(self) -> str | None:
        """What else of git's is under way and only git can end, as a command: `git rebase`."""
        return merge_state.other_operation(self._repo)

    def message(self) -> str | None:
        """The message prepared for the merge that is under way."""
        return merge_state.message(self._repo)

    def sides(self) -> list[str]:
        """The commits whose versions meet here, HEAD first: what is merged; what is picked, rebased onto it
        or reverted, and what that was made from."""
        return merge_state.sides(self._repo)

    def stashes(self) -> list[str]:
        """What is stashed, newest first, each with what it was made from."""
        return merge_state.stashes(self._repo)

    def head_before(self) -> str | None:
        """Where HEAD was before the last merge, pull or reset; None where git did not note it."""
        return merge_state.named(self._repo, "ORIG_HEAD")
