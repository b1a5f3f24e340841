"""A merge under way, in git's own files, so that git and Talekeep can each finish what the other began."""

from pathlib import Path

from talekeep.store.files import replace
from talekeep.store.git.repository import Repository

_OTHERS = {
    "CHERRY_PICK_HEAD": "git cherry-pick",
    "REVERT_HEAD": "git revert",
    "rebase-merge": "git rebase",
    "rebase-apply": "git rebase",
}


class Unfinished:
    """Operations that are not finished in a clone: a merge, or one that only git can finish."""

    def __init__(self, repo: Repository) -> None:
        self._repo = repo

    def merging(self) -> str | None:
        """The commit that a stopped merge is merging, None when no merge is under way."""
        return self._named("MERGE_HEAD")

    def other(self) -> str | None:
        """What else of git's is under way and only git can end, as a command: `git rebase`."""
        # `git am` keeps its notes where the older kind of rebase does.
        if (self._repo.git_dir / "rebase-apply/applying").exists():
            return "git am"
        return next((git for name, git in _OTHERS.items() if (self._repo.git_dir / name).exists()), None)

    def message(self) -> str | None:
        """The message prepared for the commit of the merge that is under way."""
        try:
            return (self._repo.git_dir / "MERGE_MSG").read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            return None

    def sides(self) -> list[str]:
        """The commits whose versions meet here, HEAD first: what is merged; what is picked, rebased onto it
        or reverted, and what that was made from."""
        result: list[str | None] = [self._repo.head(), self.merging()]
        for name in ("CHERRY_PICK_HEAD", "REBASE_HEAD", "REVERT_HEAD"):
            result += self._with_origin(self._named(name))
        return [commit for commit in dict.fromkeys(result) if commit is not None]

    def stashes(self) -> list[str]:
        """What is stashed, newest first, each with what it was made from. Git notes nowhere that a stash is
        being brought back."""
        log = self._repo.common_dir / "logs/refs/stash"
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines() if log.is_file() else []
        return [commit for line in reversed(lines) for commit in self._with_origin(line.split()[1])]

    def head_before(self) -> str | None:
        """Where HEAD was before the last merge, pull or reset; None where git did not note it."""
        return self._named("ORIG_HEAD")

    def _with_origin(self, commit: str | None) -> list[str]:
        return [commit, *self._repo.commit(commit).parents[:1]] if commit is not None else []

    def _named(self, name: str) -> str | None:
        """The commit in one of git's own notes; None where there is none."""
        try:
            return (self._repo.git_dir / name).read_text(encoding="ascii").split()[0]
        except (FileNotFoundError, IndexError):
            return None


def begin(repo: Repository, theirs: str, text: str) -> None:
    """Write what git writes when a merge stops: the message first, MERGE_HEAD last."""
    replace(repo.git_dir / "MERGE_MSG", text.encode())
    replace(repo.git_dir / "MERGE_MODE", b"")
    replace(repo.git_dir / "ORIG_HEAD", f"{repo.head()}\n".encode())
    replace(repo.git_dir / "MERGE_HEAD", f"{theirs}\n".encode())


def end(repo: Repository) -> None:
    for name in ("MERGE_HEAD", "MERGE_MODE", "MERGE_MSG", "AUTO_MERGE"):
        Path(repo.git_dir / name).unlink(missing_ok=True)
