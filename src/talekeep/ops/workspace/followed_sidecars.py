"""Sidecars of entries that were edited as files: alternatives follow the messages they replace."""

from collections.abc import Callable
from collections.abc import Iterable
from typing import Any
from typing import TypeAlias

from talekeep.core import codec
from talekeep.core.entry import Entry
from talekeep.core.entry_edit.sidecars import following
from talekeep.store import parts
from talekeep.store.view import Line
from talekeep.store.view import View

# Alternatives alone are bound to messages.
_MARK = b'"alternatives"'
# Reads the lines of a part that went and those that came.
Apart: TypeAlias = Callable[[], tuple[Iterable[Line], Iterable[Line]]]


def followed_sidecar(view: View, part: str, apart: Apart) -> bytes | None:
    """The sidecar file of a part after an edit of its entries; None where it stays as it is."""
    path = parts.sidecar_of(part)
    data = view.optional(path) or b""
    if _MARK not in data:
        return None
    before, after = map(_by_id, apart())
    lines = []
    for _, line in parts.lines_of(data):
        name = parts.id_of(line) if _MARK in line else None
        if name is None or name not in before or name not in after:
            lines.append(line + b"\n")
        else:
            lines.append(_followed(line, before[name], after[name]))
    result = b"".join(lines)
    return result if result != data else None


def _by_id(lines: Iterable[Line]) -> dict[Any, Entry]:
    return {line.value.get("id"): line.value for line in lines if isinstance(line.value, dict)}


def _followed(line: bytes, before: Entry, after: Entry) -> bytes:
    sidecar = codec.decode(line)
    followed = following(sidecar, before, after)
    return line + b"\n" if followed == sidecar else codec.encode(followed)
