"""Snapshots: commits with a name and a note, kept as annotated tags."""

from dataclasses import dataclass

from talekeep.core.errors import Refused
from talekeep.ops.history import log
from talekeep.store.clone.refs import Tag
from talekeep.store.dataset import Dataset


@dataclass(frozen=True, slots=True)
class Snapshot:
    """`time` (ISO 8601, UTC) and `author` say when it was made and by whom."""

    name: str
    commit: str
    time: str
    author: str
    note: str


@dataclass(frozen=True, slots=True)
class Snapshots:
    """Every snapshot by name, and the one that was made; `uncommitted`: the folder has changes it lacks."""

    snapshots: list[Snapshot]
    made: Snapshot | None = None
    uncommitted: bool = False


def snapshots(dataset: Dataset) -> Snapshots:
    """Every tag of a commit, also those made with git."""
    return Snapshots([_snapshot(tag) for tag in dataset.refs.snapshots()])


def snapshot(
    dataset: Dataset, name: str, *, note: str = "", revision: str = "HEAD", dry_run: bool = False
) -> Snapshots:
    """Give a commit a name that stays.

    Raises:
        Refused: a branch or snapshot has that name, git allows no such name, or nothing is committed.
        NotFound: no such revision.
    """
    ref, refs = dataset.refs.snapshot(name), dataset.refs
    if dataset.history.head() is None:
        raise Refused("nothing is committed yet", 'talekeep commit -m "…"')
    if refs.at(refs.branch(name)) is not None:
        raise Refused(f"there is a branch {name}, which would hide the snapshot", "choose another name")
    commit = dataset.history.resolve(revision)
    signature = dataset.signature()
    with dataset.writing("snapshot"):
        taken = refs.at(ref) is not None
        if taken or (not dry_run and not refs.create_snapshot(name, commit, note, signature)):
            raise Refused(f"the snapshot {name} exists", f"talekeep diff {name} HEAD, or choose another name")
    made = _snapshot(Tag(name, commit, signature.identity.decode(), signature.time, note.strip()))
    return Snapshots(
        snapshots(dataset).snapshots, made, commit == dataset.history.head() and _uncommitted(dataset)
    )


def _uncommitted(dataset: Dataset) -> bool:
    return dict(dataset.now().files) != dict(dataset.at("HEAD").files)


def _snapshot(tag: Tag) -> Snapshot:
    return Snapshot(tag.name, tag.commit, log.iso(tag.time), tag.author, tag.note)
