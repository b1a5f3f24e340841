"""One clone on this machine: a git repository with a work tree, seen in the parts that commands work with."""

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Self

from talekeep.store import view
from talekeep.store.clone.history import History
from talekeep.store.clone.staging import Snapshot
from talekeep.store.clone.staging import Staging
from talekeep.store.git.merge_state import Unfinished
from talekeep.store.git.repository import Repository
from talekeep.store.git.settings import Settings
from talekeep.store.object_ids import EMPTY_TREE
from talekeep.store.view import View

if TYPE_CHECKING:
    from talekeep.store.clone.refs import Refs


class Clone:
    """The only door to git for what stands above the store. `Dataset` is a clone that holds a dataset; the
    hook for messages, which starts with every commit, needs no more than this.

    Args:
        repo: an open repository.
    """

    def __init__(self, repo: Repository) -> None:
        self.repo = repo
        self.path = repo.path

    @staticmethod
    def in_folder(path: Path) -> "Clone":
        """The clone whose top folder this is.

        Raises:
            NotFound: there is no repository. Refused: it cannot be read.
        """
        return Clone(Repository.open(path))

    @staticmethod
    def create(path: Path) -> None:
        """Make a repository with a work tree, or complete one that was interrupted there."""
        Repository.init(path).close()

    def close(self) -> None:
        self.repo.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def hooks(self) -> Path:
        """The folder of the repository's own hooks."""
        return self.repo.common_dir / "hooks"

    @property
    def settings(self) -> Settings:
        """`.git/config`, which never travels."""
        return self.repo.settings

    @property
    def is_pushed_on_commit(self) -> bool:
        """Whether this clone asked for `mirror.auto = on-commit`, which nothing that travels can ask for."""
        return self.settings.get("mirror", "auto") == "on-commit"

    @cached_property
    def history(self) -> History:
        """The commits and what they hold."""
        return History(self.repo)

    @cached_property
    def refs(self) -> "Refs":
        """Branches, snapshots, and what remotes had."""
        # The hook for messages starts with every commit and names no ref.
        from talekeep.store.clone.refs import Refs

        return Refs(self.repo)

    @cached_property
    def staging(self) -> Staging:
        """What is staged."""
        return Staging(self.repo)

    @cached_property
    def unfinished(self) -> Unfinished:
        """What is in the middle of its work."""
        return Unfinished(self.repo)

    # Views without what a dataset remembers of blobs

    def staged(self, snapshot: Snapshot | None = None) -> View:
        """What is staged, by this snapshot or as it is now."""
        return view.of_index(self.repo, snapshot or self.staging.read())

    def of_tree(self, tree: str) -> View:
        """The files of a tree."""
        return view.of_tree(self.repo, tree)

    def of_commit(self, commit: str) -> View:
        """The files of a commit by its id."""
        return self.of_tree(self.repo.commit(commit).tree)

    def of_blobs(self, files: Mapping[str, str]) -> View:
        """Files of whatever commits: path → blob."""
        return view.of_blobs(self.repo, files)

    def nothing(self) -> View:
        """No files, as before the first commit."""
        return self.of_tree(EMPTY_TREE)
