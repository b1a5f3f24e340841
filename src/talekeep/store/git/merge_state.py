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


def merging(repo: Repository) -> str | None:
    """The commit that is being merged, None when no merge is under way."""
    return named(repo, "MERGE_HEAD")


def sides(repo: Repository) -> list[str]:
    """The commits whose versions meet here: HEAD, and what is being merged, picked or rebased onto it."""
    others = (named(repo, name) for name in ("MERGE_HEAD", "CHERRY_PICK_HEAD", "REBASE_HEAD"))
    return [commit for commit in (repo.head(), *others) if commit is not None]


def named(repo: Repository, name: str) -> str | None:
    """The commit in one of git's own notes, such as ORIG_HEAD; None where there is none."""
    try:
        return (repo.git_dir / name).read_text(encoding="ascii").split()[0]
    except (FileNotFoundError, IndexError):
        return None


def other_operation(repo: Repository) -> str | None:
    """What else of git's is under way and has to be finished by git: `git rebase`, …"""
    return next((command for name, command in _OTHERS.items() if (repo.git_dir / name).exists()), None)


def message(repo: Repository) -> str | None:
    """The message prepared for the merge commit."""
    try:
        return (repo.git_dir / "MERGE_MSG").read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
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
