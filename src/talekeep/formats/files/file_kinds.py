"""From the bytes of any file to JSON: unpacks, decodes, and turns tables and transcripts into records.

What comes out is what `stream.split` reads. A file that holds no conversations is refused once, by what it
is, and not line by line. Nothing here holds more than a chunk of a packed or encoded file, and one row of a
table.
"""

import bz2
import codecs
import csv
import lzma
import re
import zlib
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from functools import partial
from itertools import chain
from typing import Any
from typing import cast

import orjson

from talekeep.core.codec import longest_line
from talekeep.core.errors import BadRecord

_HEAD = 64 * 1024
_STEP = 1 << 20
# A file that unpacks to more than this, and to so many times its size, was made to fill memory or disks.
_UNSUSPICIOUS = 256 * 2**20
_MOST_RATIO = 200
# What an archive may ask to be unpacked with: xz -9 takes 65 MiB, zstd --ultra -22 takes 128.
_MOST_MEMORY = 256 * 2**20
_ZSTD = b"\x28\xb5\x2f\xfd"
# More columns than any table of conversations has, and more nodes than 16 MiB of YAML that people write.
_MOST_COLUMNS = 10_000
_MOST_NODES = 500_000

_TRUTH = {"true": True, "false": False}
_NO_CONVERSATIONS = (
    (re.compile(rb"version https://git-lfs"), "a Git LFS pointer, not the file itself: git lfs pull"),
    (re.compile(rb"(?i)\s*(?:<!doctype html|<html|<\?xml)"), "a web page, not a file of conversations"),
    (re.compile(rb"\xff\xd8\xff|GIF8|RIFF....WEBP|BM......\0\0", re.DOTALL), "a picture"),
    (re.compile(rb"%PDF"), "a PDF"),
    (re.compile(rb"SQLite format 3"), "an SQLite database"),
    (re.compile(rb"PAR1"), "a Parquet file in an archive: unpack it first"),
)
_BOMS = (
    (b"\xff\xfe\0\0", "utf-32"),
    (b"\0\0\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
# JSON without a byte order mark.
_WIDE = (
    (re.compile(rb"[{\[\"]\0\0\0"), "utf-32-le"),
    (re.compile(rb"[{\[\"]\0"), "utf-16-le"),
    (re.compile(rb"\0[{\[\"]"), "utf-16-be"),
)


def json_of(
    chunks: Iterable[bytes], name: str, encoding: str | None = None, columns: dict[str, str] | None = None
) -> Iterator[bytes]:
    """The file as JSON, in chunks.

    Args:
        name: its name, whose ending tells tables and YAML.
        encoding: what it is written in, where that is not UTF-8.
        columns: what columns of a table are called here; by number of a table without a header.

    Raises:
        BadRecord: it holds no conversations, is damaged, or unpacks to too much.
    """
    head, chunks = _peeked(chunks)
    packed = next((opener for magic, opener in _PACKED if head.startswith(magic)), None)
    if packed is not None or head.startswith(_ZSTD):
        plain = re.sub(r"(?i)\.(gz|bz2|xz|zst)\Z", "", name)
        unpacked = unzstd(chunks) if packed is None else _unpacked(chunks, packed())
        return json_of(unpacked, plain, encoding, columns)
    match = next((reason for magic, reason in _NO_CONVERSATIONS if magic.match(head)), None)
    if match:
        raise BadRecord(match)
    result = encoding or _encoding_of(head)
    if result is not None:
        return json_of(_decoded(chunks, result), name, None, columns) if not _is_utf8(result) else chunks
    return _by_kind(head, chunks, name, columns or {})


def holds_conversation(data: bytes) -> bool:
    """True for a text file with JSON, or with messages whose speakers are told."""
    from talekeep.formats.files.marked_text import messages_in_text
    from talekeep.formats.files.marked_text import transcript_in

    text = data.decode("utf-8-sig", "replace").replace("\r\n", "\n")
    return _holds_json(data) or messages_in_text(text) is not None or transcript_in(text) is not None


def _peeked(chunks: Iterable[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """The beginning of a file, and all of it."""
    source = iter(chunks)
    held: list[bytes] = []
    while sum(map(len, held)) < _HEAD and (chunk := next(source, None)) is not None:
        held.append(chunk)
    return b"".join(held)[:_HEAD], chain(held, source)


def _by_kind(head: bytes, chunks: Iterator[bytes], name: str, columns: dict[str, str]) -> Iterator[bytes]:
    ending = name.rpartition(".")[2].lower()
    if ending in ("csv", "tsv"):
        return _table(chunks, "\t" if ending == "tsv" else None, columns)
    if ending in ("yaml", "yml"):
        return _yaml(chunks)
    start = head.removeprefix(codecs.BOM_UTF8).lstrip()
    if ending in ("txt", "md", "text", "markdown", "fountain", "rpy", "twee", "ink") and not _holds_json(
        start
    ):
        return _text(chunks)
    return chunks


def _holds_json(head: bytes) -> bool:
    """True where a line begins as JSON does."""
    lines = (line.lstrip() for line in head.split(b"\n"))
    return any(
        line[:1] == b"{" or (line[:1] == b"[" and not line.startswith((b"[INST]", b"[["))) for line in lines
    )


class _Zlib:
    """gzip, with several members one behind the other."""

    def __init__(self) -> None:
        self._inner = zlib.decompressobj(31)

    def decompress(self, data: bytes, most: int) -> bytes:
        return self._inner.decompress(data, most)

    @property
    def left(self) -> bytes:
        return self._inner.unconsumed_tail

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def behind(self) -> bytes:
        return self._inner.unused_data


class _Block:
    """bz2 and xz, whose decompressors keep what they have not unpacked yet."""

    def __init__(self, make: Callable[[], Any]) -> None:
        self._inner = make()

    def decompress(self, data: bytes, most: int) -> bytes:
        return bytes(self._inner.decompress(data, most))

    @property
    def left(self) -> bytes | None:
        return None if self._inner.needs_input or self._inner.eof else b""

    @property
    def eof(self) -> bool:
        return bool(self._inner.eof)

    @property
    def behind(self) -> bytes:
        return bytes(self._inner.unused_data)


_PACKED: tuple[tuple[bytes, Callable[[], Any]], ...] = (
    (b"\x1f\x8b", _Zlib),
    (b"BZh", lambda: _Block(bz2.BZ2Decompressor)),
    (b"\xfd7zXZ\0", lambda: _Block(partial(lzma.LZMADecompressor, memlimit=_MOST_MEMORY))),
)


class Limit:
    """How much a file of some size may give in all, through every archive that stands in another, and
    through tables whose columns have huge names."""

    def __init__(self, size: int) -> None:
        self._size, self._given = size, 0

    def watched(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """The chunks, as long as they and those before them are no more than any file of its size gives.

        Raises:
            BadRecord: they are more.
        """
        for chunk in chunks:
            self._given += len(chunk)
            _check_ratio(self._given, self._size)
            yield chunk


def _check_ratio(given: int, taken: int) -> None:
    if given > _UNSUSPICIOUS and given > _MOST_RATIO * taken:
        raise BadRecord(f"it unpacks to more than {_MOST_RATIO} times its size")


class _Source:
    """Chunks as a file to read from; `taken` counts the bytes that were read."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)
        self._held = b""
        self.taken = 0

    def read(self, size: int = _STEP) -> bytes:
        held = self._held or next(self._chunks, b"")
        result, self._held = held[:size], held[size:]
        self.taken += len(result)
        return result


def unzstd(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """What was packed with zstd, a step at a time.

    Raises:
        BadRecord: it is damaged, unpacks to too much, or the library for it is missing.
    """
    try:
        import zstandard  # type: ignore[import-untyped, import-not-found, unused-ignore]
    except ImportError:
        raise BadRecord("compressed with zstd: pip install 'talekeep[zstd]'") from None
    source, given = _Source(chunks), 0
    maker = zstandard.ZstdDecompressor(max_window_size=_MOST_MEMORY // 2)
    try:
        with maker.stream_reader(cast(Any, source), read_across_frames=True) as unpacked:
            while data := unpacked.read(_STEP):
                given += len(data)
                _check_ratio(given, source.taken)
                yield data
    except (zstandard.ZstdError, MemoryError) as error:
        raise BadRecord(f"a damaged archive: {error}") from None


def _unpacked(chunks: Iterable[bytes], packed: Any) -> Iterator[bytes]:
    """What was packed, a step at a time."""
    taken = given = 0
    for chunk in chunks:
        taken += len(chunk)
        while True:
            try:
                data = packed.decompress(chunk, _STEP)
            except (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError) as error:
                raise BadRecord(f"a damaged archive: {error}") from None
            given += len(data)
            _check_ratio(given, taken)
            if data:
                yield data
            if packed.eof:
                chunk = packed.behind.lstrip(b"\0")
                if not chunk:
                    break
                packed = (
                    next(opener for magic, opener in _PACKED if chunk.startswith(magic))()
                    if _begins(chunk)
                    else None
                )
                if packed is None:
                    raise BadRecord("something else follows the archive")
            elif packed.left is None or (packed.left == b"" and not data):
                break
            else:
                chunk = packed.left


def _begins(chunk: bytes) -> bool:
    return any(chunk.startswith(magic) for magic, _ in _PACKED)


def _encoding_of(head: bytes) -> str | None:
    marked = next((name for mark, name in _BOMS if head.startswith(mark)), None)
    return marked or next((name for sign, name in _WIDE if sign.match(head)), None)


def _is_utf8(name: str) -> bool:
    try:
        return codecs.lookup(name).name == "utf-8"
    except LookupError:
        raise BadRecord(f"there is no encoding {name!r}") from None


def _decoded(chunks: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """The text as UTF-8."""
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for chunk in chunks:
            yield decoder.decode(chunk).encode()
        yield decoder.decode(b"", final=True).encode()
    except UnicodeError as error:
        raise BadRecord(f"not {encoding}: {error}") from None


def _lines(chunks: Iterable[bytes]) -> Iterator[str]:
    """Lines with their ends."""
    rest = ""
    for piece in _texts(chunks):
        rest += piece
        *whole, rest = rest.split("\n")
        if len(rest) > longest_line():
            raise BadRecord(f"a line longer than {longest_line() // 2**20} MiB")
        yield from (f"{line}\n" for line in whole)
    if rest:
        yield rest


def _texts(chunks: Iterable[bytes]) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    try:
        for chunk in chunks:
            yield decoder.decode(chunk)
        yield decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise BadRecord(f"not UTF-8 ({error.reason}): name its encoding with --encoding") from None


def _table(chunks: Iterable[bytes], delimiter: str | None, columns: dict[str, str]) -> Iterator[bytes]:
    """The rows of a table as JSON; a cell that spells a list or object of JSON is one."""
    from talekeep.formats.shapes.messages_at import parsed

    lines = _lines(chunks)
    first = next(lines, "")
    sign = delimiter or max(",;\t|", key=first.count)
    if first.count(sign) >= _MOST_COLUMNS:
        raise BadRecord(f"a table of more than {_MOST_COLUMNS} columns")
    csv.field_size_limit(longest_line())
    try:
        rows: Iterator[list[str]] = csv.reader(chain([first], lines), delimiter=sign, strict=True)
        top = next(rows, [])
        header = [columns.get(name.strip(), name.strip()) for name in top]
        if columns and all(name.isdecimal() for name in columns) and columns.keys().isdisjoint(header):
            # Columns named by number have no header.
            header = [columns.get(str(number), f"column_{number}") for number in range(1, len(top) + 1)]
            rows = chain([top], rows)
        for row in rows:
            if len(row) > _MOST_COLUMNS:
                raise BadRecord(f"a table of more than {_MOST_COLUMNS} columns")
            if any(cell.strip() for cell in row):
                yield orjson.dumps(_row(header, row, parsed)) + b"\n"
    except csv.Error as error:
        raise BadRecord(f"not a table: {error}") from None


def _row(header: list[str], row: list[str], parsed: Callable[[str], Any]) -> dict[str, Any]:
    names = [*header, *(f"column_{n + 1}" for n in range(len(header), len(row)))]
    cells = {name or "column": cell for name, cell in zip(names, row, strict=False)}
    values = {name: parsed(cell) for name, cell in cells.items()}
    if all(value is None for value in values.values()):
        return cells
    # A table of objects: an empty cell is a key that the row does not have.
    plain = {name: _TRUTH.get(cell, cell) for name, cell in cells.items() if cell or values[name] is not None}
    return {name: cell if values[name] is None else values[name] for name, cell in plain.items()}


def _yaml(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """A YAML file as JSON. Aliases are refused: with them a small file stands for a huge one."""
    try:
        import yaml  # type: ignore[import-untyped, import-not-found, unused-ignore]
    except ImportError:
        raise BadRecord("a YAML file: pip install 'talekeep[yaml]'") from None
    text = _whole(chunks)
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        for number, event in enumerate(yaml.parse(text, Loader=loader)):
            if isinstance(event, yaml.AliasEvent):
                raise BadRecord("YAML with aliases is not read")
            if number > _MOST_NODES:
                raise BadRecord(f"YAML of more than {_MOST_NODES} nodes: convert it to JSON")
        for document in yaml.load_all(text, Loader=loader):
            yield orjson.dumps(document, default=str) + b"\n"
    except (yaml.YAMLError, RecursionError, TypeError, ValueError) as error:
        if isinstance(error, BadRecord):
            raise
        raise BadRecord(f"not YAML: {' '.join(str(error).split())[:200]}") from None


def _text(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """A transcript as one record; the dialogues of a published set as one each."""
    from talekeep.formats.files.marked_text import messages_in_text
    from talekeep.formats.files.marked_text import transcript_in
    from talekeep.formats.files.plain_dialogues import dialogues_in

    text = _whole(chunks).replace("\r\n", "\n")
    dialogues = dialogues_in(text)
    if dialogues is not None:
        yield from (orjson.dumps(dialogue) + b"\n" for dialogue in dialogues)
        return
    if messages_in_text(text) is None and transcript_in(text) is None:
        raise BadRecord(
            "a text without speakers, or of more than one scene: talekeep add FILE takes a script"
        )
    yield orjson.dumps({"text": text})


def _whole(chunks: Iterable[bytes]) -> str:
    pieces, size = [], 0
    for piece in _texts(chunks):
        size += len(piece)
        if size > longest_line():
            raise BadRecord(f"longer than {longest_line() // 2**20} MiB")
        pieces.append(piece)
    return "".join(pieces)
