"""Where the branches of a mirror's writers are kept here: `refs/remotes/<remote>/<writer>/<branch>`."""

from dataclasses import dataclass
from dataclasses import field

from talekeep.core.errors import Refused
from talekeep.remotes.base import Moved
from talekeep.remotes.base import Taken
from talekeep.store.git.repository import Repository

_HEADS, _TAGS = "refs/heads/", "refs/tags/"


@dataclass(slots=True)
class Tracked:
    moved: list[Moved] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def track(
    repo: Repository, remote: str, writer: str, refs: dict[str, str], *, tags: bool, prune: bool = False
) -> Tracked:
    """Set what is known of a writer. Branches of the user are never touched.

    Args:
        writer: empty for a remote that has no writers, such as a git repository.
        refs: the writer's refs by full name.
        tags: also make tags that are not here yet; one that differs is kept aside, under
            `refs/talekeep/tags/<remote>/<writer>/`, and noted.
        prune: forget branches the writer no longer has.
    """
    tracked = Tracked()
    where = f"{remote}/{writer}" if writer else remote
    prefix = f"refs/remotes/{where}/"
    wanted = {prefix + name[len(_HEADS) :]: value for name, value in refs.items() if name.startswith(_HEADS)}
    for name, before in repo.refs_under(prefix).items():
        # `a` must go before `a/b` can be made, and the other way round.
        blocks = any(w.startswith(f"{name}/") or name.startswith(f"{w}/") for w in wanted)
        if name not in wanted and (prune or blocks):
            repo.set_ref(name, None, before)
    for name, value in wanted.items():
        _set(repo, name, value, tracked)
    for name, value in refs.items():
        if tags and name.startswith(_TAGS):
            _tag(repo, f"refs/talekeep/tags/{where}/", name, value, tracked)
    return tracked


def keep_detached(repo: Repository, remote: str, taken: Taken) -> list[Moved]:
    """Keep a commit that is on none of the writer's branches from garbage collection."""
    tracked = Tracked()
    if taken.detached is not None:
        _set(repo, f"refs/talekeep/detached/{remote}/{taken.writer}", taken.detached, tracked)
    return tracked.moved


def _tag(repo: Repository, aside: str, name: str, value: str, tracked: Tracked) -> None:
    here = repo.ref(name)
    if here is None:
        _set(repo, name, value, tracked)
    elif here != value:
        kept = aside + name[len(_TAGS) :]
        _set(repo, kept, value, tracked)
        tracked.notes.append(f"the tag {name[len(_TAGS) :]} is another one there; it is kept as {kept}")


def _set(repo: Repository, name: str, value: str, tracked: Tracked) -> None:
    before = repo.ref(name)
    if before == value:
        return
    if not repo.set_ref(name, value, before, "talekeep: mirror"):
        raise Refused(f"{name} was changed by another program in the meantime", "run the command again")
    tracked.moved.append(Moved(name, before, value))
