"""Removing what a retired machine saved: only where others that stay are shown to hold all of it."""

import os
from pathlib import Path

from talekeep.core.errors import NotFound
from talekeep.core.errors import Refused
from talekeep.remotes.base import Forgotten
from talekeep.remotes.mirror.environment import Setting
from talekeep.remotes.mirror.folder.disk import Disk
from talekeep.remotes.mirror.folder.disk import step
from talekeep.remotes.mirror.folder.manifest import BUNDLE
from talekeep.remotes.mirror.folder.manifest import MANIFEST
from talekeep.remotes.mirror.folder.scan import Scan
from talekeep.remotes.mirror.folder.scan import State
from talekeep.remotes.mirror.folder.scan import scan
from talekeep.remotes.mirror.reader.check import rebuild
from talekeep.remotes.mirror.reader.state_reader import opened
from talekeep.remotes.mirror.setup import require_store
from talekeep.remotes.mirror.writer.journal import Local
from talekeep.remotes.mirror.writer.prune import delete
from talekeep.store.git.pack.reach import reachable
from talekeep.store.git.repository import Repository


def forget(
    repo: Repository, mirror: Path, remote: str, writer: str, setting: Setting, *, carry_out: bool = False
) -> Forgotten:
    """Say whether a machine's folder may go; with `carry_out`, prove what stays and delete it.

    Raises:
        NotFound: no machine of that name has saved there.
        Refused: it is this machine, or holds something that no other machine has saved.
        Outside: the disk failed; the next run goes on.
    """
    local = Local(repo.git_dir, remote)
    with local.locked(f"a clean-up of {remote}"), local.staging() as staging:
        journal = local.journal()
        require_store(setting.disk, mirror, journal.store)
        scanned = scan(setting.disk, mirror)
        names = scanned.files.get(writer)
        if names is None or not (scanned.of(writer) or any(map(BUNDLE.fullmatch, names))):
            listed = ", ".join(name for name in scanned.files if name != journal.writer) or "none"
            raise NotFound(f"no other machine here is called {writer}", f"other machines: {listed}")
        if writer == journal.writer:
            raise Refused(f"{writer} is this machine", "talekeep remote prune clears its old pushes")
        keepers = _keepers(repo, scanned, writer, remote, setting, staging)
        _require_judged(scanned, writer, local.going())
        files = _files(scanned, writer)
        notes = [f"{writer}/{name} is none of ours and stays" for name in names if name not in files]
        if carry_out:
            for state in keepers:
                rebuild(state, setting, staging / state.sha256[:16])
            local.set_going(files)
            delete(setting.disk, mirror / writer, files)
            _remove_empty(setting.disk, mirror, writer, notes)
            local.set_going([])
            _forget_refs(repo, remote, writer)
    kept_by = tuple(state.manifest.writer for state in keepers)
    return Forgotten(os.fspath(mirror), writer, kept_by, tuple(files), carry_out, tuple(notes))


def _keepers(
    repo: Repository, scanned: Scan, writer: str, remote: str, setting: Setting, staging: Path
) -> list[State]:
    """States of machines that stay and that together hold every push of this one.

    Raises:
        Refused: something would be lost, or cannot be judged.
    """
    others = [scanned.newest(other) for other in scanned.writers() if other != writer]
    keepers = [state for state in others if state is not None]
    saved = [tip for state in keepers for tip in opened(setting, state, staging).tips]
    for state in scanned.of(writer):
        tips = opened(setting, state, staging).tips
        lost = [tip for tip in tips if not reachable(repo.objects, [tip], saved)]
        if lost:
            raise Refused(
                f"push {state.manifest.number} of {writer} holds {lost[0][:7]}, which no other machine saved",
                f"talekeep fetch, talekeep merge {remote}/{writer}/BRANCH, talekeep push",
            )
    return keepers


def _require_judged(scanned: Scan, writer: str, going: frozenset[str]) -> None:
    """Every bundle must be one that a manifest names: others may be a push that is still arriving.

    Args:
        going: what an earlier run had proven and began to delete.
    """
    named = {link.name for state in scanned.of(writer) for link in state.manifest.chain} | going
    unknown = [n for n in scanned.files[writer] if BUNDLE.fullmatch(n) and n not in named]
    away = [place for place in scanned.placeholders if place.startswith(f"{writer}/")]
    if unknown or away:
        raise Refused(
            f"{(away or [f'{writer}/{unknown[0]}'])[0]} may be part of a push that has not arrived",
            "let the sync program finish, make the folder available offline and try again",
        )


def _files(scanned: Scan, writer: str) -> list[str]:
    names = sorted(scanned.files[writer], reverse=True)
    return [n for n in names if MANIFEST.fullmatch(n)] + [n for n in names if BUNDLE.fullmatch(n)]


def _remove_empty(disk: Disk, mirror: Path, writer: str, notes: list[str]) -> None:
    with step(f"remove {mirror / writer}"):
        if not notes and not disk.folders(mirror / writer):
            disk.remove_folder(mirror / writer)
            disk.sync_folder(mirror)


def _forget_refs(repo: Repository, remote: str, writer: str) -> None:
    for ref, value in repo.refs_under(f"refs/remotes/{remote}/{writer}/").items():
        repo.set_ref(ref, None, value)
