"""What git's hooks do. They read what is staged, from blobs; never the work tree, and they never stash."""

import os

from talekeep.core.errors import Usage
from talekeep.ops import checking
from talekeep.store.dataset import Dataset
from talekeep.store.git import index


def run(dataset: Dataset, name: str) -> None:
    """Answer one hook.

    Raises:
        Invalid: what is staged has an error. Usage: no hook of that name is ours.
    """
    if name not in HOOKS:
        raise Usage(f"there is no hook {name!r}", f"hooks: {', '.join(HOOKS)}")
    HOOKS[name](dataset)


def _validate_staged(dataset: Dataset) -> None:
    # `git commit -a` and `git commit PATH` prepare an index of their own and name it here.
    named = os.environ.get("GIT_INDEX_FILE")
    snapshot = index.read(dataset.repo, dataset.path / named if named else None)
    staged, tree = dataset.staged(snapshot), dataset.head_tree()
    checking.require_valid(dataset, staged, dataset.of_tree(tree))
    made = index.write_tree(dataset.repo, snapshot, tree)
    checking.remember(dataset, staged, made, tree)


HOOKS = {"pre-commit": _validate_staged, "pre-merge-commit": _validate_staged}
