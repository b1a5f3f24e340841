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
    """The commits whose versions meet here, HEAD first: what is merged; what is picked, rebased onto it or
    reverted, and what that was made from."""
    result: list[str | None] = [repo.head(), named(repo, "MERGE_HEAD")]
    for name in ("CHERRY_PICK_HEAD", "REBASE_HEAD", "REVERT_HEAD"):
        result += _with_origin(repo, named(repo, name))
    return [commit for commit in dict.fromkeys(result) if commit is not None]


def stashes(repo: Repository) -> list[str]:
    """What is stashed, newest first, each with what it was made from. Git notes nowhere that a stash is
    being brought back."""
    log = repo.common_dir / "logs/refs/stash"
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines() if log.is_file() else []
    return [commit for line in reversed(lines) for commit in _with_origin(repo, line.split()[1])]


def _with_origin(repo: Repository, commit: str | None) -> list[str]:
    return [commit, *repo.commit(commit).parents[:1]] if commit is not None else []


def named(repo: Repository, name: str) -> str | None:
    """The commit in one of git's own notes, such as ORIG_HEAD; None where there is none."""
    try:
        return (repo.git_dir / name).read_text(encoding="ascii").split()[0]
    except (FileNotFoundError, IndexError):
        return None


def other_operation(repo: Repository) -> str | None:
    """What else of git's is under way and has to be finished by git: `git rebase`, …"""
    # `git am` keeps its notes where the older kind of rebase does.
    if (repo.git_dir / "rebase-apply/applying").exists():
        return "git am"
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
