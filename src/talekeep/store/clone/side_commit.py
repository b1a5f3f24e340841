"""A commit on top of any other, while HEAD, the index and the files stay as they are."""

from collections.abc import Mapping

from talekeep.store.files import outside
from talekeep.store.git import trees
from talekeep.store.git.commits import Signature
from talekeep.store.git.repository import Repository


def record(
    repo: Repository, parent: str, files: Mapping[str, bytes | None], message: str, signature: Signature
) -> str:
    """Make a commit that no ref names yet: the tree of `parent` with these files (None: without them).

    Raises:
        Refused: it has to be signed, and cannot be. Outside: the disk refused.
    """
    try:
        written = {path: data for path, data in files.items() if data is not None}
        oids = dict(zip(written, repo.write_blobs(list(written.values())), strict=True))
        tree = trees.apply(repo, repo.commit(parent).tree, {path: oids.get(path) for path in files})
        return repo.create_commit(tree, [parent], message, signature)
    except OSError as error:
        raise outside(f"cannot write to {repo.git_dir}", error) from error
