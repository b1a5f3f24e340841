"""Find tags on lines without decoding most lines."""

from collections.abc import Iterator

from talekeep.core import codec
from talekeep.core.entry import tags_of
from talekeep.core.errors import BadRecord
from talekeep.core.tags import tags_in_line
from talekeep.store import parts
from talekeep.store.view import Line
from talekeep.store.view import View


def tagged_lines(view: View) -> Iterator[tuple[Line, list[str]]]:
    """Every entry's line (without its value) and tags, in dataset order; unreadable lines are left out."""
    for part in view.parts():
        for number, data in parts.lines_of(view.read(part)):
            tags = tags_in_line(data)
            if tags is None:
                tags = _decoded(data)
            if tags is not None:
                yield Line(part, number, data), tags


def _decoded(data: bytes) -> list[str] | None:
    try:
        value = codec.decode(data)
    except BadRecord:
        # Validation reports it.
        return None
    return tags_of(value) if isinstance(value, dict) else None
