"""`sync`: what the other machines have comes in, what is here goes out."""

from dataclasses import dataclass

from talekeep.core.errors import NotFound
from talekeep.ops import Progress
from talekeep.ops import silent
from talekeep.ops.merge import merge
from talekeep.ops.merge.open_conflict import Open
from talekeep.ops.remotes import push
from talekeep.ops.remotes.remotes import remote_named
from talekeep.ops.remotes.tracked_branches import tracked
from talekeep.ops.workspace.workspace import Workspace
from talekeep.remotes.base import Pushed
from talekeep.remotes.base import Sent
from talekeep.store.dataset import Dataset


@dataclass(frozen=True, slots=True)
class Taken:
    """A branch that was merged: the entries it `added`, `changed` and `removed`, and the commit we are at."""

    branch: str
    entries: dict[str, int]
    commit: str | None


@dataclass(frozen=True, slots=True)
class Synced:
    """What came in and what went out; with `conflicts` the merge stopped and nothing was pushed."""

    remote: str
    merged: list[Taken]
    conflicts: list[Open]
    pushed: Pushed | Sent | None
    notes: tuple[str, ...] = ()


def sync(dataset: Dataset, name: str | None = None, *, progress: Progress = silent) -> Synced:
    """Fetch from a remote, merge every branch there that goes with this one, and push.

    Raises:
        NotFound: no such remote. Refused: there are uncommitted changes; or see `fetch`, `merge`, `push`.
    """
    remote = remote_named(dataset, name).name
    Workspace(dataset).require_clean("sync")
    notes = _fetched(dataset, remote, progress)
    taken: list[Taken] = []
    for branch in [row.branch for row in tracked(dataset, remote) if row.behind]:
        result = merge.merge(dataset, branch)
        if not result.done:
            return Synced(remote, taken, list(result.conflicts), None, notes)
        taken.append(Taken(branch, dict(result.merged), result.commit))
    pushed = push.push(dataset, remote, progress=progress)
    return Synced(remote, taken, [], pushed, (*notes, *pushed.notes))


def _fetched(dataset: Dataset, remote: str, progress: Progress) -> tuple[str, ...]:
    """What a fetch has to say; a place where nothing was saved yet has nothing."""
    try:
        result = push.fetch(dataset, remote, progress=progress)
    except NotFound:
        return ()
    return tuple(note for note in result.notes if "next: talekeep merge" not in note)
