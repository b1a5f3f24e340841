"""A mirror as git sees it through a remote helper: one set of refs, made of what every machine saved."""

from collections.abc import Iterable
from dataclasses import dataclass
from dataclasses import replace
from pathlib import Path

from talekeep.core.errors import NotFound
from talekeep.remotes.base import Taken
from talekeep.remotes.mirror.environment import Setting
from talekeep.remotes.mirror.folder.scan import Scan
from talekeep.remotes.mirror.folder.scan import scan
from talekeep.remotes.mirror.reader.fetch import as_taken
from talekeep.remotes.mirror.reader.fetch import choose
from talekeep.remotes.mirror.reader.fetch import take_all
from talekeep.remotes.mirror.reader.state_reader import opened
from talekeep.remotes.mirror.reader.state_reader import require_readable
from talekeep.remotes.mirror.reader.state_reader import unusable
from talekeep.remotes.mirror.setup import find
from talekeep.remotes.mirror.writer.journal import Local
from talekeep.store.clone.clone import Clone
from talekeep.store.files import at_home
from talekeep.store.git.pack.reach import reachable
from talekeep.store.git.repository import Repository
from talekeep.store.scratch import scratch_folder

_HEADS, _TAGS = "refs/heads/", "refs/tags/"
# A fetch by address alone, for which `.git/config` has no name.
_UNNAMED = "unnamed"


@dataclass(frozen=True, slots=True)
class Offered:
    """The branches of one machine (ours, where we have pushed) by their own names, those of every machine
    as `refs/heads/<machine>/<branch>`, and all tags; `head` is the branch to check out."""

    refs: dict[str, str]
    head: str | None
    notes: tuple[str, ...] = ()


def offer(repo: Repository, local: Local, place: Path, setting: Setting) -> Offered:
    """Bring in what every machine saved and say under which names git is to know it; no ref moves.

    Objects come with the list, because only what was read and found whole may be on it.

    Raises:
        NotFound: no mirror there, or no finished push. Refused: nothing in it can be used.
        Outside: the disk failed.
    """
    mirror = find(setting.disk, place)
    notes: list[str] = []
    with local.locked("a fetch by git"), local.staging() as staging:
        scanned = _scanned(mirror, setting)
        require_readable(setting, mirror, scanned)
        taken = take_all(repo, scanned, setting, staging, notes, local.read())
        local.set_read([state.sha256 for _, state in taken])
    if not taken:
        raise unusable(mirror, scanned, notes, f"talekeep clone {mirror}")
    states = [as_taken(name, state) for name, state in taken]
    own = local.journal().writer
    chosen = next((one for one in states if one.writer == own), None) or choose(repo, states, None)
    return Offered(_names(chosen, states), chosen.head, tuple(notes))


def offered(git_dir: Path | None, name: str, address: str) -> Offered:
    """What a mirror holds, ready for git to fetch: the objects are in the repository when this returns.

    Args:
        git_dir: the repository; None where git runs in none (`git ls-remote`), and then only names are read.
        name: of the remote, or an address alone.

    Raises:
        NotFound: no mirror there, or nothing in it. Refused: nothing in it can be used.
        Outside: the disk failed.
    """
    place = at_home(address)
    if git_dir is None:
        return peek(place, Setting())
    repo = Repository.open(_common(git_dir))
    try:
        return offer(repo, _local(git_dir, name), place, Setting())
    finally:
        repo.close()


def saved_by(clone: Clone, name: str, address: str) -> dict[str, str]:
    """`saved` by a clone."""
    return saved(clone.repo, _local(clone.repo.git_dir, name), at_home(address), Setting())


def mirror_at(address: str) -> Path:
    """The mirror folder itself, as a push needs it. Raises: NotFound, Usage, Outside: see `setup.find`."""
    return find(Setting().disk, at_home(address).resolve())


def _local(git_dir: Path, name: str) -> Local:
    return Local(git_dir, _UNNAMED if "::" in name or "/" in name else name)


def _common(git_dir: Path) -> Path:
    """Where the objects are: a linked work tree has a folder of its own beside them."""
    try:
        return git_dir / (git_dir / "commondir").read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return git_dir


def peek(place: Path, setting: Setting) -> Offered:
    """The same from names, sizes and manifests alone (for an encrypted mirror also from its newest bundles),
    where there is no repository to bring anything to.

    Raises:
        NotFound: no mirror there, or no finished push. Refused: it is encrypted and its key is not here.
        Outside: the disk failed.
    """
    mirror = find(setting.disk, place)
    scanned = _scanned(mirror, setting)
    require_readable(setting, mirror, scanned)
    newest = [(writer, scanned.newest(writer)) for writer in scanned.writers()]
    with scratch_folder() as scratch:
        states = [
            as_taken(writer, replace(state, manifest=opened(setting, state, scratch)))
            for writer, state in newest
            if state is not None
        ]
    if not states:
        raise NotFound(f"{mirror} holds no finished push", "let the sync program finish and try again")
    # Which one is ahead only their histories could tell.
    return Offered(_names(states[0], states), states[0].head)


def _scanned(mirror: Path, setting: Setting) -> Scan:
    scanned = scan(setting.disk, mirror)
    if not scanned.states:
        raise NotFound(f"{mirror} holds no finished push", "let the sync program finish and try again")
    return scanned


def _names(chosen: Taken, states: Iterable[Taken]) -> dict[str, str]:
    refs = dict(chosen.refs)
    for state in states:
        for name, value in state.refs.items():
            if name.startswith(_TAGS):
                refs.setdefault(name, value)
                continue
            full = f"{_HEADS}{state.writer}/{name.removeprefix(_HEADS)}"
            # Git cannot have both `a` and `a/b`; a branch with the name of a machine comes first.
            if not any(full.startswith(f"{other}/") or other.startswith(f"{full}/") for other in refs):
                refs.setdefault(full, value)
    return dict(sorted(refs.items()))


def saved(repo: Repository, local: Local, place: Path, setting: Setting) -> dict[str, str]:
    """What our own last push holds, for git to compare with what it is about to push.

    A branch that was rewritten since is left out: saving it loses nothing, because the push that holds what
    it was stays, and git would refuse it as no fast-forward.

    Raises:
        NotFound: no mirror there. Outside: the disk failed.
    """
    journal = local.journal()
    scanned = scan(setting.disk, find(setting.disk, place))
    newest = scanned.newest(journal.writer) if journal.writer else None
    refs = dict(newest.manifest.refs) if newest else {}
    if newest is not None and journal.sealed is not None and newest.sha256 == journal.manifest:
        refs = dict(journal.sealed.refs)
    return {name: value for name, value in refs.items() if _leads_on(repo, name, value)}


def _leads_on(repo: Repository, name: str, value: str) -> bool:
    now = repo.ref(name)
    if now is None or now == value:
        return True
    return name.startswith(_HEADS) and reachable(repo.objects, [value], [now])
