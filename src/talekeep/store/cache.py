"""What can be worked out again: which ids and words each blob holds, what else was derived from it, and
which trees have been validated.

One SQLite file in `.git/talekeep/`. A blob never changes, so nothing here goes stale; a damaged file is
thrown away and made anew.
"""

import contextlib
import os
import sqlite3
from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from talekeep.core.errors import Outside
from talekeep.core.text import READING
from talekeep.version import __version__

_SCHEMA = """
create table if not exists part (blob text primary key, entries integer not null) without rowid;
create table if not exists entry (id text not null, blob text not null, line integer not null);
create index if not exists entry_id on entry (id);
create index if not exists entry_blob on entry (blob);
create table if not exists validated (tree text not null, policy text not null, primary key (tree, policy))
    without rowid;
create table if not exists words (blob text primary key, signs text not null, words blob not null);
create table if not exists derived (kind text not null, blob text not null, data blob not null,
    primary key (kind, blob));
"""
_VERSION = 5
# What every answer depends on beside the bytes it is worked out from and the policy it is asked under: the
# rules and metrics of this program, how it reads texts, and Python's Unicode.
_WORKED_OUT_BY = f"{__version__}/{READING}"
# The words of a part are some 20 KB; as a chain of SQLite's usual 4 KB pages they take four times as long.
_PAGE = 16384
# A page that makes no sense, a file that is no database, tables that are not ours.
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR)


class Cache:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = None

    @contextlib.contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """The connection; a file that is no database of ours is replaced by an empty one."""
        if self._connection is None and not _writable(self._path.parent):
            self._connection = _in_memory(self._path)
        if self._connection is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            try:
                self._connection = _connect(self._path)
            except sqlite3.DatabaseError:
                self._path.unlink(missing_ok=True)
                self._connection = _connect(self._path)
        try:
            with self._connection:
                yield self._connection
        except sqlite3.DatabaseError as error:
            self.close()
            # What Python's own module refuses has no code.
            code = getattr(error, "sqlite_errorcode", None)
            if code in _DAMAGED:
                self._path.unlink(missing_ok=True)
            full = code == sqlite3.SQLITE_FULL
            hint = (
                "free some space on that disk and run the command again" if full else "run the command again"
            )
            raise Outside(f"the cache {self._path}: {error}", hint) from error

    def unknown(self, blobs: Iterable[str]) -> list[str]:
        """Those of these blobs whose ids are not recorded yet."""
        wanted = list(blobs)
        with self._open() as db:
            known = {row[0] for row in _chunked(db, "select blob from part where blob in ({})", wanted)}
        return [blob for blob in wanted if blob not in known]

    def record(self, blobs: Mapping[str, tuple[Sequence[tuple[str, int]], int]]) -> None:
        """Remember the (id, line) pairs of blobs, and how many entries each holds with and without an id,
        in one transaction."""
        with self._open() as db:
            for blob, (ids, entries) in blobs.items():
                if db.execute("insert or ignore into part values (?, ?)", (blob, entries)).rowcount:
                    db.executemany("insert into entry values (?, ?, ?)", ((i, blob, line) for i, line in ids))

    def sizes(self, blobs: Iterable[str]) -> dict[str, int]:
        """Entries in each of these blobs that is recorded."""
        with self._open() as db:
            query = "select blob, entries from part where blob in ({})"
            return {row[0]: row[1] for row in _chunked(db, query, list(blobs))}

    def places(self, ids: Iterable[str]) -> list[tuple[str, str, int]]:
        """Every (id, blob, line) recorded for these ids, in any blob ever seen."""
        with self._open() as db:
            return list(_chunked(db, "select id, blob, line from entry where id in ({})", list(ids)))

    def starting(self, prefix: str) -> list[tuple[str, str, int]]:
        """Every (id, blob, line) whose id begins with the prefix."""
        with self._open() as db:
            query = "select id, blob, line from entry where id >= ? and id < ?"
            return list(db.execute(query, (prefix, prefix + "\uffff")))

    def alike(self, piece: str) -> list[tuple[str, str, int]]:
        """Every (id, blob, line) whose id ends with the piece, or holds it."""
        with self._open() as db:
            query = "select id, blob, line from entry where instr(id, ?) > 0"
            return list(db.execute(query, (piece.lower(),)))

    def ids(self, blobs: Iterable[str]) -> list[tuple[str, str, int]]:
        """Every (id, blob, line) of these blobs."""
        with self._open() as db:
            return list(_chunked(db, "select id, blob, line from entry where blob in ({})", list(blobs)))

    def keep_only(self, blobs: Collection[str]) -> None:
        """Forget the ids of other blobs where they are most of what is remembered, and give the room back."""
        with self._open() as db:
            known = {row[0] for row in db.execute("select blob from part")}
            gone = known.difference(blobs)
            if len(gone) <= len(blobs):
                return
            for table in ("part", "entry", "words", "derived"):
                db.executemany(f"delete from {table} where blob = ?", ((blob,) for blob in gone))
        with self._open() as db:
            db.execute("vacuum")

    def words(self) -> Iterator[tuple[str, str, bytes]]:
        """Every blob whose words are recorded: its name, its characters beyond ASCII, its words."""
        with self._open() as db:
            yield from db.execute("select blob, signs, words from words")

    def record_words(self, rows: Iterable[tuple[str, str, bytes]], keep: Collection[str]) -> None:
        """Remember the words of blobs; where most that are remembered are not among `keep`, forget those."""
        with self._open() as db:
            db.executemany("insert or ignore into words values (?, ?, ?)", rows)
            known = {row[0] for row in db.execute("select blob from words")}
            gone = known.difference(keep)
            if len(gone) > len(keep):
                db.executemany("delete from words where blob = ?", ((blob,) for blob in gone))

    def derived(self, kind: str, blobs: Iterable[str]) -> dict[str, bytes]:
        """What was derived from those of these blobs it is remembered of; `kind` as for `derive`."""
        with self._open() as db:
            query = "select blob, data from derived where kind = ? and blob in ({})"
            return {row[0]: row[1] for row in _chunked(db, query, list(blobs), _whole(kind))}

    def derive(self, kind: str, data: Mapping[str, bytes], keep: Collection[str]) -> None:
        """Remember what was derived from blobs; where most of this kind that is remembered is not of a
        blob among `keep`, forget that.

        Args:
            kind: what it is and how it was worked out, as "sketch/1". What another number of the same
                kind, another version of this program or of Unicode left is forgotten.
        """
        kind = _whole(kind)
        with self._open() as db:
            db.executemany(
                "insert or ignore into derived values (?, ?, ?)", ((kind, *d) for d in data.items())
            )
            known = list(db.execute("select kind, blob from derived"))
            name = kind.partition("/")[0]
            gone = [row for row in known if row[0] != kind and row[0].partition("/")[0] == name]
            stray = [row for row in known if row[0] == kind and row[1] not in keep]
            gone += stray if len(stray) > len(keep) else []
            db.executemany("delete from derived where kind = ? and blob = ?", gone)

    def is_validated(self, tree: str, policy: str) -> bool:
        with self._open() as db:
            query = "select 1 from validated where tree = ? and policy = ?"
            return db.execute(query, (tree, _whole(policy))).fetchone() is not None

    def set_validated(self, tree: str, policy: str) -> None:
        with self._open() as db:
            db.execute("insert or ignore into validated values (?, ?)", (tree, _whole(policy)))

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _whole(kind: str) -> str:
    """A kind or policy with all else that an answer depends on."""
    return f"{kind}/{_WORKED_OUT_BY}"


def _writable(folder: Path) -> bool:
    """Of a folder that does not exist yet: whether it could be made."""
    return os.access(folder if folder.exists() else folder.parent, os.W_OK)


def _in_memory(path: Path) -> sqlite3.Connection:
    """The cache of a dataset that can only be read: what is known already, and room for more."""
    connection = _connect(Path(":memory:"))
    if path.is_file():
        with contextlib.closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as known:
            known.backup(connection)
    return connection


def _connect(path: Path) -> sqlite3.Connection:
    # Used by one thread at a time; a generator that was given up is closed by whichever thread finds it.
    connection = sqlite3.connect(path, timeout=30, check_same_thread=False)
    try:
        # Losing the cache in a power cut costs one rebuild; waiting for the disk would cost every command.
        connection.execute("pragma synchronous = off")
        connection.execute(f"pragma page_size = {_PAGE}")
        if connection.execute("pragma user_version").fetchone()[0] != _VERSION:
            connection.executescript(_SCHEMA)
            connection.execute(f"pragma user_version = {_VERSION}")
    except sqlite3.DatabaseError:
        connection.close()
        raise
    return connection


def _chunked(db: sqlite3.Connection, query: str, values: list[str], *before: str) -> Iterator[Any]:
    # SQLite allows 999 variables in its oldest builds still shipped.
    for start in range(0, len(values), 900):
        some = values[start : start + 900]
        yield from db.execute(query.format(",".join("?" * len(some))), [*before, *some])
