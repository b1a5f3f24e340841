"""The state of a remote: what it holds and this clone has not, and the other way round."""

from talekeep.core.errors import Problem
from talekeep.ops import plural
from talekeep.ops.remotes import divergence
from talekeep.ops.remotes.mirror_state import MirrorState
from talekeep.ops.remotes.remotes import Listed
from talekeep.ops.remotes.remotes import connect_listed
from talekeep.ops.remotes.remotes import listed
from talekeep.ops.remotes.remotes import remote_named
from talekeep.remotes.base import Status
from talekeep.store.dataset import Dataset


def state(dataset: Dataset, name: str | None = None) -> MirrorState:
    """How far one remote is.

    Raises:
        NotFound: no such mirror.
    """
    return _state(dataset, remote_named(dataset, name))


def look(dataset: Dataset, name: str | None = None) -> Status:
    """What is in a mirror's folder, told by names, sizes and manifests, or what a git repository offers;
    nothing else is read.

    Raises:
        NotFound: no such remote. Outside: the folder is missing, the repository cannot be reached.
    """
    return connect_listed(dataset, remote_named(dataset, name)).describe()


def mirror_states(dataset: Dataset) -> list[MirrorState]:
    """What each mirror holds, told by names and sizes; a folder that is away is said to be. Other remotes are
    left out: what they hold now, only they could tell."""
    return [_state(dataset, row) for row in listed(dataset) if row.folder is not None]


def _state(dataset: Dataset, row: Listed) -> MirrorState:
    if row.folder is None:
        return _git_state(dataset, row)
    behind = _behind(dataset, row)
    try:
        result = connect_listed(dataset, row).describe()
    except Problem as problem:
        return MirrorState(row.name, row.place, behind, None, problem.message)
    mine = next((w.number for w in result.writers if w.mine), None)
    others = _behind_others(dataset, row) if mine is None and result.writers else None
    texts = row.of.summary(behind, mine) if others is None else _by_others(others)
    gone = divergence.gone_back(row.of.access.last_push(dataset, row.name), mine or 0)
    texts = gone or texts
    readers = [f"{known.writer} has seen push {known.number}" for known in result.seen_by]
    texts = "; ".join([texts, *readers])
    return MirrorState(
        row.name, row.place, behind if mine else others, mine, texts, result.seen_by, gone is not None
    )


def _behind_others(dataset: Dataset, row: Listed) -> int | None:
    """How many commits of this branch nobody has saved there, as of the last fetch or the clone."""
    return divergence.beyond(dataset, f"refs/remotes/{row.name}/")


def _by_others(behind: int) -> str:
    if behind:
        return f"{plural(behind, 'commit')} not there; the rest was saved by others"
    return "all of it is there, saved by others"


def _git_state(dataset: Dataset, row: Listed) -> MirrorState:
    """By what the last push or fetch left here; nothing is asked of the other repository."""
    behind = _behind_others(dataset, row)
    text = "nothing of it was fetched yet" if behind is None else f"{plural(behind, 'commit')} not there"
    return MirrorState(row.name, row.place, behind, None, f"{text} (when it was last asked)")


def _behind(dataset: Dataset, row: Listed) -> int | None:
    prefix = row.of.tracking_ref_prefix(dataset, row.name)
    return divergence.beyond(dataset, prefix) if prefix is not None else None
