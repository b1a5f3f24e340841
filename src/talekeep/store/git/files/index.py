"""Git's index: what is staged, which work-tree files differ from it, and updating single paths."""

import contextlib
import io
import os
import stat
import struct
from collections.abc import Container
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from dulwich.errors import ChecksumMismatch
from dulwich.ignore import IgnoreFilterManager
from dulwich.index import FLAG_VALID
from dulwich.index import ConflictedIndexEntry
from dulwich.index import Index
from dulwich.index import IndexChecksumWriter
from dulwich.index import IndexEntry
from dulwich.index import UnsupportedIndexFormat
from dulwich.index import write_index_dict
from dulwich.object_format import SHA1

from talekeep.core.errors import Refused
from talekeep.store.files import replace
from talekeep.store.git import formats
from talekeep.store.git import locks
from talekeep.store.git import names
from talekeep.store.git import trees
from talekeep.store.git.files.conversion import UNKNOWN
from talekeep.store.git.files.conversion import Conversion
from talekeep.store.git.repository import Repository

_SUBMODULE = 0o160000
# What dulwich raises for an index that it cannot read.
_UNREADABLE = (AssertionError, ChecksumMismatch, IndexError, UnsupportedIndexFormat, ValueError, struct.error)


@dataclass(frozen=True, slots=True)
class Staged:
    """A file in the index. `assumed`: git takes it for unchanged without a look at the work tree
    (skip-worktree, as in a sparse checkout, or assume-unchanged)."""

    oid: str
    mode: int
    mtime: tuple[int, int]
    size: int
    assumed: bool = False


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The index as read: staged files and unmerged paths; `written` is the index file's own mtime (ns)."""

    files: dict[str, Staged]
    unmerged: tuple[str, ...]
    written: int


def read(repo: Repository, place: Path | None = None) -> Snapshot:
    """The repository's index; `place` is another file, such as the one git names to a hook.

    Raises:
        Refused: it is of a kind that this program cannot read.
    """
    place = place or repo.git_dir / "index"
    signature = _signature(place)
    if signature is not None and repo.last_index is not None and repo.last_index[0] == (place, signature):
        return cast(Snapshot, repo.last_index[1])
    snapshot = _read(repo, place)
    # In a sparse checkout the flags depend on what lies in the work tree, too.
    if signature is not None and not any(item.assumed for item in snapshot.files.values()):
        repo.last_index = (place, signature), snapshot
    return snapshot


def _signature(place: Path) -> tuple[int, int, int] | None:
    try:
        status = place.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino


def _read(repo: Repository, place: Path) -> Snapshot:
    index, files, unmerged = _open(repo, place), {}, []
    # In a sparse checkout git looks at files that are there all the same, unless it is told not to.
    sparse = repo.settings.is_on("core", "sparseCheckout") and not repo.settings.is_on(
        "sparse", "expectFilesOutsideOfPatterns"
    )
    top = os.fspath(repo.path)
    for path, item in index.items():
        name = path.decode("utf-8", "surrogateescape")
        if isinstance(item, ConflictedIndexEntry):
            unmerged.append(name)
        else:
            assumed = _is_assumed(item) and not (sparse and os.path.lexists(f"{top}/{name}"))
            files[name] = Staged(item.sha.decode(), item.mode, _pair(item.mtime), item.size, assumed)
    try:
        written = place.stat().st_mtime_ns
    except FileNotFoundError:
        written = 0
    return Snapshot(files, tuple(unmerged), written)


def stages(repo: Repository, path: str) -> tuple[str | None, str | None, str | None]:
    """The blobs (base, ours, theirs) of an unmerged path."""
    item = _open(repo)[path.encode("utf-8", "surrogateescape")]
    if not isinstance(item, ConflictedIndexEntry):
        return None, item.sha.decode(), None
    sides = (item.ancestor, item.this, item.other)
    base, ours, theirs = (side.sha.decode() if side else None for side in sides)
    return base, ours, theirs


def staged_changes(
    repo: Repository, snapshot: Snapshot, tree: str
) -> dict[str, tuple[str | None, str | None]]:
    """What the index changes against a tree: path → (blob there, blob staged)."""
    before = trees.listing(repo, tree)
    after = {path: item.oid for path, item in snapshot.files.items()}
    paths = before.keys() | after.keys()
    return {p: (before.get(p), after.get(p)) for p in paths if before.get(p) != after.get(p)}


def write_tree(repo: Repository, snapshot: Snapshot, tree: str) -> str:
    """The tree of what is staged, made from the tree it is staged against."""
    return trees.apply(repo, tree, {p: new for p, (_, new) in staged_changes(repo, snapshot, tree).items()})


def work_changes(repo: Repository, snapshot: Snapshot) -> dict[str, str | None]:
    """Tracked files that git would store differently from what is staged: path → id of what it would store,
    None if the file is gone."""
    result: dict[str, str | None] = {}
    root = os.fspath(repo.path)
    conversion = Conversion(repo)
    for path, item in snapshot.files.items():
        if item.assumed or item.mode == _SUBMODULE:
            continue
        try:
            # No Path for each of thousands: that would take twice as long as the look.
            now = os.lstat(f"{root}/{path}")
        except (FileNotFoundError, NotADirectoryError):
            result[path] = None
            continue
        if _looks_unchanged(now, item, snapshot.written):
            continue
        oid = _stored_now(conversion, repo.path, path, now, item)
        if oid != item.oid:
            result[path] = oid
    return result


def _stored_now(conversion: Conversion, root: Path, path: str, now: os.stat_result, item: Staged) -> str:
    is_link = stat.S_ISLNK(item.mode)
    if stat.S_ISLNK(now.st_mode):
        return trees.blob_id(os.fsencode((root / path).readlink())) if is_link else UNKNOWN
    if not stat.S_ISREG(now.st_mode):
        return UNKNOWN
    data = (root / path).read_bytes()
    # Where there are no links, git writes a file that holds where it leads.
    return trees.blob_id(data) if is_link else conversion.stored_id(path, data, item.oid)


# How `odd_kinds` calls what lies behind a link.
BEHIND = "behind the symbolic link "


def link_above(top: Path, folder: str) -> str | None:
    """The symbolic link that a folder of the work tree is, or lies behind; None where there is none."""
    steps = folder.split("/") if folder else []
    for depth in range(1, len(steps) + 1):
        inside = "/".join(steps[:depth])
        if (top / inside).is_symlink():
            return inside
    return None


def odd_kinds(repo: Repository, snapshot: Snapshot) -> dict[str, str]:
    """Tracked files that changed their kind or permission, which git would commit: path → what it is."""
    result = {}
    links, modes = (repo.settings.effective("core", key) != "false" for key in ("symlinks", "fileMode"))
    folders: dict[str, str | None] = {}
    for path, item in snapshot.files.items():
        if item.assumed or item.mode == _SUBMODULE:
            continue
        folder = path.rpartition("/")[0]
        if folder not in folders:
            folders[folder] = link_above(repo.path, folder)
        if (link := folders[folder]) is not None:
            # For git such a file is gone.
            result[path] = f"{BEHIND}{link}"
            continue
        try:
            now = os.lstat(f"{repo.path}/{path}").st_mode
        except (FileNotFoundError, NotADirectoryError):
            continue
        is_link, executable = stat.S_ISLNK(now), bool(now & stat.S_IXUSR)
        if is_link != stat.S_ISLNK(item.mode) and (links or is_link):
            result[path] = "a symbolic link" if is_link else "no symbolic link any more"
        elif modes and not is_link and executable != bool(item.mode & stat.S_IXUSR):
            result[path] = "executable" if executable else "not executable any more"
    return result


def _looks_unchanged(now: os.stat_result, item: Staged, written: int) -> bool:
    # A file as new as the index may have changed again within one tick of the clock: look inside.
    return (
        now.st_size == item.size
        and divmod(now.st_mtime_ns, 10**9) == item.mtime
        and now.st_mtime_ns < written
        and stat.S_ISREG(now.st_mode)
        and not stat.S_ISLNK(item.mode)
    )


@dataclass(frozen=True, slots=True)
class Untracked:
    """What lies in a work tree and the index does not know: files, and symbolic links to whatever."""

    files: list[str]
    links: list[str]


def untracked(repo: Repository, snapshot: Snapshot, folders: Iterable[str]) -> Untracked:
    """What is new below these folders of the work tree; dot files and what git ignores are left out. Links
    are not followed: they may lead to private files of other folders."""
    files, links = [], []
    for folder in folders:
        # Not rglob: it makes an object of each of thousands of paths, which is most of a status.
        for top, inner, outer in os.walk(repo.path / folder):
            inside = Path(top).relative_to(repo.path).as_posix()
            fresh = [n for n in outer if f"{inside}/{n}" not in snapshot.files and not n.startswith(".")]
            links += [f"{inside}/{name}" for name in (*fresh, *inner) if Path(top, name).is_symlink()]
            files += [f"{inside}/{name}" for name in fresh if is_regular(Path(top, name))]
    return Untracked(_not_ignored(repo, files), _not_ignored(repo, links))


def is_regular(place: Path) -> bool:
    """Whether a plain file lies there, and no link to one."""
    try:
        return stat.S_ISREG(place.lstat().st_mode)
    except OSError:
        return False


def _not_ignored(repo: Repository, paths: list[str]) -> list[str]:
    if not paths:
        return []
    ignoring = IgnoreFilterManager.from_repo(repo.dulwich)
    return sorted((path for path in paths if not ignoring.is_ignored(path)), key=lambda path: path.split("/"))


def update(repo: Repository, changes: Mapping[str, str | None]) -> None:
    """Stage these blobs (None: unstage the path), with the work tree's own times so git sees them clean. Rows
    that hold their blob already stay as they are.

    Raises:
        Refused: another program holds the index lock.
    """
    conversion = Conversion(repo)
    with locks.held(repo.git_dir / "index.lock", repo.git_dir / "talekeep"):
        index = _open(repo)
        rows = dict(index.items())
        for path, oid in changes.items():
            key = path.encode("utf-8", "surrogateescape")
            if oid is not None:
                index[key] = _row(repo.path, path, oid, conversion, rows.get(key))
            elif key in rows:
                del index[key]
        _write(repo.git_dir / "index", index)


def fill(repo: Repository, files: Mapping[str, tuple[str, int]], left_out: Container[str] = ()) -> None:
    """Write the index of a work tree that was just laid out.

    Args:
        files: path → blob and mode.
        left_out: paths that are not there; git is told to take them for unchanged.
    """
    conversion = Conversion(repo)
    with locks.held(repo.git_dir / "index.lock", repo.git_dir / "talekeep"):
        index = _open(repo)
        for path, (oid, mode) in files.items():
            absent = IndexEntry((0, 0), (0, 0), 0, 0, mode, 0, 0, 0, names.oid(oid))
            row = absent if path in left_out else _row(repo.path, path, oid, conversion, absent)
            if path in left_out:
                row.set_skip_worktree(True)
            index[path.encode("utf-8", "surrogateescape")] = row
        _write(repo.git_dir / "index", index)


def mark_unmerged(repo: Repository, sides: Mapping[str, Sequence[str | None]]) -> None:
    """Put the blobs (base, ours, theirs) of paths in conflict into the index, as git does."""
    if not sides:
        return
    with locks.held(repo.git_dir / "index.lock", repo.git_dir / "talekeep"):
        index = _open(repo)
        for path, oids in sides.items():
            rows = [
                IndexEntry((0, 0), (0, 0), 0, 0, 0o100644, 0, 0, 0, names.oid(o)) if o else None for o in oids
            ]
            index[path.encode("utf-8", "surrogateescape")] = ConflictedIndexEntry(*rows)
        _write(repo.git_dir / "index", index)


def _write(path: Path, index: Index) -> None:
    buffer = io.BytesIO()
    writer = IndexChecksumWriter(buffer, SHA1)
    write_index_dict(writer, dict(index.items()))
    writer.write_checksum()
    replace(path, buffer.getvalue())


def _row(
    root: Path, path: str, oid: str, conversion: Conversion, old: IndexEntry | ConflictedIndexEntry | None
) -> IndexEntry:
    if isinstance(old, IndexEntry) and old.sha == names.oid(oid) and _is_assumed(old):
        return old
    place = root / path
    try:
        now = place.lstat()
        regular = stat.S_ISREG(now.st_mode)
        same = regular and conversion.stored_id(path, place.read_bytes(), oid) == oid
    except (FileNotFoundError, NotADirectoryError):
        same = False
    mode = old.mode if isinstance(old, IndexEntry) and old.mode != _SUBMODULE else 0o100644
    if not same:
        # Gone, or somebody's edit of this moment: zero times make git compare contents.
        return IndexEntry((0, 0), (0, 0), 0, 0, mode, 0, 0, 0, names.oid(oid))
    return IndexEntry(
        ctime=divmod(now.st_ctime_ns, 10**9),
        mtime=divmod(now.st_mtime_ns, 10**9),
        dev=now.st_dev & 0xFFFFFFFF,
        ino=now.st_ino & 0xFFFFFFFF,
        mode=mode,
        uid=now.st_uid,
        gid=now.st_gid,
        size=now.st_size & 0xFFFFFFFF,
        sha=names.oid(oid),
    )


def _is_assumed(item: IndexEntry) -> bool:
    return bool(item.flags & FLAG_VALID) or item.skip_worktree


def _open(repo: Repository, place: Path | None = None) -> Index:
    place = place or repo.git_dir / "index"
    try:
        data = place.read_bytes() if place.is_file() else b""
        if any(signature in data for signature in (b"link", b"sdir")):
            formats.require_index(place, data)
        return Index(place)
    except _UNREADABLE as error:
        with contextlib.suppress(IndexError, ValueError):
            formats.require_index(place, data)
        raise Refused(f"{place} is damaged: {error}", f"rm {place} && git reset") from error


def _pair(time: int | float | tuple[int, int]) -> tuple[int, int]:
    if isinstance(time, tuple):
        return time
    seconds, rest = divmod(time, 1)
    return int(seconds), int(rest * 10**9)
