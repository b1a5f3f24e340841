"""Reading one state of a mirror into a repository: copied, hashed, tried in an empty store, then adopted."""

import hashlib
import shutil
from pathlib import Path

from talekeep.core.errors import BadRecord
from talekeep.core.errors import Refused
from talekeep.remotes.bundle import Header
from talekeep.remotes.bundle import read_header
from talekeep.remotes.disk import Disk
from talekeep.remotes.disk import step
from talekeep.remotes.manifest import Link
from talekeep.remotes.publish import chunks
from talekeep.remotes.publish import hash_file
from talekeep.remotes.states import State
from talekeep.store.git import packs
from talekeep.store.git.reach import check_complete
from talekeep.store.git.reach import peel
from talekeep.store.git.reach import reachable
from talekeep.store.git.repository import Repository


def take(disk: Disk, repo: Repository, state: State, staging: Path) -> int:
    """Bring every object of a state into a repository. No ref moves.

    Only the end of the chain is read that this repository does not have. Everything is tried in an
    empty store beside it first; what fails there leaves no trace.

    Returns:
        The number of objects that were new.

    Raises:
        Refused: a file is missing, damaged or hostile; the message names it.
        Outside: the disk failed.
    """
    manifest = state.manifest
    tips = local_tips(repo)
    work = staging / f"take-{state.sha256[:16]}"
    scratch = packs.scratch_store(work, repo.objects)
    try:
        headers = _chain(disk, repo, state, work, tips)
        for header, copy in headers:
            _take_bundle(repo, header, copy, scratch)
        if headers[-1][0].refs != manifest.refs:
            raise Refused(f"{manifest.chain[-1].name} has other refs than its manifest")
        new = check_complete(scratch, manifest.tips, tips)
        packs.adopt_packs(repo.objects, scratch)
    finally:
        scratch.close()
        shutil.rmtree(work, ignore_errors=True)
    return new


def local_tips(repo: Repository) -> list[str]:
    refs = repo.refs() | repo.refs_under("refs/remotes/") | repo.refs_under("refs/talekeep/")
    head = repo.head()
    return sorted({*refs.values(), *([head] if head else [])})


def _chain(
    disk: Disk, repo: Repository, state: State, work: Path, tips: list[str]
) -> list[tuple[Header, Path]]:
    """The bundles that are needed here, oldest first: back to one whose prerequisites we have."""
    needed: list[tuple[Header, Path]] = []
    for link, paths in reversed(list(zip(state.manifest.chain, state.candidates, strict=True))):
        copy = work / link.name
        copy_verified(disk, link, paths, copy)
        header = _header(link.name, copy)
        needed.insert(0, (header, copy))
        if header.prerequisites and reachable(repo.objects, header.prerequisites, tips):
            break
    return needed


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
    disk: Disk, repo: Repository, states: list[State], staging: Path, notes: list[str], read: frozenset[str]
) -> tuple[State, int] | None:
    """Take the newest of some states (newest first) that can be taken; why newer ones cannot is noted.

    Args:
        read: hashes of manifests whose states were taken before; they are not read again.
    """
    tips = local_tips(repo)
    for state in states:
        if state.sha256 in read and all(tip in tips for tip in state.manifest.tips):
            return state, 0
        who = f"{state.manifest.writer}'s push {state.manifest.number}"
        if not state.whole:
            notes.append(f"{who} {_why_not(state)}")
            continue
        try:
            return state, take(disk, repo, state, staging)
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
