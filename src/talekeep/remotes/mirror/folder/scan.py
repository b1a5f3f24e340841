"""The content of a mirror folder by names, sizes and manifests; no bundle is opened here.

Content counts and names do not: a file that a sync client renamed is found by its size and then its hash.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from talekeep.core.errors import BadRecord
from talekeep.core.errors import Refused
from talekeep.remotes.base import Known
from talekeep.remotes.mirror.folder.disk import Disk
from talekeep.remotes.mirror.folder.disk import Stat
from talekeep.remotes.mirror.folder.disk import step
from talekeep.remotes.mirror.folder.manifest import BUNDLE
from talekeep.remotes.mirror.folder.manifest import MAGIC
from talekeep.remotes.mirror.folder.manifest import MAX_BYTES
from talekeep.remotes.mirror.folder.manifest import Link
from talekeep.remotes.mirror.folder.manifest import Manifest
from talekeep.remotes.mirror.folder.manifest import manifest_name
from talekeep.remotes.mirror.folder.manifest import parse
from talekeep.remotes.mirror.setup import stores
from talekeep.remotes.mirror.writer.publish import is_temporary

_MAX_FILES = 200_000
_MAX_SAME_SIZE = 16


@dataclass(frozen=True, slots=True)
class State:
    """One manifest and the files that may be its chain: for each link the paths to try, best first.

    `absent` names links without any file of their size; `away` those whose files are still in the cloud.
    """

    manifest: Manifest
    sha256: str
    folder: Path
    candidates: tuple[tuple[Path, ...], ...]
    absent: tuple[str, ...] = ()
    away: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        return not self.absent and not self.away

    @property
    def order(self) -> tuple[int, str]:
        return self.manifest.number, self.sha256


@dataclass(frozen=True, slots=True)
class Scan:
    """The content of a mirror folder; `files` by folder name, `foreign`: not ours, or unreadable."""

    stores: frozenset[str]
    states: tuple[State, ...]
    files: dict[str, dict[str, Stat]]
    foreign: tuple[str, ...] = ()
    placeholders: tuple[str, ...] = ()

    @property
    def sealed(self) -> bool:
        """Whether nothing in it can be read without a key."""
        return bool(self.states) and all(state.manifest.sealed for state in self.states)

    def writers(self) -> list[str]:
        return sorted({state.manifest.writer for state in self.states})

    def of(self, writer: str) -> list[State]:
        """The states of one writer, newest first."""
        mine = [s for s in self.states if s.manifest.writer == writer]
        return sorted(mine, key=lambda s: s.order, reverse=True)

    def newest(self, writer: str) -> State | None:
        """The newest state of a writer whose files all have the right size."""
        return next((state for state in self.of(writer) if state.whole), None)

    def leaves(self, writer: str) -> list[State]:
        """States no other state of the writer was built on, newest first: more than one where two
        machines used one identity, or where a manifest between is missing."""
        states = self.of(writer)
        built_on = {s.manifest.previous for s in states}
        return [s for s in states if s.sha256 not in built_on]

    def seen_by(self, writer: str) -> tuple[Known, ...]:
        """What each other machine says it has seen of a writer's pushes, the highest each."""
        ours = {state.sha256 for state in self.of(writer)}
        highest: dict[str, int] = {}
        for state in self.states:
            for known in state.manifest.seen if state.manifest.writer != writer else ():
                if known.writer == writer and known.sha256 in ours:
                    other = state.manifest.writer
                    highest[other] = max(known.number, highest.get(other, 0))
        return tuple(Known(other, number) for other, number in sorted(highest.items()))


def scan(disk: Disk, mirror: Path) -> Scan:
    """Look through a mirror folder.

    Raises:
        Outside: it cannot be listed.
        Refused: it holds far too many files.
    """
    known = frozenset(s.store for s in stores(disk, mirror))
    with step(f"list {mirror}"):
        files = {name: disk.files(mirror / name) for name in disk.folders(mirror)}
    if sum(map(len, files.values())) > _MAX_FILES:
        raise Refused(f"{mirror} holds more than {_MAX_FILES} files")
    manifests: dict[str, tuple[Manifest, Path]] = {}
    foreign, placeholders = [], []
    for folder, entries in files.items():
        for name, status in entries.items():
            place = f"{folder}/{name}"
            if status.placeholder:
                placeholders.append(place)
            elif not BUNDLE.fullmatch(name) and not _read(disk, mirror / folder / name, status, manifests):
                foreign.append(place)
    known = known or _only_store(m for m, _ in manifests.values())
    pool = _by_size(mirror, files)
    states = [
        _state(manifest, sha256, path.parent, files[path.parent.name], pool)
        for sha256, (manifest, path) in sorted(manifests.items())
        if manifest.store in known
    ]
    foreign += [f"{p.parent.name}/{p.name}" for m, p in manifests.values() if m.store not in known]
    return Scan(known, tuple(states), files, tuple(sorted(foreign)), tuple(placeholders))


def _read(disk: Disk, path: Path, status: Stat, manifests: dict[str, tuple[Manifest, Path]]) -> bool:
    """Read a file if it is a manifest; False if it is none or damaged."""
    if status.size > MAX_BYTES or is_temporary(path.name):
        return False
    with step(f"read {path}"), disk.open(path) as stream:
        data = stream.read(len(MAGIC))
        if data != MAGIC:
            return False
        data += stream.read(MAX_BYTES + 1)
    try:
        manifest = parse(data)
    except BadRecord:
        return False
    sha256 = hashlib.sha256(data).hexdigest()
    proper = path.name == manifest_name(manifest.number, sha256)
    if proper or sha256 not in manifests:
        manifests[sha256] = (manifest, path)
    return True


def _only_store(manifests: Iterable[Manifest]) -> frozenset[str]:
    # The store file was lost: what is left may still be read, if it speaks of one store.
    ids = {manifest.store for manifest in manifests}
    return frozenset(ids if len(ids) == 1 else ())


_Pool = dict[int, list[tuple[Path, Stat]]]


def _by_size(mirror: Path, files: dict[str, dict[str, Stat]]) -> _Pool:
    pool: _Pool = {}
    for folder, entries in files.items():
        for name, status in entries.items():
            pool.setdefault(status.size, []).append((mirror / folder / name, status))
    return pool


def _state(manifest: Manifest, sha256: str, folder: Path, here: dict[str, Stat], pool: _Pool) -> State:
    paths, absent, away = [], [], []
    for link in manifest.chain:
        fitting = _fitting(link, folder, here, pool)
        present = tuple(path for path, status in fitting if not status.placeholder)
        paths.append(present)
        if not fitting:
            absent.append(link.name)
        elif not present:
            away.append(link.name)
    return State(manifest, sha256, folder, tuple(paths), tuple(absent), tuple(away))


def _fitting(link: Link, folder: Path, here: dict[str, Stat], pool: _Pool) -> list[tuple[Path, Stat]]:
    proper = here.get(link.name)
    first = [(folder / link.name, proper)] if proper is not None and proper.size == link.size else []
    others = [pair for pair in pool.get(link.size, []) if pair[0] != folder / link.name]
    return first + others[:_MAX_SAME_SIZE]
