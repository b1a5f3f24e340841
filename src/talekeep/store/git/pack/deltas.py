"""Deltas: one version of an object as copies from another and new bytes (gitformat-pack(5), "Deltified
representation").

Versions of a part differ in a few lines, so whole lines are looked for, and inside a changed one the bytes it
begins and ends with.
"""

from collections.abc import Iterator

_MOST_COPIED = 0xFFFF
_MOST_INSERTED = 127
# A copy takes up to eight bytes: less is not worth one.
_LEAST_COPIED = 16


def delta(base: bytes, target: bytes) -> bytes | None:
    """The instructions that make `target` of `base`; None where they take half of its size or more."""
    out = bytearray(_size(len(base)) + _size(len(target)))
    for start, stop, new in _steps(base, target):
        if start < stop:
            _copy(out, start, stop - start)
        for at in range(0, len(new), _MOST_INSERTED):
            piece = new[at : at + _MOST_INSERTED]
            out.append(len(piece))
            out += piece
        if len(out) * 2 > len(target):
            return None
    return bytes(out)


def _steps(base: bytes, target: bytes) -> Iterator[tuple[int, int, bytes]]:
    """What to copy from the base (start and stop, maybe nothing), and what to insert behind it."""
    a = b = 0
    for x, y, size in [*_shared_lines(base, target), (len(base), len(target), 0)]:
        # Between two shared runs one line became another. Lines that moved backwards have no such place.
        old, new = base[a:x] if a <= x else b"", target[b:y]
        start = _common(old, new)
        end = _common(old[start:][::-1], new[start:][::-1])
        yield a, a + start, new[start : len(new) - end]
        yield x - end, x + size, b""
        a, b = x + size, y + size


def _shared_lines(base: bytes, target: bytes) -> list[tuple[int, int, int]]:
    """Runs of whole lines that both have: place in the base, place in the target, size."""
    start = _common(base, target)
    end = _common(base[start:][::-1], target[start:][::-1])
    if len(target) - start - end < _LEAST_COPIED or len(base) - start - end < _LEAST_COPIED:
        # All but one place is the same: the ends say it all.
        return []
    places: dict[bytes, int] = {}
    at = 0
    for line in base.split(b"\n"):
        places.setdefault(line, at)
        at += len(line) + 1
    runs: list[tuple[int, int, int]] = []
    at = 0
    for line in target.split(b"\n")[:-1]:
        size, place = len(line) + 1, places.get(line)
        if place is not None and place + size <= len(base):
            if runs and runs[-1][0] + runs[-1][2] == place and runs[-1][1] + runs[-1][2] == at:
                runs[-1] = (runs[-1][0], runs[-1][1], runs[-1][2] + size)
            elif size >= _LEAST_COPIED:
                runs.append((place, at, size))
        at += size
    return runs


def _common(a: bytes, b: bytes) -> int:
    """How many bytes both begin with, found by halving."""
    low, high = 0, min(len(a), len(b))
    while low < high:
        middle = (low + high + 1) // 2
        if a[low:middle] == b[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _copy(out: bytearray, offset: int, size: int) -> None:
    while size:
        some = min(size, _MOST_COPIED)
        code, numbers = 0x80, bytearray()
        for bit, byte in enumerate((*offset.to_bytes(4, "little"), *some.to_bytes(2, "little"))):
            if byte:
                code |= 1 << bit
                numbers.append(byte)
        out.append(code)
        out += numbers
        offset, size = offset + some, size - some


def _size(value: int) -> bytes:
    """A number, seven bits a byte, the lowest first."""
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
