"""Find tags on lines without decoding most lines, and rename them."""

from collections.abc import Iterator
from collections.abc import Mapping

from talekeep.core import codec
from talekeep.core.entry import tags_of
from talekeep.core.errors import BadRecord
from talekeep.core.tags import name_of
from talekeep.core.tags import replaced
from talekeep.core.tags import tags_in_line
from talekeep.ops.workspace.changeset import Draft
from talekeep.ops.workspace.select import Selected
from talekeep.ops.workspace.select import besides
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


def retag(draft: Draft, to: Mapping[str, str | None]) -> int:
    """Put names in place of others (None: nothing) on every entry; how many entries carried one."""
    count, beside = 0, besides(draft.now)
    for line, tags in tagged_lines(draft.now) if to else ():
        if any(name_of(tag) in to for tag in tags):
            entry = codec.decode(line.data)
            draft.change(
                Selected(line, entry, beside(line.part)), {**entry, "tags": replaced(entry["tags"], to)}
            )
            count += 1
    return count
