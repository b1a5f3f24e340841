"""Recovery without manifests: bundles name their prerequisites, so they can be put in order again."""

import re
from dataclasses import dataclass
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
from talekeep.remotes.mirror.folder.scan import Scan
from talekeep.remotes.mirror.reader.state_reader import copy_file
from talekeep.remotes.mirror.writer.publish import is_temporary
from talekeep.store.git.pack import packs
from talekeep.store.git.pack.reach import check_complete
from talekeep.store.git.pack.reach import peel
from talekeep.store.git.repository import Repository


@dataclass(frozen=True, slots=True)
class Recovered:
    """A bundle that could be read; `folder` is a name made from its folder's name."""

    folder: str
    name: str
    refs: dict[str, str]
    head: str | None


def salvage(
    setting: Setting, repo: Repository, mirror: Path, scanned: Scan, staging: Path, notes: list[str]
) -> list[Recovered]:
    """Take every bundle whose prerequisites are met, in the order they depend on each other."""
    waiting = _bundles(setting, mirror, scanned, staging, notes)
    taken: list[Recovered] = []
    progress = True
    while progress:
        progress = False
        for path, header in list(waiting):
            if all(peel(repo.objects, commit) for commit in header.prerequisites):
                waiting.remove((path, header))
                progress = True
                try:
                    _take(setting.disk, repo, path, header, staging)
                    taken.append(
                        Recovered(_plain(path.parent.name), path.name, dict(header.refs), header.head)
                    )
                except Refused as error:
                    notes.append(f"{path.parent.name}/{path.name} cannot be used: {error.message}")
    notes += [f"{path.parent.name}/{path.name} needs pushes that are not there" for path, _ in waiting]
    return taken


def _bundles(
    setting: Setting, mirror: Path, scanned: Scan, staging: Path, notes: list[str]
) -> list[tuple[Path, Header]]:
    """Every bundle there is, encrypted ones as copies in the clear, in a folder of the same name."""
    secrets = [key for store in scanned.stores for key in keys.identities(setting.keys(), store)]
    bundles = []
    for folder, entries in sorted(scanned.files.items()):
        for name, status in sorted(entries.items()):
            if status.placeholder or is_temporary(name):
                continue
            try:
                path = _plain_copy(setting.disk, mirror / folder / name, secrets, staging)
                with step(f"read {path}"), setting.disk.open(path) as stream:
                    bundles.append((path, read_header(stream)))
            except BadRecord:
                continue
            except Refused as error:
                notes.append(f"{folder}/{name} cannot be used: {error.message}")
    return bundles


def _plain_copy(disk: Disk, path: Path, secrets: list[str], staging: Path) -> Path:
    with step(f"read {path}"), disk.open(path) as stream:
        if stream.read(len(crypt.MAGIC)) != crypt.MAGIC:
            return path
    place = staging / "opened" / path.parent.name
    place.mkdir(parents=True, exist_ok=True)
    copy_file(disk, path, place / "encrypted")
    crypt.decrypt(place / "encrypted", place / path.name, secrets)
    return place / path.name


def _take(disk: Disk, repo: Repository, path: Path, header: Header, staging: Path) -> None:
    copy = staging / "salvaged"
    copy_file(disk, path, copy)
    scratch = packs.scratch_store(staging / f"salvage-{path.parent.name}-{path.name}"[:100], repo.objects)
    try:
        with copy.open("rb") as stream:
            stream.seek(header.pack)
            packs.read_pack(scratch, stream)
        check_complete(scratch, [object_id for _, object_id in header.refs], header.prerequisites)
        packs.adopt_packs(repo.objects, scratch)
    finally:
        scratch.close()


def _plain(folder: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", folder.lower()).strip("-")[:40] or "folder"
