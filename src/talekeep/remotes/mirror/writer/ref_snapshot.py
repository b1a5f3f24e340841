"""The refs of a repository at one moment: what a push saves."""

from dataclasses import dataclass

from talekeep.core.errors import Refused
from talekeep.remotes.mirror.folder.manifest import Manifest
from talekeep.remotes.mirror.folder.manifest import check_refs
from talekeep.store.git.repository import Repository


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The refs of a repository at one moment; `head` is the branch a clone should check out."""

    refs: dict[str, str]
    head: str | None
    detached: str | None

    @property
    def tips(self) -> list[str]:
        return sorted({*self.refs.values(), *([self.detached] if self.detached else [])})

    def same(self, manifest: Manifest) -> bool:
        saved = (dict(manifest.refs), manifest.head, manifest.detached)
        return saved == (self.refs, self.head, self.detached)


def snapshot(repo: Repository) -> Snapshot:
    """Raises: Refused: there is no branch and no tag, or a ref name that no reader would take."""
    refs = dict(sorted(repo.refs().items()))
    if not refs:
        raise Refused("there is nothing to save yet: no branch has a commit", "talekeep import FILE")
    check_refs(list(refs))
    on, commit = repo.head_ref(), repo.head()
    detached = commit if on is None and commit not in refs.values() else None
    return Snapshot(refs, on if on in refs else stand_in(refs, commit), detached)


def stand_in(refs: dict[str, str], commit: str | None) -> str | None:
    """The branch to check out where HEAD is on none: one at the same commit, else the likeliest."""
    branches = [name for name in refs if name.startswith("refs/heads/")]
    at_head = [name for name in branches if refs[name] == commit]
    usual = [name for name in ("refs/heads/main", "refs/heads/master") if name in refs]
    return next(iter(at_head + usual + branches), None)
