"""Read one state of a mirror into a repository: copied, hashed, checked in an empty store, then adopted."""

import dataclasses
import hashlib
import shutil
from pathlib import Path

from talekeep.core.errors import BadRecord
from talekeep.core.errors import Refused
from talekeep.remotes.encryption import age as crypt
from talekeep.remotes.encryption import keys
from talekeep.remotes.mirror.environment import Setting
from talekeep.remotes.mirror.folder.bundle import Header
from talekeep.remotes.mirror.folder.bundle import read_header
from talekeep.remotes.mirror.folder.disk import Disk
from talekeep.remotes.mirror.folder.disk import step
from talekeep.remotes.mirror.folder.manifest import Link
from talekeep.remotes.mirror.folder.manifest import Manifest
from talekeep.remotes.mirror.folder.scan import Scan
from talekeep.remotes.mirror.folder.scan import State
from talekeep.remotes.mirror.writer.publish import chunks
from talekeep.remotes.mirror.writer.publish import hash_file
from talekeep.store.git.pack import packs
from talekeep.store.git.pack.reach import check_complete
from talekeep.store.git.pack.reach import peel
from talekeep.store.git.pack.reach import reachable
from talekeep.store.git.repository import Repository


def take(setting: Setting, repo: Repository, state: State, staging: Path) -> tuple[int, Manifest]:
    """Bring every object of a state into a repository. No ref moves.

    Only the end of the chain is read that this repository does not have. Everything is tried in an
    empty store beside it first; what fails there leaves no trace.

        chain full-1, inc-2 (needs full-1), inc-3 (needs inc-2); the repository has the tips of inc-2:
        inc-3 alone is copied, hashed, unpacked beside the repository, checked, and then adopted

    Returns:
        The number of objects that were new, and the manifest with what an encrypted one keeps in its bundle.

    Raises:
        Refused: a file is missing, damaged or hostile; the message names it.
        Outside: the disk failed.
    """
    tips = local_tips(repo)
    work = staging / f"take-{state.sha256[:16]}"
    scratch = packs.scratch_store(work, repo.objects)
    try:
        headers = _chain(setting, repo, state, work, tips)
        manifest = _opened(state.manifest, headers[-1][0])
        for header, copy in headers:
            _take_bundle(repo, header, copy, scratch)
        if dict(headers[-1][0].refs) != dict(manifest.refs):
            raise Refused(f"{manifest.chain[-1].name} has other refs than its manifest")
        new = check_complete(scratch, manifest.tips, tips)
        packs.adopt_packs(repo.objects, scratch)
    finally:
        scratch.close()
        shutil.rmtree(work, ignore_errors=True)
    return new, manifest


def opened(setting: Setting, state: State, staging: Path) -> Manifest:
    """The manifest of a state; of an encrypted one with the refs that stand in its newest bundle.

    Raises:
        Refused: no key here opens it.
    """
    if not state.manifest.sealed:
        return state.manifest
    work = staging / f"open-{state.sha256[:16]}"
    work.mkdir(parents=True)
    link, paths = state.manifest.chain[-1], state.candidates[-1]
    return _opened(state.manifest, _header(link.name, _copy(setting, state, link, paths, work)))


def _opened(manifest: Manifest, header: Header) -> Manifest:
    """A sealed manifest with what the header of its newest bundle says; the branch of HEAD comes first."""
    if not manifest.sealed:
        return manifest
    first = header.refs[0][0] if header.refs else ""
    return dataclasses.replace(
        manifest,
        refs=tuple(sorted(header.refs)),
        head=first if first.startswith("refs/heads/") else None,
        detached=None if header.head in dict(header.refs).values() else header.head,
    )


def require_readable(setting: Setting, mirror: Path, scanned: Scan) -> None:
    """Raises: Refused: all of it is encrypted, and this machine has no key for it."""
    if scanned.sealed:
        keys.require_key(setting.keys(), mirror, {state.manifest.store for state in scanned.states})


def unusable(mirror: Path, scanned: Scan, notes: list[str], other: str) -> Refused:
    """The error when no state could be read; it names a missing or wrong key where that is the cause."""
    hint = f"talekeep remote unlock {mirror}, if its key is another one" if scanned.sealed else other
    return Refused(f"nothing in {mirror} can be used: {'; '.join(notes)}", hint)


def local_tips(repo: Repository) -> list[str]:
    refs = repo.refs() | repo.refs_under("refs/remotes/") | repo.refs_under("refs/talekeep/")
    head = repo.head()
    return sorted({*refs.values(), *([head] if head else [])})


def _chain(
    setting: Setting, repo: Repository, state: State, work: Path, tips: list[str]
) -> list[tuple[Header, Path]]:
    """The bundles that are needed here, oldest first: back to one whose prerequisites we have."""
    needed: list[tuple[Header, Path]] = []
    for link, paths in reversed(list(zip(state.manifest.chain, state.candidates, strict=True))):
        copy = _copy(setting, state, link, paths, work)
        header = _header(link.name, copy)
        needed.insert(0, (header, copy))
        if header.prerequisites and reachable(repo.objects, header.prerequisites, tips):
            break
    return needed


def _copy(setting: Setting, state: State, link: Link, paths: tuple[Path, ...], work: Path) -> Path:
    """A bundle on this machine's own disk, verified and in the clear."""
    copy = work / link.name
    copy_verified(setting.disk, link, paths, copy)
    if not link.sealed:
        return copy
    plain = copy.with_suffix("")
    crypt.decrypt(copy, plain, keys.identities(setting.keys(), state.manifest.store))
    copy.unlink()
    return plain


def copy_verified(disk: Disk, link: Link, paths: tuple[Path, ...], target: Path) -> None:
    """Copy the one file whose content is the link's, under whatever name it lies.

    Raises:
        Refused: none has that content.
    """
    for path in paths:
        with step(f"copy {path}"):
            if copy_file(disk, path, target) == link.sha256:
                return
    what = "is damaged" if paths else "is missing"
    raise Refused(f"{link.name} {what}", "let the sync program finish and try again")


def copy_file(disk: Disk, source: Path, target: Path) -> str:
    sha = hashlib.sha256()
    with disk.open(source) as stream, target.open("wb") as out:
        for data in chunks(stream):
            sha.update(data)
            out.write(data)
    return sha.hexdigest()


def _header(name: str, path: Path) -> Header:
    try:
        with path.open("rb") as stream:
            return read_header(stream)
    except BadRecord as error:
        raise Refused(f"{name} cannot be used: {error}") from error


def _take_bundle(repo: Repository, header: Header, copy: Path, scratch: packs.Objects) -> None:
    absent = [commit for commit in header.prerequisites if peel(scratch, commit) is None]
    if absent:
        raise Refused(f"{copy.name} needs commit {absent[0]}, which is not there")
    with copy.open("rb") as stream:
        stream.seek(header.pack)
        packs.read_pack(scratch, stream)


def verify(disk: Disk, state: State) -> None:
    """Hash every file of a chain.

    Raises:
        Refused: one is missing or damaged.
    """
    for link, paths in zip(state.manifest.chain, state.candidates, strict=True):
        with step(f"read {link.name}"):
            good = any(hash_file(disk, path) == link.sha256 for path in paths)
        if not good:
            raise Refused(f"{link.name} {'is damaged' if paths else 'is missing'}")


def take_newest(
    setting: Setting,
    repo: Repository,
    states: list[State],
    staging: Path,
    notes: list[str],
    read: frozenset[str],
) -> tuple[State, int] | None:
    """Take the newest of some states (newest first) that can be taken; why newer ones cannot is noted.

    Args:
        read: hashes of manifests whose states were taken before; they are not read again.
    """
    tips = local_tips(repo)
    for state in states:
        known = state.sha256 in read and not state.manifest.sealed
        if known and all(tip in tips for tip in state.manifest.tips):
            return state, 0
        who = f"{state.manifest.writer}'s push {state.manifest.number}"
        if not state.whole:
            notes.append(f"{who} {_why_not(state)}")
            continue
        try:
            new, manifest = take(setting, repo, state, staging)
            return dataclasses.replace(state, manifest=manifest), new
        except Refused as error:
            notes.append(f"{who} cannot be used: {error.message}")
    return None


def _why_not(state: State) -> str:
    total = len(state.manifest.chain)
    if state.absent:
        there = total - len(state.absent)
        return (
            f"is still arriving or incomplete ({there} of {total} files; missing {', '.join(state.absent)})"
        )
    size = sum(link.size for link in state.manifest.chain if link.name in state.away)
    return f"is not on this machine yet: {size} bytes have to be downloaded first ({', '.join(state.away)})"
