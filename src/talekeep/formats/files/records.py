"""From the bytes of a file to its records: what formats read.

A record is one value of the file; several where a value is an envelope; or several lines that are one
conversation, where a file has a message a line.
"""

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field
from typing import Any
from typing import TypeAlias

from talekeep.core.codec import longest_line
from talekeep.core.errors import BadRecord
from talekeep.formats import recognise
from talekeep.formats.base import Lines
from talekeep.formats.base import Reader
from talekeep.formats.files.stream import Raw

Decode: TypeAlias = Callable[[bytes], Any]


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a file. `number` counts from 1; `line` is where it starts, from 1. With a `reason` it
    cannot be taken, and has no value. `reader` is its format, where that was seen already."""

    number: int
    line: int
    value: Any
    reason: str | None = None
    reader: Reader | None = None


def records(raws: Iterable[Raw], decode: Decode) -> Iterator[Record]:
    """The records of a file that was cut into its values.

    Args:
        decode: the value of some bytes of JSON; raises BadRecord.
    """
    number = 0
    for line, value, reason in _gathered(_decoded(raws, decode)):
        if reason is not None or _is_plain(value):
            number += 1
            yield Record(number, line, value, reason)
        elif (reader := _reader_of(value)) is not None:
            number += 1
            yield Record(number, line, value, None, reader)
        else:
            for one in _unfolded(value):
                number += 1
                yield Record(number, line, one)


_Value: TypeAlias = tuple[int, Any, str | None]


def _decoded(raws: Iterable[Raw], decode: Decode) -> Iterator[tuple[int, Any, str | None, int]]:
    for raw in raws:
        if raw.reason is not None:
            yield raw.line, None, raw.reason, 0
            continue
        try:
            value = decode(raw.data)
        except BadRecord as reason:
            # Most files have no such record, and need not load what tells why.
            from talekeep.formats.files.json_faults import named

            yield raw.line, None, named(raw.data, str(reason)), 0
        else:
            yield raw.line, value, None, len(raw.data)


def _is_plain(value: Any) -> bool:
    """True for what nearly every record is, told quickly: an object with a list of messages."""
    messages = value.get("messages") if type(value) is dict else None
    return type(messages) is list and bool(messages) and type(messages[0]) is dict


def _reader_of(value: Any) -> Reader | None:
    """The format of a value that is one record; None for any other value."""
    from talekeep.formats.conversation.unfold import holds_chats

    return recognise(value) if isinstance(value, dict) and not holds_chats(value) else None


def _unfolded(value: Any) -> Iterator[Any]:
    from talekeep.formats.conversation.unfold import unfold

    return unfold(value, _is_record)


def _is_record(value: dict[str, Any]) -> bool:
    from talekeep.formats import NO_CONVERSATIONS

    return recognise(value) is not None or any(keys <= value.keys() for keys, _ in NO_CONVERSATIONS)


@dataclass(slots=True)
class _Open:
    """Lines that are gathered: of which kind and conversation, where they began, and how long they are."""

    kind: Lines
    conversation: Any
    line: int
    values: list[dict[str, Any]] = field(default_factory=list)
    size: int = 0


def _gathered(values: Iterable[tuple[int, Any, str | None, int]]) -> Iterator[_Value]:
    """Values, with the lines of one conversation as one value."""
    opened: _Open | None = None
    for line, value, reason, size in values:
        kind = None if reason is not None or _is_plain(value) else _kind(value)
        if kind is None:
            # A broken line inside of a chat is told, and the chat goes on.
            if opened is not None and reason is None:
                yield _closed(opened)
                opened = None
            yield line, value, reason
            continue
        conversation = kind.conversation(value)
        if opened is None or opened.kind is not kind or not kind.goes_on(opened.conversation, conversation):
            if opened is not None:
                yield _closed(opened)
            opened = _Open(kind, conversation, line)
        _add(opened, value, size)
    if opened is not None:
        yield _closed(opened)


def _kind(value: Any) -> Lines | None:
    # Most files hold plain records alone, and none of what follows is loaded for them.
    from talekeep.formats.files.line_formats import LINES
    from talekeep.formats.files.line_formats import MARKS

    if not isinstance(value, dict) or MARKS.isdisjoint(value):
        return None
    return next((kind for kind in LINES if kind.is_line(value)), None)


def _add(opened: _Open, value: dict[str, Any], size: int) -> None:
    opened.size += size
    if opened.size <= longest_line():
        opened.values.append(value)
    else:
        opened.values.clear()


def _closed(opened: _Open) -> _Value:
    if opened.size > longest_line():
        return (
            opened.line,
            None,
            f"a chat of {opened.size / 2**20:.1f} MiB; the limit is {longest_line() // 2**20} MiB",
        )
    return opened.line, opened.kind.joined(opened.values), None
