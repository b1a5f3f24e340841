"""What changed between two versions of a sequence of entries, by id.

The result is plain data: `dataclasses.asdict` of a change can be written as JSON. Words inside a message
are compared by whoever shows them (`words.compare`), since most changes are only counted.
"""

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from typing import Literal
from typing import TypeAlias

from talekeep.core.entry import Entry
from talekeep.core.entry import tags_of
from talekeep.core.finding import Path
from talekeep.core.merge.align import Key
from talekeep.core.merge.align import keyed
from talekeep.core.merge.align import same
from talekeep.core.merge.align import steady
from talekeep.core.merge.message_pairs import pair

ChangeKind: TypeAlias = Literal["added", "removed", "changed", "moved"]
MessageKind: TypeAlias = Literal["unchanged", "edited", "moved", "inserted", "deleted"]
FieldKind: TypeAlias = Literal["added", "removed", "changed"]


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One value that differs; `before` is None where it was added, `after` where it was removed."""

    path: Path
    kind: FieldKind
    before: Any = None
    after: Any = None


@dataclass(frozen=True, slots=True)
class MessageChange:
    """A message of a changed entry: `before` and `after` are its indexes (from 0) on either side, None
    where it is missing; `fields` says what was edited, with paths from the message on.
    """

    kind: MessageKind
    before: int | None
    after: int | None
    fields: tuple[FieldChange, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """One entry that differs. `id` is "" where it has none; `before` and `after` are the whole entries.

    `moved` is True too for a changed entry that stands elsewhere among the others; `messages` is empty
    unless some message changed, and otherwise names them all, unchanged ones included.
    """

    kind: ChangeKind
    id: str
    before: Entry | None = None
    after: Entry | None = None
    moved: bool = False
    messages: tuple[MessageChange, ...] = ()
    tags_added: tuple[str, ...] = ()
    tags_removed: tuple[str, ...] = ()
    fields: tuple[FieldChange, ...] = ()


def folded(messages: Iterable[MessageChange]) -> Iterator[MessageChange | int]:
    """Messages with each run of unchanged ones as its length.

    unchanged, unchanged, edited, unchanged → 2, edited, 1
    """
    unchanged = 0
    for message in messages:
        if message.kind == "unchanged":
            unchanged += 1
            continue
        if unchanged:
            yield unchanged
        unchanged = 0
        yield message
    if unchanged:
        yield unchanged


def changes(before: Iterable[Entry], after: Iterable[Entry]) -> list[Change]:
    """Every entry that differs: removed ones first, then the others in the order of `after`."""
    old, new = keyed(before), keyed(after)
    removed = [Change("removed", _id(entry), before=entry) for key, entry in old.items() if key not in new]
    moved = _moved(old, new)
    result = (_change(old.get(key), entry, moved=key in moved) for key, entry in new.items())
    return [*removed, *(change for change in result if change is not None)]


def _moved(old: Mapping[Key, Entry], new: Mapping[Key, Entry]) -> set[Key]:
    common = [key for key in new if key in old]
    places = {key: place for place, key in enumerate(old)}
    kept = steady([places[key] for key in common])
    return {key for index, key in enumerate(common) if index not in kept}


def _id(entry: Any) -> str:
    entry_id = entry.get("id") if isinstance(entry, dict) else None
    return entry_id if isinstance(entry_id, str) else ""


def _change(before: Entry | None, after: Entry, *, moved: bool) -> Change | None:
    if before is None:
        return Change("added", _id(after), after=after)
    if same(before, after):
        return Change("moved", _id(after), before, after, moved=True) if moved else None
    return compare(before, after, moved=moved)


def compare(before: Entry, after: Entry, *, moved: bool = False) -> Change:
    """The change between two versions of one entry, as kind "changed"."""
    handled = {"id"}
    messages: tuple[MessageChange, ...] = ()
    if isinstance(before.get("messages"), list) and isinstance(after.get("messages"), list):
        handled.add("messages")
        messages = _message_changes(before["messages"], after["messages"])
    old_tags, new_tags = tags_of(before), tags_of(after)
    if set(old_tags) != set(new_tags):
        handled.add("tags")
    return Change(
        kind="changed",
        id=_id(after),
        before=before,
        after=after,
        moved=moved,
        messages=messages,
        tags_added=tuple(tag for tag in new_tags if tag not in old_tags),
        tags_removed=tuple(tag for tag in old_tags if tag not in new_tags),
        fields=tuple(change for change in _field_changes(before, after, ()) if change.path[0] not in handled),
    )


def _message_changes(before: list[Any], after: list[Any]) -> tuple[MessageChange, ...]:
    if same(before, after):
        return ()
    pairs = pair(before, after)
    paired = [i for i, j in pairs if i is not None and j is not None]
    kept = steady(paired)
    moved = {i for index, i in enumerate(paired) if index not in kept}
    return tuple(_message_change(before, after, i, j, moved=i in moved) for i, j in pairs)


def _message_change(
    before: list[Any], after: list[Any], i: int | None, j: int | None, *, moved: bool
) -> MessageChange:
    if i is None:
        return MessageChange("inserted", None, j)
    if j is None:
        return MessageChange("deleted", i, None)
    if same(before[i], after[j]):
        return MessageChange("moved" if moved else "unchanged", i, j)
    return MessageChange("edited", i, j, tuple(_field_changes(before[i], after[j], ())))


def _field_changes(before: Any, after: Any, path: Path) -> Iterator[FieldChange]:
    """Differences between two values, objects key by key, everything else as a whole."""
    if not (isinstance(before, dict) and isinstance(after, dict)):
        if not same(before, after):
            yield FieldChange(path, "changed", before, after)
        return
    for key in [*before, *(key for key in after if key not in before)]:
        if key not in after:
            yield FieldChange((*path, key), "removed", before=before[key])
        elif key not in before:
            yield FieldChange((*path, key), "added", after=after[key])
        else:
            yield from _field_changes(before[key], after[key], (*path, key))
