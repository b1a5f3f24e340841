"""Making a mirror folder, or finding the one that is there."""

import contextlib
import hashlib
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from talekeep.core.errors import NotFound
from talekeep.core.errors import Outside
from talekeep.core.errors import Refused
from talekeep.core.errors import Usage
from talekeep.remotes.mirror.environment import Setting
from talekeep.remotes.mirror.folder.disk import Disk
from talekeep.remotes.mirror.folder.disk import step
from talekeep.remotes.mirror.folder.manifest import BUNDLE
from talekeep.remotes.mirror.folder.manifest import IGNORED
from talekeep.remotes.mirror.folder.manifest import WRITER
from talekeep.remotes.mirror.folder.readme import readme
from talekeep.remotes.mirror.folder.readme import store_text
from talekeep.remotes.mirror.writer.publish import Staged
from talekeep.remotes.mirror.writer.publish import is_temporary
from talekeep.remotes.mirror.writer.publish import publish

_LOCKED_KEY = re.compile(r"recovery-[0-9a-f]{8}\.age")
_MAX_STORE = 64 * 1024
_STORE_NAME = re.compile(r"store-.*\.txt", re.IGNORECASE | re.DOTALL)
_STORE = re.compile(
    r"# talekeep-mirror-store ([0-9]{1,4})\n# store ([0-9a-f]{32})\n# dataset ([A-Za-z0-9._-]{1,80})\n"
)
_SEALED = re.compile(r"^# contents age$", re.MULTILINE)
_RECIPIENT = re.compile(r"^# recipient (age1[02-9ac-hj-np-z]{58})$", re.MULTILINE)
_NO_PUSH = "is the disk plugged in and the sync program running? To make a new mirror: talekeep remote add"


@dataclass(frozen=True, slots=True)
class StoreFile:
    """The file that marks a mirror folder; `dataset` is None where the file does not name one."""

    store: str
    dataset: str | None
    format: int = 1
    sealed: bool = False
    recipients: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sealing:
    """How a new mirror is encrypted: for whom, and the key locked by a passphrase if one is to lie there."""

    recipients: tuple[str, ...]
    locked_key: bytes | None = None


def folder_name(dataset_name: str) -> str:
    """The name of a new mirror folder: valid on every file system, and on no client's ignore list."""
    plain = re.sub(r"[^a-z0-9]+", "-", dataset_name.casefold()).strip("-")[:40].strip("-")
    return f"{plain if plain and not IGNORED.search(plain) else 'dataset'}-backup"


def stores(disk: Disk, folder: Path) -> list[StoreFile]:
    """Every store file in a folder, also under names that a sync client gave it."""
    store_files = []
    with step(f"list {folder}"):
        names = disk.files(folder)
    for name, status in names.items():
        if _STORE_NAME.fullmatch(name) and status.size <= _MAX_STORE and not status.placeholder:
            with step(f"read {name} in {folder}"), disk.open(folder / name) as stream:
                store = _parsed(stream.read(_MAX_STORE).decode("utf-8", "replace"))
            store_files += [store] if store is not None else []
    return store_files


def _parsed(text: str) -> StoreFile | None:
    match = _STORE.match(text)
    if match is None:
        return None
    recipients = tuple(_RECIPIENT.findall(text))
    dataset = match[3] if match[3] != "-" else None
    return StoreFile(match[2], dataset, int(match[1]), _SEALED.search(text) is not None, recipients)


def find(disk: Disk, place: Path) -> Path:
    """The mirror at a place: the folder itself, or the one `…-backup` folder in it.

    Raises:
        NotFound: there is none.
        Usage: there are several.
        Outside: there is no such folder.
    """
    require_folder(disk, place)
    mirrors = _mirrors(disk, place)
    if not mirrors:
        raise NotFound(
            f"{place} holds no Talekeep mirror: neither a store-….txt nor a pushed file lies in it",
            "let the sync program finish and make the folder available offline",
        )
    if len(mirrors) > 1:
        listed = ", ".join(folder.name for folder in mirrors)
        raise Usage(f"{place} holds several mirrors: {listed}", f"name one: {mirrors[0]}")
    return mirrors[0]


def _mirrors(disk: Disk, place: Path) -> list[Path]:
    if stores(disk, place) or _looks_like_one(disk, place):
        return [place]
    with step(f"list {place}"):
        names = [name for name in disk.folders(place) if name.endswith("-backup")]
    folders = [place / name for name in names]
    return [folder for folder in folders if stores(disk, folder) or _looks_like_one(disk, folder)]


def _looks_like_one(disk: Disk, place: Path) -> bool:
    # The store file may be lost; that must stop a push, but never a restore.
    with step(f"list {place}"):
        writers = [name for name in disk.folders(place) if WRITER.fullmatch(name)]
        return any(BUNDLE.fullmatch(name) for writer in writers for name in disk.files(place / writer))


def set_up(
    place: Path,
    name: str,
    work_tree: Path,
    scratch: Path,
    setting: Setting,
    dataset: str = "",
    sealing: Sealing | None = None,
) -> Path:
    """Make the mirror of a dataset in a folder that is there, or join the one that is.

    Args:
        place: the folder the user named.
        name: the dataset's name.
        work_tree: where the dataset itself lies.
        scratch: an empty folder of our own.
        dataset: the dataset's id; a mirror of another dataset is not joined.
        sealing: make it an encrypted one.

    Raises:
        NotFound: the folder is not there. Outside: it cannot be written.
        Refused: it lies in the dataset, belongs to another dataset or to something else, or is there and
            to be encrypted now.
    """
    disk = setting.disk
    _require_place(disk, place)
    _require_outside(place, work_tree)
    target = place / folder_name(name)
    for folder in (place, target):
        store_files = stores(disk, folder) if disk.is_folder(folder) else []
        if store_files:
            _require_same(folder, store_files, dataset)
            if sealing is not None:
                raise Refused(
                    f"{folder} is a mirror already",
                    "leave --encrypt out to join it, or choose another folder for an encrypted one",
                )
            return folder
    _make(target, name, scratch, setting, dataset, sealing)
    return target


@contextlib.contextmanager
def whole_or_gone(disk: Disk, place: Path, name: str) -> Iterator[None]:
    """Remove the mirror folder of a dataset again if it was made in this block and the block fails."""
    target = place / folder_name(name)
    present, whole = disk.is_folder(target), False
    try:
        yield
        whole = True
    finally:
        # The disk failed already; what it does not take back, the next try clears. A folder inside is
        # somebody's pushes.
        with contextlib.suppress(OSError):
            if not present and not whole and disk.is_folder(target) and not disk.folders(target):
                for file_name in filter(_is_of_a_new_mirror, disk.files(target)):
                    disk.remove(target / file_name)
                disk.remove_folder(target)


def _is_of_a_new_mirror(name: str) -> bool:
    texts = name == "README.txt" or _STORE_NAME.fullmatch(name) or _LOCKED_KEY.fullmatch(name)
    return bool(texts) or is_temporary(name)


def _require_place(disk: Disk, place: Path) -> None:
    if not (place.exists() or place.is_symlink()):
        hint = f"mkdir -p {shlex.quote(str(place))}; or plug in the disk that it is on"
        raise NotFound(f"there is no folder {place}", hint)
    require_folder(disk, place)


def require_folder(disk: Disk, place: Path) -> None:
    if disk.is_folder(place):
        return
    what = "does not exist" if not place.is_symlink() else "is a link that leads nowhere"
    raise Outside(f"{place} {'is not a folder' if place.exists() else what}", _NO_PUSH)


def require_store(disk: Disk, mirror: Path, expected: str | None) -> StoreFile:
    """The store file a push depends on: the one this clone knows, or the only one there.

    Raises:
        Outside: the folder is not there.
        Refused: it holds no store file, another one, or one of a newer format.
    """
    require_folder(disk, mirror)
    store_files = stores(disk, mirror)
    fitting = [s for s in store_files if expected is None or s.store == expected]
    if not fitting:
        what = "holds no store-….txt" if not store_files else "is another mirror than before"
        raise Refused(f"{mirror} {what}, so nothing is saved there", _NO_PUSH)
    if len({s.store for s in fitting}) > 1:
        raise Refused(
            f"{mirror} holds {len(store_files)} stores", "add the remote again: talekeep remote add"
        )
    if fitting[0].format != 1:
        raise Refused(
            f"{mirror} is written in format {fitting[0].format}, which this version does not know",
            "upgrade talekeep; README.txt in that folder tells how to restore with git alone",
        )
    return fitting[0]


def _require_outside(place: Path, work_tree: Path) -> None:
    inner, outer = place.resolve(), work_tree.resolve()
    if inner == outer or outer in inner.parents:
        raise Refused(
            f"{place} lies inside the dataset itself",
            "choose a folder elsewhere, one that is synced or backed up",
        )


def _require_same(folder: Path, store_files: list[StoreFile], dataset: str) -> None:
    owners = {s.dataset for s in store_files if s.dataset is not None}
    if dataset and owners and dataset not in owners:
        raise Refused(f"{folder} is the mirror of another dataset", "choose another folder for this one")


def _make(
    target: Path, name: str, scratch: Path, setting: Setting, dataset: str, sealing: Sealing | None
) -> None:
    disk, store = setting.disk, setting.token(16)
    with step(f"make {target}"):
        if not disk.is_folder(target):
            disk.make_folder(target)
            disk.sync_folder(target.parent)
        present = [*disk.folders(target), *disk.files(target)]
    if any(n != "README.txt" and not is_temporary(n) and not _LOCKED_KEY.fullmatch(n) for n in present):
        raise Refused(
            f"{target} is there already and is no Talekeep mirror",
            "choose another folder, or rename that one",
        )
    with step(f"clear {target}"):
        for left in present:
            disk.remove(target / left)
    # The store file last: it makes the folder a mirror.
    recipients = sealing.recipients if sealing else ()
    texts = [("README.txt", readme(name, sealed=sealing is not None))]
    if sealing and sealing.locked_key:
        texts.append((f"recovery-{store[:8]}.age", sealing.locked_key))
    texts.append((f"store-{store[:8]}.txt", store_text(store, dataset, recipients)))
    for file_name, text in texts:
        staged = scratch / file_name
        staged.write_bytes(text)
        publish(disk, target, Staged(file_name, staged, len(text), hashlib.sha256(text).hexdigest()))
