"""The bytes of a file that is imported; of a ZIP archive those of each file in it."""

import base64
import zipfile
import zlib
from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from talekeep.core.errors import BadRecord
from talekeep.formats.files.file_kinds import holds_conversation
from talekeep.ops import Progress
from talekeep.ops.exchange.incoming.companions import is_companion

_CHUNK = 1 << 20
_ZIP, _PARQUET = b"PK\x03\x04", b"PAR1"
# Rows that are held at a time.
_BATCH = 128
_MOST_MEMBERS = 10_000
_TEXT = 2**20
_OTHERS = frozenset(
    {"png", "jpg", "jpeg", "gif", "webp", "svg", "bmp", "mp3", "mp4", "wav", "ogg", "webm", "dat", "log"}
    | {"pdf", "html", "htm", "css", "js", "xml"}
)
# A member that unpacks to more than this, and to so many times its size, was made to fill memory or disks.
_UNSUSPICIOUS = 256 * 2**20
_MOST_RATIO = 200


def streams(
    file: Path,
    feed: Callable[[bytes], object],
    progress: Progress,
    passed_over: Callable[[str], object],
    without_cards: bool = False,
) -> Iterator[tuple[str, Iterator[bytes]]]:
    """Name and bytes of what a file holds: itself, or the members of an archive.

    Args:
        feed: takes all bytes of the file itself.
        passed_over: takes the names of members that are no files of conversations.
        without_cards: leave out the character cards in an archive, which somebody else reads.

    Raises:
        BadRecord: an archive that cannot be read, or holds something else than files of conversations.
    """
    with file.open("rb") as opened:
        magic = opened.read(len(_ZIP))
    if magic == _PARQUET:
        for _ in _chunks(file, feed, progress):
            continue
        yield file.name, _rows(file)
        return
    if magic != _ZIP:
        yield file.name, _chunks(file, feed, progress)
        return
    for _ in _chunks(file, feed, progress):
        continue
    try:
        with zipfile.ZipFile(file) as archive:
            for member in _members(archive, passed_over, without_cards):
                yield f"{file.name}/{member.filename}", _inside(archive, member)
    except (zipfile.BadZipFile, RuntimeError) as error:
        raise BadRecord(f"a ZIP archive that cannot be read: {error}") from None


def _rows(file: Path) -> Iterator[bytes]:
    """The rows of a Parquet file as JSON, one a line."""
    try:
        import pyarrow  # type: ignore[import-untyped, import-not-found, unused-ignore]
        import pyarrow.parquet  # type: ignore[import-untyped, import-not-found, unused-ignore]
    except ImportError:
        raise BadRecord("a Parquet file: pip install 'talekeep[parquet]'") from None
    try:
        with pyarrow.parquet.ParquetFile(file) as opened:
            for batch in opened.iter_batches(batch_size=_BATCH):
                for row in batch.to_pylist():
                    # What a row does not have is null in its column.
                    given = {name: value for name, value in row.items() if value is not None}
                    yield orjson.dumps(given, default=_in_json) + b"\n"
    except (pyarrow.ArrowException, OSError, TypeError, ValueError) as error:
        raise BadRecord(f"a Parquet file that cannot be read: {' '.join(str(error).split())[:200]}") from None


def _in_json(value: Any) -> str:
    """Bytes as base64, times and decimals as they are written."""
    return base64.b64encode(value).decode() if isinstance(value, bytes) else str(value)


def _is_card(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bool:
    # Few archives have files of these endings, and need what reads cards.
    if not member.filename.lower().endswith((".png", ".apng", ".json", ".yaml", ".yml", ".charx")):
        return False
    from talekeep.ops.exchange.incoming.archive_cards import is_card

    return is_card(archive, member)


def _members(
    archive: zipfile.ZipFile, passed_over: Callable[[str], object], without_cards: bool
) -> list[zipfile.ZipInfo]:
    result = [m for m in archive.infolist() if not m.is_dir() and not m.filename.startswith("__MACOSX/")]
    names = {member.filename for member in result}
    if "card.json" in names:
        raise BadRecord("no conversation but a damaged character card (CHARX)")
    if "[Content_Types].xml" in names:
        raise BadRecord("a document of an office program: save it as CSV")
    if len(result) > _MOST_MEMBERS:
        raise BadRecord(f"a ZIP archive of more than {_MOST_MEMBERS} files")
    cards = [member for member in result if without_cards and _is_card(archive, member)]
    read = [member for member in result if member not in cards and not _is_other(archive, member)]
    if result and not read and not cards:
        raise BadRecord("a ZIP archive without files of conversations")
    for member in result:
        if member not in read and member not in cards:
            passed_over(member.filename)
    return read


def _is_other(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bool:
    """True for what lies beside conversations in an archive: pictures, web pages, texts without speakers."""
    name = member.filename.rpartition("/")[2]
    ending = name.rpartition(".")[2].lower()
    if name.startswith(".") or is_companion(name) or ending in _OTHERS:
        return True
    if ending not in ("md", "txt"):
        return False
    try:
        with archive.open(member) as opened:
            return not holds_conversation(opened.read(_TEXT))
    except (zipfile.BadZipFile, EOFError, RuntimeError, zlib.error):
        # What is wrong with it is told where it is read.
        return False


def _inside(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    given = 0
    try:
        with archive.open(member) as opened:
            while chunk := opened.read(_CHUNK):
                given += len(chunk)
                if given > _UNSUSPICIOUS and given > _MOST_RATIO * member.compress_size:
                    raise BadRecord(f"it unpacks to more than {_MOST_RATIO} times its size")
                yield chunk
    except (zipfile.BadZipFile, EOFError, RuntimeError, zlib.error) as error:
        raise BadRecord(f"damaged in its archive: {error}") from None


def _chunks(file: Path, feed: Callable[[bytes], object], progress: Progress) -> Iterator[bytes]:
    size, read = file.stat().st_size, 0
    with file.open("rb") as opened:
        while chunk := opened.read(_CHUNK):
            feed(chunk)
            read += len(chunk)
            yield chunk
            progress(f"reading {file.name}", read, size)
