"""Entries that one side put into another part: joined, split, or moved when a part was cut.

A part is merged by itself, and git hands its driver one file at a time. A merge of a whole dataset sees all
files that differ: here it finds the records that have to be settled together, part by part.
"""

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from typing import TypeAlias

from talekeep.core import codec
from talekeep.core.entry_edit.sidecars import JOINED
from talekeep.core.entry_edit.sidecars import SPLIT_FROM
from talekeep.core.errors import BadRecord
from talekeep.core.merge import split_entries
from talekeep.core.merge.align import Key
from talekeep.core.merge.records import Merged
from talekeep.core.merge.records import merge_keyed
from talekeep.core.merge.split_origins import NO_KIN
from talekeep.core.merge.split_origins import Kin

# The lines of a part that are not the same in base, ours and theirs.
Lines: TypeAlias = tuple[list[bytes], list[bytes], list[bytes]]
# For a part, what becomes of records that are not merged in it by their id alone; None: they go.
Followed: TypeAlias = dict[Key, Merged | None]

_KIN_MARKS = (f'"{SPLIT_FROM}"'.encode(), f'"{JOINED}"'.encode())


@dataclass(slots=True)
class _Version:
    """The records of one side that are not the same everywhere, and the part of each."""

    records: dict[Key, Any]
    parts: dict[Key, str]


def differing(base: bytes, ours: bytes, theirs: bytes) -> Lines:
    """The lines of the three versions of a part that are not in all of them."""
    everywhere = shared_by_all((base, ours, theirs))
    old, mine, yours = (
        [line for line in side.split(b"\n") if line not in everywhere and line.strip()]
        for side in (base, ours, theirs)
    )
    return old, mine, yours


def shared_by_all(versions: Iterable[bytes]) -> set[bytes]:
    """The lines that every version of a part has."""
    return set[bytes].intersection(*({*data.split(b"\n")} for data in versions))


def may_cross(files: Iterable[Lines]) -> bool:
    """Whether a side took a record out of a part or put one into it, which another part may know of."""
    return any({*map(_id, old)} != {*map(_id, side)} for old, *sides in files for side in sides)


def _id(line: bytes) -> bytes:
    """What a line in its canonical form says first; another form is only looked at more closely."""
    return line.partition(b",")[0]


def kin_in(sidecars: Iterable[Lines]) -> tuple[Kin, Kin]:
    """What our sidecars, and theirs, say of splits and joins; each with those of the base, which a merge that
    reverses a split or join undoes."""
    read: tuple[dict[Key, Key], dict[Key, Key], dict[Key, Key]] = {}, {}, {}
    for sides in sidecars:
        for kin, lines in zip(read, sides, strict=True):
            for line in lines:
                if any(mark in line for mark in _KIN_MARKS):
                    kin.update(_kin_of(line))
    base, ours, theirs = read
    return base | ours, base | theirs


def _kin_of(line: bytes) -> Iterator[tuple[Key, Key]]:
    try:
        sidecar = codec.decode(line.rstrip(b"\r"))
    except BadRecord:
        return
    name = sidecar.get("id") if isinstance(sidecar, dict) else None
    if not isinstance(name, str):
        return
    origin, joined = sidecar.get(SPLIT_FROM), sidecar.get(JOINED)
    if isinstance(origin, str):
        yield (name, 0), (origin, 0)
    for item in joined if isinstance(joined, list) else ():
        if isinstance(item, dict) and isinstance(item.get("id"), str):
            yield (item["id"], 0), (name, 0)


def followed(files: Mapping[str, Lines], kin: tuple[Kin, Kin] = (NO_KIN, NO_KIN)) -> dict[str, Followed]:
    """What is settled across these parts, in dataset order; parts that need nothing of it are left out.

    Args:
        kin: what sidecars say of splits and joins (`kin_in`), also those within one part.
    """
    base, ours, theirs = versions = _versions(files)
    result: dict[str, Followed] = {}
    taken: set[Key] = set()
    for group in split_entries.groups(base.records, ours.records, theirs.records, kin):
        parts = {side.parts[key] for side in versions for key in group if key in side.parts}
        recorded = any(group.keys() & own.keys() for own in kin)
        if (len(parts) > 1 or recorded) and not taken & group.keys():
            taken |= group.keys()
            for key, merged in group.items():
                _place(result, versions, key, merged)
    for key in base.records:
        if key not in taken and len({side.parts[key] for side in versions if key in side.parts}) > 1:
            alone = merge_keyed(*({key: s.records[key]} if key in s.records else {} for s in versions))
            _place(result, versions, key, alone.get(key))
    return result


def _place(
    result: dict[str, Followed], versions: tuple[_Version, ...], key: Key, merged: Merged | None
) -> None:
    """Put a settled record into the part a side moved it to, and take it out of all others."""
    base, *sides = (side.parts.get(key) for side in versions)
    there = sorted({part for part in sides if part is not None})
    home = next((part for part in there if part != base), there[0] if there else None)
    for part in there:
        result.setdefault(part, {})[key] = merged if part == home else None


def _versions(files: Mapping[str, Lines]) -> tuple[_Version, _Version, _Version]:
    made = _Version({}, {}), _Version({}, {}), _Version({}, {})
    twice: set[Key] = set()
    for part, sides in files.items():
        try:
            decoded = [*map(_records, sides)]
        except BadRecord:
            # It is not merged at all, and says so.
            continue
        for version, records in zip(made, decoded, strict=True):
            for record in records:
                name = record.get("id") if isinstance(record, dict) else None
                if isinstance(name, str):
                    key = (name, 0)
                    twice |= {key} if key in version.parts else set()
                    version.records[key], version.parts[key] = record, part
    for version in made:
        for key in twice & version.parts.keys():
            del version.records[key], version.parts[key]
    return made


def _records(lines: list[bytes]) -> list[Any]:
    return [codec.decode(line.rstrip(b"\r")) for line in lines]
