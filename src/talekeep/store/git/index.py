"""Git's index: what is staged, which work-tree files differ from it, and updating single paths."""

import io
import os
import stat
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dulwich.ignore import IgnoreFilterManager
from dulwich.index import ConflictedIndexEntry
from dulwich.index import Index
from dulwich.index import IndexChecksumWriter
from dulwich.index import IndexEntry
from dulwich.index import write_index_dict
from dulwich.object_format import SHA1

from talekeep.store.files import replace
from talekeep.store.git import locks
from talekeep.store.git import names
from talekeep.store.git import trees
from talekeep.store.git.repository import Repository


@dataclass(frozen=True, slots=True)
class Staged:
    oid: str
    mode: int
    mtime: tuple[int, int]
    size: int


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The index as read: staged files and unmerged paths; `written` is the index file's own mtime (ns)."""

    files: dict[str, Staged]
    unmerged: tuple[str, ...]
    written: int


def read(repo: Repository, place: Path | None = None) -> Snapshot:
    """The repository's index; `place` is another file, such as the one git names to a hook."""
    index, files, unmerged = Index(place) if place else _open(repo), {}, []
    for path, item in index.items():
        name = path.decode("utf-8", "surrogateescape")
        if isinstance(item, ConflictedIndexEntry):
            unmerged.append(name)
        else:
            files[name] = Staged(item.sha.decode(), item.mode, _pair(item.mtime), item.size)
    try:
        written = (place or repo.git_dir / "index").stat().st_mtime_ns
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
    """Tracked files whose bytes differ from what is staged: path → id of the bytes now, None if gone."""
    found: dict[str, str | None] = {}
    root = os.fspath(repo.path)
    for path, item in snapshot.files.items():
        try:
            # No Path for each of thousands: that would take twice as long as the look.
            now = os.lstat(f"{root}/{path}")
        except (FileNotFoundError, NotADirectoryError):
            found[path] = None
            continue
        if _looks_unchanged(now, item, snapshot.written):
            continue
        oid = blob_in_place(repo.path / path, item.oid) if stat.S_ISREG(now.st_mode) else "0" * 40
        if oid != item.oid:
            found[path] = oid
    return found


def blob_in_place(place: Path, expected: str | None) -> str:
    """The id of a work-tree file's bytes; `expected` where it differs from that blob only by the line ends
    that git takes away when a file is added (`text eol=lf`)."""
    data = place.read_bytes()
    found = trees.blob_id(data)
    if found != expected and b"\r\n" in data and trees.blob_id(data.replace(b"\r\n", b"\n")) == expected:
        return expected
    return found


def _looks_unchanged(now: os.stat_result, item: Staged, written: int) -> bool:
    # A file as new as the index may have changed again within one tick of the clock: look inside.
    return (
        now.st_size == item.size
        and divmod(now.st_mtime_ns, 10**9) == item.mtime
        and now.st_mtime_ns < written
        and stat.S_ISREG(now.st_mode)
    )


def untracked(repo: Repository, snapshot: Snapshot, folders: Iterable[str]) -> list[str]:
    """Files below these folders of the work tree that the index does not know; dot files and what git
    ignores are left out."""
    found = []
    for folder in folders:
        # Not rglob: it makes an object of each of thousands of paths, which is most of a status.
        for top, _, files in os.walk(repo.path / folder):
            inside = Path(top).relative_to(repo.path).as_posix()
            fresh = [n for n in files if f"{inside}/{n}" not in snapshot.files and not n.startswith(".")]
            found += [f"{inside}/{name}" for name in fresh if Path(top, name).is_file()]
    if not found:
        return []
    ignoring = IgnoreFilterManager.from_repo(repo.dulwich)
    return sorted((path for path in found if not ignoring.is_ignored(path)), key=lambda path: path.split("/"))


def update(repo: Repository, changes: Mapping[str, str | None]) -> None:
    """Stage these blobs (None: unstage the path), with the work tree's own times so git sees them clean.

    Raises:
        Refused: another program holds the index lock.
    """
    with locks.held(repo.git_dir / "index.lock", repo.git_dir / "talekeep"):
        index = _open(repo)
        for path, oid in changes.items():
            key = path.encode("utf-8", "surrogateescape")
            if oid is not None:
                index[key] = _row(repo.path / path, oid)
            elif key in index:
                del index[key]
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


def _row(place: Path, oid: str) -> IndexEntry:
    try:
        now = place.stat()
        same = trees.blob_id(place.read_bytes()) == oid
    except (FileNotFoundError, IsADirectoryError):
        same = False
    if not same:
        # Gone, or somebody's edit of this moment: zero times make git compare contents.
        return IndexEntry((0, 0), (0, 0), 0, 0, 0o100644, 0, 0, 0, names.oid(oid))
    return IndexEntry(
        ctime=divmod(now.st_ctime_ns, 10**9),
        mtime=divmod(now.st_mtime_ns, 10**9),
        dev=now.st_dev & 0xFFFFFFFF,
        ino=now.st_ino & 0xFFFFFFFF,
        mode=0o100755 if now.st_mode & stat.S_IXUSR and os.name != "nt" else 0o100644,
        uid=now.st_uid,
        gid=now.st_gid,
        size=now.st_size & 0xFFFFFFFF,
        sha=names.oid(oid),
    )


def _open(repo: Repository) -> Index:
    return Index(repo.git_dir / "index")


def _pair(time: int | float | tuple[int, int]) -> tuple[int, int]:
    if isinstance(time, tuple):
        return time
    seconds, rest = divmod(time, 1)
    return int(seconds), int(rest * 10**9)
