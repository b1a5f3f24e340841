"""Staging: a push makes its files on the local disk and verifies them before it publishes any (step W5)."""

import dataclasses
import hashlib
from pathlib import Path

from talekeep.core.errors import Refused
from talekeep.remotes.encryption import age as crypt
from talekeep.remotes.mirror.folder.bundle import Header
from talekeep.remotes.mirror.folder.bundle import read_header
from talekeep.remotes.mirror.folder.bundle import write_bundle
from talekeep.remotes.mirror.folder.disk import step
from talekeep.remotes.mirror.folder.manifest import Manifest
from talekeep.remotes.mirror.folder.manifest import bundle_name
from talekeep.remotes.mirror.folder.manifest import manifest_name
from talekeep.remotes.mirror.folder.manifest import parse
from talekeep.remotes.mirror.folder.manifest import render
from talekeep.remotes.mirror.writer.ownership import Place
from talekeep.remotes.mirror.writer.publish import Staged
from talekeep.remotes.mirror.writer.ref_snapshot import Snapshot
from talekeep.store.git.pack import packs
from talekeep.store.git.pack.reach import check_complete
from talekeep.store.git.pack.reach import missing
from talekeep.store.git.pack.reach import peel


def stage_bundle(place: Place, staging: Path, now: Snapshot, base: Manifest | None, number: int) -> Staged:
    """Write and prove the bundle of a push, encrypted where the mirror is; `base` is what it adds to."""
    objects, path = place.repo.objects, staging / "bundle"
    # Commits only: whoever has them needs nothing else of an older bundle, so tags travel again.
    commits = (peel(objects, tip) for tip in (base.tips if base else ()))
    prerequisites = tuple(sorted({commit for commit in commits if commit}))
    head = now.detached or (now.refs[now.head] if now.head else None)
    refs = _head_first(now) if place.recipients else tuple(now.refs.items())
    header = Header(refs, prerequisites, head)
    ids = missing(objects, now.tips, prerequisites)
    with step(f"write the bundle to {staging}"):
        size, sha256 = write_bundle(path, header, lambda stream: packs.write_pack(stream, objects, ids))
    _prove(place, path, staging, header, now)
    if place.recipients:
        path, plain = staging / f"bundle{crypt.SUFFIX}", path
        with step(f"write the encrypted bundle to {staging}"):
            size, sha256 = crypt.encrypt(plain, path, place.recipients)
            plain.unlink()
    name = bundle_name(number, base is None, sha256, sealed=bool(place.recipients))
    return Staged(name, path, size, sha256)


def _without_secrets(manifest: Manifest) -> Manifest:
    return dataclasses.replace(manifest, refs=(), head=None, detached=None, entries=None)


def _head_first(now: Snapshot) -> tuple[tuple[str, str], ...]:
    """Refs with the branch to check out first: of an encrypted push nothing else tells which it is."""
    return tuple(sorted(now.refs.items(), key=lambda ref: ref[0] != now.head))


def _prove(place: Place, path: Path, staging: Path, header: Header, now: Snapshot) -> None:
    """Verify that the bundle can be restored: read it into an empty store and follow every reference."""
    scratch = packs.scratch_store(staging / "scratch")
    try:
        with path.open("rb") as stream:
            written = read_header(stream)
            if dataclasses.replace(written, pack=0) != header:
                raise Refused("the header of the new bundle does not read back as it was written")
            packs.read_pack(scratch, stream)
        needs = header.prerequisites
        check_complete(scratch, now.tips, needs, base=place.repo.objects if needs else None)
    finally:
        scratch.close()


def stage_manifest(staging: Path, manifest: Manifest, *, sealed: bool) -> Staged:
    """Write the manifest of a push; what an encrypted push keeps in its bundle is left out."""
    data = render(_without_secrets(manifest) if sealed else manifest)
    parse(data)
    sha256 = hashlib.sha256(data).hexdigest()
    path = staging / "manifest"
    with step(f"write the manifest to {staging}"):
        path.write_bytes(data)
    return Staged(manifest_name(manifest.number, sha256), path, len(data), sha256)
