"""A file of records, cut into records: JSON Lines, a JSON array, or objects one after another.

Nothing is parsed here beyond finding where records end; `core.codec.decode` says what is wrong with one.
A record is found whole or reported, never lost: what stands between records comes out as a record too,
for the codec to refuse. At most one record (of the longest allowed) and one chunk are held at a time.

A record that never ends, or ends wrongly, must not take the rest of the file with it. Recovery looks at
layout: the next line that starts with `{` at the indentation of the broken record starts the next one.
"""

import re
from collections.abc import Generator
from collections.abc import Iterable
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

import orjson

from talekeep.core.codec import longest_line
from talekeep.formats.files.tape import End
from talekeep.formats.files.tape import Nesting
from talekeep.formats.files.tape import Tape
from talekeep.formats.files.tape import find_end

_BOM = b"\xef\xbb\xbf"
_UTF16 = "UTF-16, not UTF-8: save the file as UTF-8"
_FOREIGN = (
    (re.compile(rb"\xff\xfe|\xfe\xff|\0|[^\0]\0"), _UTF16),
    (re.compile(rb"\x1f\x8b"), "compressed with gzip: unpack the file first"),
    (re.compile(rb"\x28\xb5\x2f\xfd"), "compressed with zstd: unpack the file first"),
    (re.compile(rb"PK\x03\x04"), "a ZIP archive: unpack the file first"),
    (re.compile(rb"PAR1"), "a Parquet file, not JSON"),
    (re.compile(rb"\x89PNG"), "a PNG picture, not JSON; a character card: talekeep character import FILE"),
)
# How far a first line is read before a file that starts with `[` is taken for an array.
_HEAD = 64 * 1024
# How far the next record is looked for behind a string that a newline breaks.
_AHEAD = 16 * 1024

_SPACE = re.compile(rb"[ \t\r\n]*+")
# Commas between records say nothing, in an array or out of it.
_SPACE_OR_COMMA = re.compile(rb"[ \t\r\n,]*+")
_JUNK_ENDS = re.compile(rb"[\n{\[]")
_JUNK_ENDS_IN_ARRAY = re.compile(rb'[,\n{\[\]"]')
_AROUND = b" \t\r\n,"
_OPENS = frozenset(b"{[")
_CLOSING = {ord("{"): ord("}"), ord("["): ord("]"), ord('"'): ord('"')}

# The line a record starts on, its bytes, and why it cannot be taken.
_Piece: TypeAlias = tuple[int, bytes, str | None]


# What chats put around JSON that they show: the first and the last line of a Markdown code block.
_FENCE = re.compile(rb"(?:`{3,}|~{3,})[ \t]*[\w.+-]*[ \t]*")

# Lists in a list are no records over several lines: `[[[` among lines is one bad line.
_LISTS = re.compile(rb"\[\s*\[")


@dataclass(frozen=True, slots=True)
class Raw:
    """One record as it stands in a file.

    `record` counts from 1, `line` is where it starts, from 1. With a `reason` it cannot be taken whole,
    and without `data` there is nothing to decode.
    """

    record: int
    line: int
    data: bytes
    reason: str | None = None


def split(chunks: Iterable[bytes]) -> Iterator[Raw]:
    """The records of a file, in order; an empty file has none. The lines of a code fence are none either.

    Args:
        chunks: the bytes of the file, cut anywhere. The answer does not depend on where.
    """
    tape = Tape(iter(chunks), bytearray())
    records = (piece for piece in _pieces(tape) if not _FENCE.fullmatch(piece[1]))
    for number, (line, data, reason) in enumerate(records, 1):
        yield Raw(number, line, data, reason)


def _pieces(tape: Tape) -> Iterator[_Piece]:
    tape.reach(4)
    head = tape.peek(4)
    foreign = next((reason for magic, reason in _FOREIGN if magic.match(head)), None)
    if foreign:
        yield 1, b"", foreign
        return
    if head.startswith(_BOM):
        tape.at = len(_BOM)
    tape.skip_all(_SPACE)
    while tape.held():
        if tape.buffer[tape.at] == ord("[") and _lists_turns(tape):
            yield from _value(tape, False)
            tape.skip_all(_SPACE_OR_COMMA)
        elif tape.buffer[tape.at] == ord("[") and not _first_is_line(tape, _HEAD):
            yield from _array(tape)
            tape.skip_all(_SPACE)
        else:
            yield from _sequence(tape, by_line=_first_is_line(tape, longest_line()))


def _first_is_line(tape: Tape, limit: int) -> bool:
    """True where records stand one a line: the first line is no JSON, or one value, no array of records."""
    size, end = 0, -1
    while end < 0 and size < limit:
        end = tape.buffer.find(b"\n", tape.at + size, tape.at + limit)
        size = min(tape.held(), limit)
        if end < 0 and size < limit and not tape.more():
            end = len(tape.buffer)
    if tape.buffer[tape.at] not in b"{[":
        return True
    if end < 0:
        return False
    try:
        value = orjson.loads(tape.peek(end - tape.at))
    except orjson.JSONDecodeError:
        return False
    return isinstance(value, dict) or (bool(value) and not any(isinstance(item, dict) for item in value))


def _lists_turns(tape: Tape) -> bool:
    """True where the list at the tape begins with a turn: such a list is one record."""
    from talekeep.formats.conversation.unfold import is_turn

    tape.reach(_HEAD)
    head = Tape(iter(()), bytearray(tape.peek(_HEAD)))
    head.skip(1)
    head.skip_all(_SPACE)
    if not head.held() or head.buffer[head.at] != ord("{"):
        return False
    end, size = find_end(head, Nesting(), _HEAD)
    if end is not End.WHOLE:
        return False
    try:
        return is_turn(orjson.loads(head.peek(size)))
    except orjson.JSONDecodeError:
        return False


def _array(tape: Tape) -> Iterator[_Piece]:
    tape.skip(1)
    while True:
        tape.skip_all(_SPACE_OR_COMMA)
        if not tape.held():
            yield tape.line, b"", "the file ends before its array does: it may have been cut short"
            return
        byte = tape.buffer[tape.at]
        if byte == ord("]"):
            tape.skip(1)
            return
        yield from _value(tape, True) if byte in b'{["' else _junk(tape, _JUNK_ENDS_IN_ARRAY)


def _sequence(tape: Tape, by_line: bool) -> Iterator[_Piece]:
    while True:
        if by_line:
            yield from _lines(tape)
        tape.skip_all(_SPACE_OR_COMMA)
        if not tape.held():
            return
        byte = tape.buffer[tape.at]
        if byte == ord("[") and _lists_turns(tape):
            yield from _value(tape, False)
        elif byte == ord("["):
            yield from _array(tape)
        else:
            yield from _value(tape, False) if byte == ord("{") else _junk(tape, _JUNK_ENDS)
        tape.skip_all(_SPACE_OR_COMMA)


def _lines(tape: Tape) -> Iterator[_Piece]:
    """Line after line, up to one that starts an object or list and does not end it."""
    searched = 0
    while True:
        end = tape.buffer.rfind(b"\n", tape.at + searched)
        if end >= 0:
            open_line = yield from _block(tape, end + 1 - tape.at)
            if open_line:
                return
            searched = 0
        elif tape.held() > longest_line():
            yield _long_line(tape)
        else:
            searched = tape.held()
            if not tape.more():
                yield from _block(tape, tape.held())
                return


def _block(tape: Tape, size: int) -> Generator[_Piece, None, bool]:
    """The lines of the next `size` bytes; True where an open one stopped it, with the tape at its start."""
    line, start = tape.line, 0
    for whole in tape.peek(size).split(b"\n"):
        data = whole.strip(b" \t\r")
        if len(whole) > longest_line():
            yield line, b"", _too_long(len(whole))
        elif data:
            data = data.removeprefix(_BOM) or data
            if data[0] in _OPENS and data[-1] != _CLOSING[data[0]] and not _LISTS.match(data):
                before = whole.index(data[:1])
                tape.skip(start + before)
                tape.indent = whole[:before]
                return True
            yield line, data, None
        line += 1
        start += len(whole) + 1
    tape.skip(size)
    tape.indent = b""
    return False


def _long_line(tape: Tape) -> _Piece:
    line, size = tape.line, 0
    while (end := tape.buffer.find(b"\n", tape.at)) < 0:
        size += tape.held()
        tape.skip(tape.held())
        if not tape.more():
            return line, b"", _too_long(size)
    size += end - tape.at
    tape.skip(end - tape.at)
    return line, b"", _too_long(size)


def _too_long(size: int) -> str:
    limit = f"the limit is {longest_line() // 2**20} MiB"
    return f"{size / 2**20:.1f} MiB long; {limit}, and talekeep import --max-line raises it"


def _junk(tape: Tape, ends: re.Pattern[bytes]) -> Iterator[_Piece]:
    line, size = tape.line, 1
    while (match := ends.search(tape.buffer, tape.at + size)) is None:
        size = tape.held()
        if size > longest_line():
            yield _long_line(tape)
            return
        if not tape.more():
            break
    yield line, tape.take(match.start() - tape.at if match else size).strip(_AROUND), None


def _value(tape: Tape, in_array: bool) -> Iterator[_Piece]:
    """The value at the tape; where it is broken, what the layout tells of the records it swallowed."""
    first, indent = tape.buffer[tape.at], tape.indent
    nesting = Nesting(quoted=first == ord('"'))
    end, size = find_end(tape, nesting, longest_line(), start=int(nesting.quoted))
    if size > longest_line():
        yield from _long(tape, end, size, nesting, indent, in_array)
    elif end is End.WHOLE and tape.buffer[tape.at + size - 1] == _CLOSING[first]:
        swallows = (
            indent is not None and tape.buffer.find(b"\n" + indent + b"{", tape.at, tape.at + size) >= 0
        )
        if swallows and not _is_json(tape.peek(size)):
            yield from _cut(tape, size, indent, in_array)
        else:
            yield tape.line, tape.take(size), None
    else:
        yield from _cut(tape, _broken_end(tape, end, size, indent, in_array), indent, in_array)


def _is_json(data: bytes) -> bool:
    try:
        orjson.loads(data)
    except orjson.JSONDecodeError:
        return False
    return True


def _broken_end(tape: Tape, end: End, size: int, indent: bytes | None, in_array: bool) -> int:
    """How far a broken value is taken to go."""
    if end is End.WHOLE:
        # An object that "ends" with the array's own bracket leaves it for the array.
        return size - 1 if in_array and tape.buffer[tape.at + size - 1] == ord("]") else size
    if end is End.NEWLINE and indent is not None:
        more = tape.reach(size + _AHEAD)
        stop = tape.at + size + _AHEAD
        following = tape.buffer.find(b"\n" + indent + b"{", tape.at + size, stop)
        if following < 0 and not more:
            last = _next_record(indent, in_array).search(tape.buffer, tape.at + size)
            following = last.start() if last else len(tape.buffer)
        return size if following < 0 else following - tape.at
    return size


def _next_record(indent: bytes, in_array: bool) -> re.Pattern[bytes]:
    """Finds the newline before a record, or the end of the array, at this indentation."""
    closing = rb"|\n[ \t]{0,%d}(?=\])" % max(len(indent) - 1, 0) if in_array else b""
    return re.compile(rb"\n%s(?=\{)%s" % (re.escape(indent), closing))


def _cut(tape: Tape, size: int, indent: bytes | None, in_array: bool) -> Iterator[_Piece]:
    """Take `size` bytes as the records their layout says they are."""
    starts = [0]
    if indent is not None:
        starts += [match.start() for match in _next_record(indent, in_array).finditer(tape.peek(size))]
    if in_array and len(starts) > 1 and tape.peek(size)[starts[-1] :].strip() == b"]":
        size = starts.pop()
    for start, stop in pairwise([*starts, size]):
        line, data = tape.line, tape.take(stop - start)
        yield line + (start > 0), data.strip(_AROUND), None


def _long(
    tape: Tape, end: End, size: int, nesting: Nesting, indent: bytes | None, in_array: bool
) -> Iterator[_Piece]:
    """A value over the limit: the records it swallowed, if the layout tells of any, else a report."""
    starts = (
        [] if indent is None else list(_next_record(indent, in_array).finditer(tape.peek(longest_line())))
    )
    if starts:
        yield from _cut(tape, starts[-1].start(), indent, in_array)
        return
    line, total = tape.line, size
    tape.skip(size)
    while end is End.LIMIT:
        end, size = find_end(tape, nesting, longest_line())
        total += size
        tape.skip(size)
    yield line, b"", _too_long(total)
