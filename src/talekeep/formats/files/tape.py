"""The bytes of a file that are not taken yet, and finding where a JSON value among them ends."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

# Up to the next bracket outside strings; a string that does not end in the buffer stops it too.
_TO_BRACKET = re.compile(rb'(?:[^"{}\[\]]++|"[^"\\\n]*+(?:\\.[^"\\\n]*+)*+")*+')
_IN_STRING = re.compile(rb'[^"\\\n]*+(?:\\.[^"\\\n]*+)*+')
_QUOTE, _ESCAPE, _OPENING = ord('"'), ord("\\"), frozenset(b"{[")
# A record that far to the right was not laid out by lines.
_MAX_INDENT = 256


@dataclass(slots=True)
class Tape:
    """`buffer` from `at` on is not taken yet; `line` is the line `at` stands on.

    `indent` is the space between the last newline and `at`, None where something else stands there.
    """

    chunks: Iterator[bytes]
    buffer: bytearray
    at: int = 0
    line: int = 1
    indent: bytes | None = b""

    def more(self) -> bool:
        """Add a chunk, or say False at the end of the file; `at` becomes 0."""
        del self.buffer[: self.at]
        self.at = 0
        chunk = next(filter(None, self.chunks), b"")
        self.buffer += chunk
        return bool(chunk)

    def held(self) -> int:
        return len(self.buffer) - self.at

    def reach(self, size: int) -> bool:
        """Hold `size` bytes, if the file has as many."""
        while self.held() < size:
            if not self.more():
                return False
        return True

    def peek(self, size: int) -> bytes:
        with memoryview(self.buffer) as view:
            return bytes(view[self.at : self.at + size])

    def take(self, size: int) -> bytes:
        data = self.peek(size)
        self.skip(size)
        return data

    def skip(self, size: int) -> None:
        end = self.at + size
        self.line += self.buffer.count(b"\n", self.at, end)
        self.at = end
        self.indent = None

    def skip_all(self, spaces: re.Pattern[bytes]) -> None:
        """Skip all that the pattern matches from here on."""
        while True:
            match = spaces.match(self.buffer, self.at)
            space, before = match.group() if match else b"", self.indent
            self.skip(len(space))
            self.indent = _indent(before, space)
            if self.at < len(self.buffer) or not self.more():
                return


def _indent(before: bytes | None, space: bytes) -> bytes | None:
    if b"\n" not in space and before is None:
        return None
    indent = space.rpartition(b"\n")[2] if b"\n" in space else (before or b"") + space
    return None if b"," in indent or len(indent) > _MAX_INDENT else indent


class End(Enum):
    """How the search for the end of a value ended."""

    WHOLE = 1
    NEWLINE = 2  # inside a string, where JSON allows none
    FILE = 3
    LIMIT = 4


@dataclass(slots=True)
class Nesting:
    """How deep in brackets a search stands, and whether in a string."""

    depth: int = 0
    quoted: bool = False


def find_end(tape: Tape, nesting: Nesting, limit: int, start: int = 0) -> tuple[End, int]:
    """How the value at the tape ends, and its size so far; it stops soon after `limit` bytes.

    The search goes on at `start` bytes from the tape, in the given nesting, and leaves it updated.

    Brackets are counted, not matched: a wrong one closes as well, and the reader of the value objects.
    """
    size = start
    while True:
        end, position = _advance(tape.buffer, tape.at + size, nesting)
        size = position - tape.at
        if end is not None:
            return end, size
        if size > limit:
            return End.LIMIT, size
        if not tape.more():
            return End.FILE, tape.held()


def _advance(buffer: bytearray, position: int, nesting: Nesting) -> tuple[End | None, int]:
    """Search on in what is held; None where the answer needs more of the file."""
    stop, depth, quoted = len(buffer), nesting.depth, nesting.quoted
    result = None
    while position < stop and result is None:
        match = (_IN_STRING if quoted else _TO_BRACKET).match(buffer, position)
        position = match.end() if match else position
        if position == stop:
            break
        byte = buffer[position]
        if quoted and byte == _ESCAPE and position + 1 == stop:
            break
        if quoted and byte != _QUOTE:
            result = End.NEWLINE
            break
        position += 1
        if byte == _QUOTE:
            quoted = not quoted
        else:
            depth += 1 if byte in _OPENING else -1
        if depth == 0 and not quoted:
            result = End.WHOLE
    nesting.depth, nesting.quoted = depth, quoted
    return result, position
