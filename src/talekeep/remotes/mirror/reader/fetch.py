"""Reading a mirror: fetch into an existing repository, or restore a new one."""

import os
from collections.abc import Callable
from pathlib import Path

from talekeep.core.errors import NotFound
from talekeep.remotes.base import Fetched
from talekeep.remotes.base import Moved
from talekeep.remotes.base import Restored
from talekeep.remotes.base import Taken
from talekeep.remotes.mirror.environment import Setting
from talekeep.remotes.mirror.folder.scan import Scan
from talekeep.remotes.mirror.folder.scan import State
from talekeep.remotes.mirror.folder.scan import scan
from talekeep.remotes.mirror.reader.new_repository import NEW
from talekeep.remotes.mirror.reader.new_repository import whole
from talekeep.remotes.mirror.reader.salvage import salvage
from talekeep.remotes.mirror.reader.state_reader import require_readable
from talekeep.remotes.mirror.reader.state_reader import take_newest
from talekeep.remotes.mirror.reader.state_reader import unusable
from talekeep.remotes.mirror.reader.tracking_refs import keep_detached
from talekeep.remotes.mirror.reader.tracking_refs import track
from talekeep.remotes.mirror.setup import find
from talekeep.remotes.mirror.setup import require_folder
from talekeep.remotes.mirror.writer.journal import Local
from talekeep.store.git.pack.reach import count_commits
from talekeep.store.git.pack.reach import reachable
from talekeep.store.git.repository import Repository

Prepare = Callable[[Repository], None]


def fetch(repo: Repository, mirror: Path, remote: str, setting: Setting) -> Fetched:
    """Bring the newest whole state of every machine into `refs/remotes/<remote>/<writer>/…`.

    Tags that are not here yet are made; branches, files and the index stay as they are.

    Raises:
        NotFound: the folder holds no state at all.
        Refused: none of the states there can be used.
        Outside: the disk failed.
    """
    local = Local(repo.git_dir, remote)
    notes: list[str] = []
    with local.locked(f"a fetch from {remote}"), local.staging() as staging:
        require_folder(setting.disk, mirror)
        scanned = scan(setting.disk, mirror)
        if not scanned.states:
            raise NotFound(f"{mirror} holds no finished push", "let the sync program finish and fetch again")
        require_readable(setting, mirror, scanned)
        own = local.journal().writer
        taken = take_all(repo, scanned, setting, staging, notes, local.read())
        moved: list[Moved] = []
        for name, state in taken:
            tags = state.manifest.writer != own
            tracked = track(repo, remote, name, dict(state.manifest.refs), tags=tags)
            moved += tracked.moved + keep_detached(repo, remote, as_taken(name, state))
            notes += tracked.notes
        local.set_read([state.sha256 for _, state in taken])
    if not taken:
        raise unusable(mirror, scanned, notes, "talekeep remote check")
    return Fetched(tuple(as_taken(name, state) for name, state in taken), tuple(moved), tuple(notes))


def take_all(
    repo: Repository, scanned: Scan, setting: Setting, staging: Path, notes: list[str], read: frozenset[str]
) -> list[tuple[str, State]]:
    """The newest state of each writer that can be taken, and with it any that it does not contain."""
    taken: list[tuple[str, State]] = []
    for writer in scanned.writers():
        best = take_newest(setting, repo, scanned.of(writer), staging, notes, read)
        if best is None:
            continue
        taken.append((writer, best[0]))
        for leaf in scanned.leaves(writer):
            if leaf.order >= best[0].order:
                continue
            other = take_newest(setting, repo, [leaf], staging, notes, read)
            if other is not None and not _contains(repo, best[0], other[0]):
                taken.append((f"{writer}-{leaf.sha256[:8]}", other[0]))
                notes.append(f"two copies of this dataset have saved as {writer}; both are kept")
    return taken


def _contains(repo: Repository, state: State, other: State) -> bool:
    return reachable(repo.objects, other.manifest.tips, state.manifest.tips)


def as_taken(name: str, state: State) -> Taken:
    manifest = state.manifest
    return Taken(name, manifest.number, manifest.made, dict(manifest.refs), manifest.head, manifest.detached)


def restore(
    source: Path,
    target: Path,
    setting: Setting,
    *,
    remote: str = "backup",
    writer: str | None = None,
    bare: bool = False,
    prepare: Prepare | None = None,
) -> Restored:
    """Make a new repository from a mirror: there is all of it in the end, or nothing.

    Args:
        source: the mirror folder, or the folder it lies in.
        target: where the repository goes; must not exist, or be an empty folder.
        remote: the name under which the other machines' branches are kept.
        writer: whose branches to take; None takes the most advanced.
        prepare: called with the finished repository before it gets its name, to fill its work tree.

    Raises:
        NotFound: no mirror there, no such writer, or nothing that can be recovered.
        Refused: the target is in use.
        Outside: the disk failed.
    """
    mirror = find(setting.disk, source)
    with whole(target, setting.token(4)) as work:
        place = work / NEW
        repo = Repository.init_bare(place) if bare else Repository.init(place)
        try:
            restored = _fill(repo, mirror, work, setting, remote, writer)
            if prepare is not None:
                prepare(repo)
        finally:
            repo.close()
    return Restored(
        os.fspath(target),
        restored.taken,
        restored.others,
        restored.objects,
        restored.salvaged,
        restored.notes,
    )


def _fill(
    repo: Repository, mirror: Path, work: Path, setting: Setting, remote: str, writer: str | None
) -> Restored:
    notes: list[str] = []
    scanned = scan(setting.disk, mirror)
    require_readable(setting, mirror, scanned)
    states = take_all(repo, scanned, setting, work, notes, frozenset())
    taken = [as_taken(name, state) for name, state in states]
    salvaged = not taken
    if salvaged:
        taken = _salvage(repo, mirror, scanned, work, setting, notes)
    if not taken:
        if scanned.sealed:
            raise unusable(mirror, scanned, notes, "")
        why = "; ".join(notes) or "no finished push is there"
        raise NotFound(
            f"nothing in {mirror} can be restored: {why}",
            "let the sync program finish, make the folder available offline and try again",
        )
    chosen = choose(repo, taken, writer)
    others = tuple(t for t in taken if t is not chosen)
    for name, value in chosen.refs.items():
        repo.set_ref(name, value, None, "talekeep: restore")
    if chosen.head is not None:
        repo.set_head(chosen.head)
    for each in taken:
        notes += track(repo, remote, each.writer, each.refs, tags=each is not chosen).notes
        keep_detached(repo, remote, each)
    return Restored("", chosen, others, len(list(repo.objects)), salvaged, tuple(notes))


def _salvage(
    repo: Repository, mirror: Path, scanned: Scan, work: Path, setting: Setting, notes: list[str]
) -> list[Taken]:
    recovered = salvage(setting, repo, mirror, scanned, work, notes)
    if recovered:
        notes.append(
            f"no manifest could be used; put together from {len(recovered)} bundles that describe themselves"
        )
    taken: dict[str, Taken] = {}
    for bundle in recovered:
        head = next((n for n, value in bundle.refs.items() if value == bundle.head), None)
        name = bundle.folder
        before = taken.get(name)
        if before and not reachable(repo.objects, before.refs.values(), bundle.refs.values()):
            taken[f"{name}-{len(taken)}"] = before
        taken[name] = Taken(name, len(recovered), "", bundle.refs, head)
    return [Taken(name, t.number, t.made, t.refs, t.head) for name, t in taken.items()]


def choose(repo: Repository, taken: list[Taken], writer: str | None) -> Taken:
    """The state to start from: ancestry decides, then more versions, then the name; never a clock."""
    if writer is not None:
        named = [t for t in taken if t.writer == writer]
        if not named:
            listed = ", ".join(t.writer for t in taken)
            raise NotFound(f"no machine here is called {writer}", f"choose one of: {listed}")
        return named[0]
    return max(taken, key=lambda t: (*_advance(repo, t, taken), t.writer))


def _advance(repo: Repository, one: Taken, taken: list[Taken]) -> tuple[bool, int, int]:
    """Sort key that puts a state behind all that contain it: not contained, own commits, all commits."""
    mine = list(one.refs.values())
    others = [t for t in taken if t is not one]
    surpassed = any(
        reachable(repo.objects, mine, t.refs.values()) and not reachable(repo.objects, t.refs.values(), mine)
        for t in others
    )
    beyond = [tip for t in others for tip in t.refs.values()]
    return not surpassed, count_commits(repo.objects, mine, beyond), count_commits(repo.objects, mine)
