"""The sidecars of a merge, with the alternatives that follow their messages into the merged entries."""

from collections.abc import Iterable
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from typing import Any

from talekeep.core import codec
from talekeep.core.entry import CONFLICT_KEY
from talekeep.core.entry import Entry
from talekeep.core.errors import BadRecord
from talekeep.core.merge.across_parts import shared_by_all
from talekeep.core.merge.align import same
from talekeep.core.merge.alternatives import Version
from talekeep.core.merge.alternatives import carried
from talekeep.core.merge.parts import MergedFile
from talekeep.core.merge.records import conflicts_of
from talekeep.store import parts
from talekeep.store.view import View

_KEY = "alternatives"
_MARK = b'"alternatives"'


@dataclass(slots=True)
class _Merge:
    """What is read of a merge: the three versions, the merged entries with their parts."""

    versions: tuple[Version, Version, Version] = field(
        default_factory=lambda: (Version(), Version(), Version())
    )
    merged: dict[str, Entry] = field(default_factory=dict)
    parts: dict[str, str] = field(default_factory=dict)


def with_alternatives(
    sides: tuple[View, View, View], files: Mapping[str, MergedFile]
) -> dict[str, MergedFile]:
    """The sidecar files to write instead of those that a merge by id alone would write; {} for none.

    Args:
        sides: base, ours and theirs. files: what was merged so far, by path.
    """
    base, ours, _ = sides
    touched = {part for part in map(_part_of, files) if part is not None}
    sidecars = {part: _sidecars_of(part, sides) for part in touched}
    if not any(_MARK in data for versions in sidecars.values() for data in versions):
        return {}
    # What our side alone split or joined may hold messages of the parts that both changed.
    for part in {*map(_part_of, ours.differing(base))} - sidecars.keys():
        sidecars |= {} if part is None else {part: _sidecars_of(part, sides)}
    merge = _Merge()
    for part in parts.in_order(sidecars):
        _read(merge, part, sides, files, sidecars[part])
    return _written(merge, carried(*merge.versions, merge.merged), ours, files)


def _sidecars_of(part: str, sides: Iterable[View]) -> list[bytes]:
    """The sidecar file of a part in each version, equal ones read once."""
    path = parts.sidecar_of(part)
    read: dict[str | None, bytes] = {None: b""}
    names = [(side, side.files.get(path)) for side in sides]
    for side, name in names:
        if name not in read:
            read[name] = side.read(path)
    return [read[name] for _, name in names]


def _part_of(path: str) -> str | None:
    if parts.is_entries(path):
        return path
    return parts.ENTRIES + path[len(parts.SIDECARS) :] if parts.is_sidecars(path) else None


def _read(
    merge: _Merge,
    part: str,
    sides: tuple[View, View, View],
    files: Mapping[str, MergedFile],
    sidecars: Iterable[bytes],
) -> None:
    versions = [side.optional(part) or b"" for side in sides]
    merged = (files[part].data or b"") if part in files else versions[1]
    shared = shared_by_all(versions)
    for version, data in zip(merge.versions, versions, strict=True):
        version.entries.update(_by_id(line for line in data.split(b"\n") if line not in shared))
    entries = _by_id(line for line in merged.split(b"\n") if line not in shared)
    merge.merged |= entries
    merge.parts |= dict.fromkeys(entries, part)
    for version, data in zip(merge.versions, sidecars, strict=True):
        lines = _by_id(line for line in data.split(b"\n") if _MARK in line)
        version.alternatives.update(
            (name, value[_KEY])
            for name, value in lines.items()
            if name in version.entries and isinstance(value.get(_KEY), list)
        )


def _by_id(lines: Iterable[bytes]) -> dict[str, dict[str, Any]]:
    """The records of lines by id; what cannot be read is validation's business."""
    result: dict[str, dict[str, Any]] = {}
    for line in lines:
        try:
            value = codec.decode(line) if line.strip() else None
        except BadRecord:
            continue
        if isinstance(value, dict) and isinstance(value.get("id"), str):
            result[value["id"]] = value
    return result


def _written(
    merge: _Merge, alternatives: Mapping[str, list[Any]], ours: View, files: Mapping[str, MergedFile]
) -> dict[str, MergedFile]:
    result: dict[str, MergedFile] = {}
    wanted: dict[str, dict[str, list[Any]]] = {}
    gone = {name for name, items in alternatives.items() if name not in merge.parts and not items}
    for path, file in files.items():
        if parts.is_sidecars(path):
            left: dict[str, list[Any]] = {
                name: [] for name, one in file.conflicts if name in gone and _is_about_nothing_else(one)
            }
            wanted |= {str(_part_of(path)): left} if left else {}
    for name, items in alternatives.items():
        if name in merge.parts:
            wanted.setdefault(merge.parts[name], {})[name] = items
    for part, of_part in wanted.items():
        path = parts.sidecar_of(part)
        merged = files[path] if path in files else MergedFile(ours.optional(path))
        if merged.refused is None:
            data = _with(merged.data or b"", of_part, [*merge.merged])
            open_conflicts = tuple(one for one in merged.conflicts if not _is_settled(*one, of_part))
            if data != (merged.data or b"") or open_conflicts != merged.conflicts:
                result[path] = MergedFile(data, open_conflicts, merged.markers)
    return result


def _is_settled(name: str, conflict: Mapping[str, Any], alternatives: Mapping[str, list[Any]]) -> bool:
    return name in alternatives and (conflict["path"][:1] == [_KEY] or _is_about_nothing_else(conflict))


def _is_about_nothing_else(conflict: Mapping[str, Any]) -> bool:
    """Whether a side took a sidecar out in which the other side changed alternatives and nothing else."""
    versions = [conflict[side] for side in ("ours", "theirs") if side in conflict]
    if conflict["path"] or "base" not in conflict or len(versions) > 1:
        return False
    first, second = ({k: v for k, v in one.items() if k != _KEY} for one in (conflict["base"], *versions))
    return same(first, second)


def _with(data: bytes, alternatives: Mapping[str, list[Any]], order: list[str]) -> bytes:
    """A sidecar file with these alternatives of entries and no others of theirs, new lines at its end."""
    left, lines = dict(alternatives), []
    for line in data.split(b"\n")[:-1]:
        name = parts.id_of(line)
        if name not in left:
            lines.append(line + b"\n")
        else:
            sidecar = codec.decode(line)
            # Its entry is gone, and what it held is beside others.
            is_gone = any(map(_is_about_nothing_else, conflicts_of(sidecar)))
            items = left.pop(name)
            lines += [] if is_gone else _line(sidecar, items)
    for name in order:
        if name in left:
            lines += _line({"id": name}, left[name])
    return b"".join(lines)


def _line(sidecar: dict[str, Any], alternatives: list[Any]) -> list[bytes]:
    kept = {key: value for key, value in sidecar.items() if key != _KEY}
    others = [one for one in kept.pop(CONFLICT_KEY, ()) if one["path"][:1] != [_KEY]]
    kept |= {_KEY: alternatives} if alternatives else {}
    kept |= {CONFLICT_KEY: others} if others else {}
    return [codec.encode(kept)] if len(kept) > 1 else []
