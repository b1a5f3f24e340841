"""What `git push`, `git fetch` and `git clone` need of a mirror, as gitremote-helpers(7) divides the work."""

from collections.abc import Sequence
from dataclasses import dataclass

from talekeep.core.errors import NotFound
from talekeep.core.errors import Problem
from talekeep.core.errors import Refused
from talekeep.ops.remotes import push as push_op
from talekeep.remotes.base import Pushed
from talekeep.remotes.kinds import FOLDER
from talekeep.remotes.mirror.reader import helper_refs
from talekeep.store.dataset import Dataset

# `listed` and `mirror_at` ask no dataset: git may run in none.
listed = helper_refs.offered
mirror_at = helper_refs.mirror_at
_SAVED = ("refs/heads/", "refs/tags/")


@dataclass(frozen=True, slots=True)
class Asked:
    """One `push` line: what is to be saved as `target`; `source` is None where it is to be deleted."""

    source: str | None
    target: str
    forced: bool = False


@dataclass(frozen=True, slots=True)
class Answered:
    """Why each target was not saved, None where it is; `pushed` is None where nothing was written."""

    refused: dict[str, str | None]
    pushed: Pushed | None = None
    saved: tuple[str, ...] = ()


def listed_for_push(dataset: Dataset, name: str, address: str) -> dict[str, str]:
    """What this clone's last push to the mirror holds.

    Raises:
        NotFound: no mirror there, or no remote of that name. Outside: the disk failed.
    """
    _require_named(dataset, name, address)
    return helper_refs.saved_by(dataset, name, address)


def push(
    dataset: Dataset, name: str, address: str, asked: Sequence[Asked], *, dry_run: bool = False
) -> Answered:
    """Save every branch and tag, as `talekeep push` does, and answer for those that were asked for.

    Raises:
        Invalid: the last commit has an error. NotFound: no remote of that name.
        Refused, Outside: see `Remote.push`.
    """
    _require_named(dataset, name, address)
    refused = {one.target: _fault(dataset, name, one) for one in asked}
    if dry_run or all(refused.values()):
        return Answered(refused)
    result = push_op.push(dataset, name)
    assert isinstance(result, Pushed)
    return Answered(refused, result, tuple(ref.split("/", 2)[2] for ref in sorted(dataset.refs.all())))


def _fault(dataset: Dataset, name: str, asked: Asked) -> str | None:
    if asked.source is None:
        # Git asks for nothing where no branch moved, so a push of git's would not do.
        return f"a mirror keeps what was saved; delete it here, then: talekeep push {name}"
    if not asked.target.startswith(_SAVED):
        return "a mirror holds branches and tags only"
    now = dataset.refs.at(asked.target)
    if now is None or now not in (dataset.refs.at(asked.source), _resolved(dataset, asked.source)):
        return "a mirror saves branches and tags as they are here, under their own names"
    return None


def _resolved(dataset: Dataset, revision: str) -> str | None:
    try:
        return dataset.history.resolve(revision)
    except Problem:
        # Not a commit, so no branch is at it.
        return None


def _require_named(dataset: Dataset, name: str, address: str) -> None:
    url, here = dataset.settings.get("remote", "url", name), FOLDER.url(address)
    if url is None:
        raise NotFound(f"{here} has no name here", f"talekeep remote add backup {address}")
    if url != here:
        raise Refused(f"{name} is {url}, not {here}", f"talekeep push {name}")
