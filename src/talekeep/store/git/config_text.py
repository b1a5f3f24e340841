"""The text of a git configuration file: read as git reads it (git-config(1), "SYNTAX"), and edited so that
no byte changes but those of the keys that are set or removed."""

import re
from collections.abc import Iterable
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple
from typing import TypeAlias

from talekeep.core.errors import Refused

# Section (lower case), subsection (None: there is none), name.
Key: TypeAlias = tuple[str, str | None, str]
# Section and subsection, as bytes.
Section: TypeAlias = tuple[bytes, bytes | None]

_BOM = b"\xef\xbb\xbf"
_SPACE = b" \t\r\n"
_NAME = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-")
# What stands in a value for itself, whether it is in quotes or not.
_PLAIN = re.compile(rb'[^\s"\\#;]+')
# A command reads the same two or three files several times.
_KEPT = 8
_ESCAPES = {ord("t"): b"\t", ord("b"): b"\b", ord("n"): b"\n", ord("\\"): b"\\", ord('"'): b'"'}


class SyntaxFault(ValueError):
    """A line that git does not understand either.

    Args:
        line: its number, from 1.
    """

    def __init__(self, line: int) -> None:
        super().__init__(f"line {line}")
        self.line = line


class Entry(NamedTuple):
    """`name = value` in a section; `value` is None where there is no `=`.

    Offsets into the file: the name begins at `start` and ends at `name_end`; the value, quotes and line
    continuations included, begins at `value_start` and ends at `end`; `next` is behind the line's end.
    """

    section: Section
    name: bytes
    value: bytes | None
    start: int
    name_end: int
    value_start: int
    end: int
    next: int


class Header(NamedTuple):
    """`[section "subsection"]` at these offsets."""

    section: Section
    start: int
    end: int


class Parsed(NamedTuple):
    """The sections and entries of a file, each in its order."""

    headers: tuple[Header, ...]
    entries: tuple[Entry, ...]


@lru_cache(maxsize=_KEPT)
def parse(data: bytes) -> Parsed:
    """The sections and entries of a configuration file, in its order.

    Raises:
        SyntaxFault: git would refuse it too.
    """
    headers: list[Header] = []
    entries: list[Entry] = []
    section = None
    at = len(_BOM) if data.startswith(_BOM) else 0
    while at < len(data):
        byte = data[at]
        if byte in _SPACE:
            at += 1
        elif byte in b"#;":
            at = _line_end(data, at)
        elif byte == ord("["):
            name, end = _header(data, at)
            headers.append(Header(name, at, end))
            section, at = name, end
        elif section is None or not chr(byte).isascii() or not chr(byte).isalpha():
            raise _fault(data, at)
        else:
            entry = _entry(data, at, section)
            entries.append(entry)
            at = entry.next
    return Parsed(tuple(headers), tuple(entries))


def _fault(data: bytes, at: int) -> SyntaxFault:
    return SyntaxFault(data.count(b"\n", 0, at) + 1)


def _line_end(data: bytes, at: int) -> int:
    end = data.find(b"\n", at)
    return len(data) if end < 0 else end + 1


def _header(data: bytes, start: int) -> tuple[Section, int]:
    at = start + 1
    while at < len(data) and (data[at] in _NAME or data[at] == ord(".")):
        at += 1
    name = data[start + 1 : at].lower()
    if data[at : at + 1] == b"]":
        # The old form: [section.subsection], in lower case.
        section, dot, subsection = name.partition(b".")
        return (section, subsection if dot else None), at + 1
    quote = at
    while data[quote : quote + 1] in (b" ", b"\t"):
        quote += 1
    if quote == at or data[quote : quote + 1] != b'"':
        raise _fault(data, start)
    subsection, end = _subsection(data, quote + 1)
    section, dot, rest = name.partition(b".")
    return (section, rest + b"." + subsection if dot else subsection), end


def _subsection(data: bytes, at: int) -> tuple[bytes, int]:
    name = bytearray()
    while at < len(data) and data[at] not in b'"\n':
        if data[at] == ord("\\"):
            at += 1
            if data[at : at + 1] in (b"", b"\n"):
                break
        name.append(data[at])
        at += 1
    if data[at : at + 2] != b'"]':
        raise _fault(data, at)
    return bytes(name), at + 2


def _entry(data: bytes, start: int, section: Section) -> Entry:
    name_end = start
    while name_end < len(data) and data[name_end] in _NAME:
        name_end += 1
    name, at = data[start:name_end].lower(), name_end
    while data[at : at + 1] in (b" ", b"\t"):
        at += 1
    if _is_line_end(data, at):
        return Entry(section, name, None, start, name_end, name_end, name_end, _line_end(data, at))
    if data[at : at + 1] != b"=":
        raise _fault(data, at)
    value, value_start, end, after = _value(data, at + 1)
    return Entry(section, name, value, start, name_end, value_start, end, after)


def _is_line_end(data: bytes, at: int) -> bool:
    return data[at : at + 1] in (b"", b"\n") or data[at : at + 2] == b"\r\n"


def _value(data: bytes, start: int) -> tuple[bytes, int, int, int]:
    """The value that begins behind a `=`, where it begins and ends, and where the next line begins."""
    value, spaces, quoted = bytearray(), 0, False
    at = first = start
    end = None
    while not _is_line_end(data, at):
        byte = data[at]
        if byte in b" \t\r" and not quoted:
            spaces += bool(value)
            at += 1
            continue
        if byte in b"#;" and not quoted:
            break
        if end is None:
            first = at
        if byte == ord("\\") and _is_line_end(data, at + 1):
            end = at = _line_end(data, at + 1)
            continue
        value += b" " * spaces
        spaces = 0
        if plain := _PLAIN.match(data, at):
            value += plain[0]
            at = plain.end()
        elif byte == ord('"'):
            quoted, at = not quoted, at + 1
        elif byte == ord("\\"):
            if data[at + 1] not in _ESCAPES:
                raise _fault(data, at)
            value += _ESCAPES[data[at + 1]]
            at += 2
        else:
            value.append(byte)
            at += 1
        end = at
    if quoted:
        raise _fault(data, at)
    return bytes(value), first, start if end is None else end, _line_end(data, at)


def edited(data: bytes, values: Mapping[Key, str | None], dropped: Iterable[Section] = ()) -> bytes:
    """The file with each key at this one value (None: without the key), and without the dropped sections.

    A comment beside a value stays, and so does a section that loses its last key; a dropped section keeps no
    more than its comments. A key that has its value already changes nothing.

    Raises:
        SyntaxFault: see `parse`. Refused: a name or value that a file of this kind cannot hold.
    """
    for (section, subsection, name), value in values.items():
        data = _set(data, _as_section(section, subsection), name, value)
    for unwanted in dropped:
        data = _without(data, unwanted)
    return data


def _as_section(section: str, subsection: str | None) -> Section:
    return _bytes(section).lower(), None if subsection is None else _bytes(subsection)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _set(data: bytes, section: Section, name: str, value: str | None) -> bytes:
    key, parsed = _bytes(name).lower(), parse(data)
    present = [entry for entry in parsed.entries if (entry.section, entry.name) == (section, key)]
    if value is None:
        return _cut_all(data, present)
    if [entry.value for entry in present] == [_bytes(value)]:
        return data
    if not present:
        return _added(data, parsed, section, name, value)
    last, quoted = present[-1], _quoted(_bytes(value))
    if last.value_start == last.end:
        quoted = b" " + quoted if last.value is not None else b" = " + quoted
    data = data[: last.value_start] + quoted + data[last.end :]
    return _cut_all(data, present[:-1])


def _cut_all(data: bytes, entries: list[Entry]) -> bytes:
    for entry in reversed(entries):
        data = _cut(data, entry)
    return data


def _cut(data: bytes, entry: Entry) -> bytes:
    """Take an entry out; its line goes with it, unless a comment or a header is on it."""
    line_start = data.rfind(b"\n", 0, entry.start) + 1
    alone_before = not data[line_start : entry.start].removeprefix(_BOM).strip(_SPACE)
    rest = data[entry.end : entry.next]
    if rest.strip(_SPACE):
        comment = entry.next - len(rest.lstrip(b" \t"))
        return data[: entry.start] + data[comment:]
    if alone_before:
        bom = _BOM if data[line_start:].startswith(_BOM) else b""
        return data[:line_start] + bom + data[entry.next :]
    line_end = entry.next - len(rest) + len(rest.rstrip(_SPACE))
    return data[: entry.start].rstrip(b" \t") + data[line_end:].lstrip(b" \t")


def _added(data: bytes, parsed: Parsed, section: Section, name: str, value: str) -> bytes:
    if not _bytes(name) or not _NAME.issuperset(_bytes(name)) or not _bytes(name)[:1].isalpha():
        raise Refused(f"{name!r} is no name for a setting of git's")
    ending = b"\r\n" if b"\r\n" in data else b"\n"
    line = b"\t" + _bytes(name) + b" = " + _quoted(_bytes(value))
    header = next((h for h in reversed(parsed.headers) if h.section == section), None)
    place = _place_in(data, parsed, header) if header else None
    if place is None:
        line = _header_line(section) + ending + line
        place = len(data)
    if place == len(data) and data.removeprefix(_BOM) and not data.endswith(b"\n"):
        # A line continuation at the very end would swallow what follows it.
        gap = ending * 2 if data.endswith(b"\\") else ending
        return data + gap + line
    return data[:place] + line + ending + data[place:]


def _place_in(data: bytes, parsed: Parsed, header: Header) -> int | None:
    """Where a section's next entry goes: behind its last one. None where another header is in the way."""
    later = next((h.start for h in parsed.headers if h.start > header.start), len(data))
    inside = [entry.next for entry in parsed.entries if header.start < entry.start < later]
    place = inside[-1] if inside else _line_end(data, header.end)
    return place if place <= later else None


def _header_line(section: Section) -> bytes:
    name, subsection = section
    if not name or not _NAME.issuperset(name):
        raise Refused(f"{name!r} is no name for a section of git's settings")
    if subsection is None:
        return b"[" + name + b"]"
    if b"\n" in subsection or b"\0" in subsection:
        raise Refused(f"{subsection!r} cannot stand in git's settings", "choose a name of one line")
    escaped = subsection.replace(b"\\", b"\\\\").replace(b'"', b'\\"')
    return b"[" + name + b' "' + escaped + b'"]'


def _quoted(value: bytes) -> bytes:
    """A value as git writes it: escaped, and in quotes where its ends or a comment sign need them."""
    if b"\0" in value:
        raise Refused("a setting of git's cannot hold a zero byte", "leave it out")
    odd = value != value.strip(b" \t\n\r\v\f") or any(sign in value for sign in (b";", b"#", b"\r"))
    return b'"' + _escaped(value) + b'"' if odd else _escaped(value)


def _escaped(value: bytes) -> bytes:
    value = value.replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n")
    return value.replace(b"\t", b"\\t").replace(b"\b", b"\\b")


def _without(data: bytes, section: Section) -> bytes:
    """Take all entries of a section out, and each of its headers that has no comments below it."""
    data = _cut_all(data, [entry for entry in parse(data).entries if entry.section == section])
    headers = parse(data).headers
    ends = [*(header.start for header in headers[1:]), len(data)]
    for header, end in reversed([*zip(headers, ends, strict=True)]):
        line_start, line_end = data.rfind(b"\n", 0, header.start) + 1, _line_end(data, header.end)
        line_start += len(_BOM) if data[line_start:].startswith(_BOM) else 0
        alone = not data[line_start : header.start].strip(_SPACE) and end >= line_end
        if header.section == section and alone and not data[header.end : end].strip(_SPACE):
            data = data[:line_start] + data[line_end:]
    return data


@lru_cache(maxsize=_KEPT)
def canonical(data: bytes) -> bytes:
    """The same settings in the plainest form, for readers that know only part of the syntax.

    Raises:
        SyntaxFault: see `parse`.
    """
    lines = []
    for entry in parse(data).entries:
        if entry.section[0]:
            value = b"" if entry.value is None else b' = "' + _escaped(entry.value) + b'"'
            lines.append(_header_line(entry.section) + b"\n" + entry.name + value + b"\n")
    return b"".join(lines)
