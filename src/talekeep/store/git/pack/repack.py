"""Repack: loose objects and small packs become one pack with deltas.

Each change writes its objects as they are, which is quick, and takes some twenty times the room they need.
Nothing is thrown away here, reachable or not, but what stands in the new pack as well; git, where it is
there, also drops what nothing has named for two weeks.
"""

import contextlib
import os
import shutil
from collections.abc import Iterable
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dulwich.object_format import SHA1
from dulwich.pack import load_pack_index

from talekeep.core.errors import Outside
from talekeep.core.errors import Problem
from talekeep.store.files import fsync_folder
from talekeep.store.files import outside
from talekeep.store.git import command
from talekeep.store.git import formats
from talekeep.store.git import names
from talekeep.store.git.files import index
from talekeep.store.git.pack import packs
from talekeep.store.git.pack.objects import Packing
from talekeep.store.git.pack.reach import missing
from talekeep.store.git.repository import Repository

# Packs of this size stay as they are, which bounds the work.
KEPT = 256 * 2**20
# What a file takes at least on most disks.
_BLOCK = 4096
_LOOSE_NAME = 38
# So much may gather in any case: packing sooner would cost more than it saves.
_FREE = 256 * 1024
_OURS = (".idx", ".pack", ".rev", ".bitmap")


@dataclass(frozen=True, slots=True)
class Sizes:
    """Bytes of a repository's objects: all, and those of the largest pack."""

    total: int
    largest: int


def sizes(repo: Repository) -> Sizes:
    """What the objects of a repository take on the disk."""
    largest = total = 0
    for entry in _files(repo):
        size = entry.stat().st_size
        # A loose object most often has a folder to itself.
        total += max(size, _BLOCK) + (_BLOCK if len(entry.name) == _LOOSE_NAME else 0)
        if entry.name.endswith(".pack"):
            largest = max(largest, size)
    return Sizes(total, largest)


def loose_size(repo: Repository, oids: Iterable[str]) -> int:
    """What those of these objects take on the disk that lie in a file each."""
    top, size = Path(os.fspath(repo.objects.path)), 0
    for oid in oids:
        with contextlib.suppress(FileNotFoundError):
            size += max((top / oid[:2] / oid[2:]).stat().st_size, _BLOCK) + _BLOCK
    return size


def is_due(now: Sizes, packed: int | None, current: int = 0) -> bool:
    """Whether so much has gathered that packing pays.

    Args:
        packed: `total` after the last time; None where that is not known.
        current: of what came since then, the bytes that the newest commit needs: packing them saves little.
    """
    settled = (now.largest if packed is None else packed) + current
    return now.total - settled > max(_FREE, settled // 2)


def is_wanted(repo: Repository) -> bool:
    """Whether git is allowed to pack this repository by itself (`gc.auto`, `maintenance.auto`)."""
    auto = repo.settings.effective("gc", "auto")
    return not (auto is not None and auto.strip() in ("0", "-1", "false")) and (
        repo.settings.effective("maintenance", "auto") or "true"
    ).lower() not in ("false", "no", "off", "0")


def repack(repo: Repository) -> None:
    """Pack the objects, by git where it is there; killed at any moment, nothing is lost.

    Raises:
        Refused: an object is damaged. Outside: git or the disk failed. Nothing is lost by either.
    """
    if shutil.which("git") is None:
        repack_without_git(repo)
        return
    options = {
        "gc.autoDetach": "false",
        # What nothing names waits in a pack of its own instead of as a file each.
        "gc.cruftPacks": "true",
        "gc.bigPackThreshold": str(KEPT),
        "pack.windowMemory": str(256 * 2**20),
    }
    words = [word for key, value in options.items() for word in ("-c", f"{key}={value}")]
    answer = command.run(repo.path, *words, "gc", "--quiet")
    # Where git is at it already, there is nothing to do for us.
    if answer is not None and answer[1] is not None and "already running" not in answer[1]:
        raise Outside(f"git gc: {answer[1].splitlines()[0]}", "git gc shows more")


def repack_without_git(repo: Repository) -> None:
    """The same, for a repository that git may not be started in.

    Raises:
        Refused, Outside: see `repack`.
    """
    if formats.is_shallow(formats.folders(repo.path)):
        return
    try:
        loose, small = _loose(repo), [*_small_packs(repo)]
        if len(small) + bool(loose) < 2 and not loose:
            return
        wanted = {*loose}
        for place in small:
            wanted |= _ids_of(place)
        if wanted:
            name = _pack(repo, wanted)
            _take_away(repo, loose, [place for place in small if place.stem != name])
    except OSError as error:
        raise outside(f"cannot pack {repo.common_dir}", error) from error
    repo.objects.close()


def _pack(repo: Repository, wanted: set[str]) -> str:
    """Write one pack of these objects, what the refs name first and in an order that packs well."""
    try:
        order = [oid for oid in missing(repo.objects, _tips(repo), ()) if oid in wanted]
    except Problem:
        # Something is missing; what is there is packed all the same.
        order = []
    rest = wanted.difference(order)
    packing = Packing(repo.objects)
    try:
        for oid, data in packs.packed(repo.objects, [*order, *sorted(rest)]):
            packing.put(oid.encode(), data)
        return packing.finish(by_content=True)
    finally:
        packing.abandon()


def _tips(repo: Repository) -> list[str]:
    head = repo.head()
    staged = {item.oid for item in index.read(repo).files.values()} if repo.git_dir != repo.path else set()
    here = [oid for oid in staged if names.oid(oid) in repo.objects]
    return [*repo.refs_under("refs/").values(), *([head] if head else []), *sorted(here)]


def _take_away(repo: Repository, loose: dict[str, Path], small: list[Path]) -> None:
    """Remove what stands in the new pack too. Others may have these files open, or have removed them."""
    folder = _packs(repo)
    with contextlib.suppress(OSError):
        # Git makes it anew; it may name packs that go.
        (folder / "multi-pack-index").unlink()
    for place in small:
        # First what git looks for: a pack without it is none.
        for ending in _OURS:
            with contextlib.suppress(OSError):
                place.with_suffix(ending).unlink()
    fsync_folder(folder)
    for place in loose.values():
        with contextlib.suppress(OSError):
            place.unlink()


def _loose(repo: Repository) -> dict[str, Path]:
    paths = (Path(entry.path) for entry in _files(repo) if len(entry.name) == _LOOSE_NAME)
    return {place.parent.name + place.name: place for place in paths}


def _small_packs(repo: Repository) -> Iterator[Path]:
    """The indexes of packs that nobody asked to keep and that are small enough to write anew."""
    for place in sorted(_packs(repo).glob("pack-*.idx")):
        pack = place.with_suffix(".pack")
        kept = any(place.with_suffix(ending).exists() for ending in (".keep", ".promisor", ".mtimes"))
        if not kept and pack.exists() and pack.stat().st_size < KEPT:
            yield place


def _ids_of(place: Path) -> set[str]:
    pack_index = load_pack_index(os.fspath(place), SHA1)
    try:
        return {entry[0].hex() for entry in pack_index.iterentries()}
    finally:
        pack_index.close()


def _packs(repo: Repository) -> Path:
    return Path(os.fspath(repo.objects.pack_dir))


def _files(repo: Repository) -> Iterator[os.DirEntry[str]]:
    """Loose objects, and what lies among the packs."""
    top = Path(os.fspath(repo.objects.path))
    for name in ("pack", *(f"{number:02x}" for number in range(256))):
        with contextlib.suppress(FileNotFoundError), os.scandir(top / name) as entries:
            yield from (entry for entry in entries if entry.is_file())
