"""Sidecar lines of entries that a merge leaves without one: what a side said of an entry the other took out.

    ours     removes A                    joins A to B             moves A to another part
    theirs   reviews A                    reviews A                reviews A
    merged   no A, and the answer tells   the review is B's now    the review is where A is

An entry that both sides changed is not among them: it is in question as a whole, and its sidecar with it.
"""

from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from typing import Any
from typing import TypeAlias

from talekeep.core import codec
from talekeep.core.entry import CONFLICT_KEY
from talekeep.core.entry_edit import sidecars
from talekeep.core.entry_edit.sidecars import JOINED
from talekeep.core.errors import BadRecord
from talekeep.core.merge.align import same
from talekeep.core.merge.parts import MergedFile
from talekeep.core.merge.records import conflicts_of
from talekeep.ops.merge.plan import Plan
from talekeep.store import parts

_Sidecars: TypeAlias = dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Left:
    """What one side wrote beside an entry that the other removed: it went with the entry. `commit` is the
    last one of the side that wrote it, and has both."""

    entry: str
    commit: str
    sidecar: dict[str, Any]


@dataclass(slots=True)
class _Whole:
    """Of parts that differ: the part of each merged entry, and the entry that each joined one is in now."""

    homes: dict[str, str] = field(default_factory=dict)
    joined: dict[str, str] = field(default_factory=dict)


def take_along(plan: Plan, ours: str, theirs: str) -> list[Left]:
    """Change the merged sidecars of a plan so that no line of a removed entry is left; what went with one.

    Args:
        ours, theirs: the commits that meet.
    """
    paths = {
        path if parts.is_sidecars(path) else parts.sidecar_of(path) for path in plan.files if _is_kind(path)
    }
    lines = {path: of_path for path in sorted(paths) if (of_path := _without_entry(plan, path))}
    whole = _whole(plan) if lines else _Whole()
    moved: _Sidecars = {}
    left: list[Left] = []
    for path, of_path in lines.items():
        _rewrite(plan, path, dict.fromkeys(of_path))
        known = plan.base.sidecars(_part_of(path))
        for name, sidecar in of_path.items():
            new = _news(sidecar, known.get(name, {}))
            if name in whole.homes:
                moved[name] = sidecar
            elif (target := whole.joined.get(name)) in whole.homes:
                moved[str(target)] = _joined(plan, whole, moved, str(target), name, new)
            elif new:
                is_ours = name in plan.ours.sidecars(_part_of(path))
                left.append(Left(name, ours if is_ours else theirs, new))
    for name, sidecar in moved.items():
        _rewrite(plan, parts.sidecar_of(whole.homes[name]), {name: sidecar})
    return left


def _without_entry(plan: Plan, path: str) -> _Sidecars:
    """The lines of a merged sidecar file whose entry the base has beside it, and the merged whole has not."""
    data, part = _merged(plan, path), _part_of(path)
    if not data or any(plan.files[one].refused for one in (path, part) if one in plan.files):
        return {}
    now = _merged(plan, part)
    # Ids come first in a line. Another form is only looked at more closely.
    if {*map(_start, data.split(b"\n"))} <= {*map(_start, now.split(b"\n"))}:
        return {}
    names = (_ids(data) - _ids(now)) & _ids(plan.base.optional(part) or b"")
    lines = {str(line.get("id")): line for line in _records(data)}
    return {
        name: line
        for name, line in lines.items()
        if name in names and not any(one["path"] for one in conflicts_of(line))
    }


def _start(line: bytes) -> bytes:
    return line.partition(b",")[0]


def _is_kind(path: str) -> bool:
    return parts.is_entries(path) or parts.is_sidecars(path)


def _merged(plan: Plan, path: str) -> bytes:
    return (plan.files[path].data if path in plan.files else plan.ours.optional(path)) or b""


def _whole(plan: Plan) -> _Whole:
    whole = _Whole()
    for path in {*plan.files, *plan.ours.differing(plan.base)}:
        data = _merged(plan, path)
        if parts.is_entries(path):
            whole.homes |= dict.fromkeys(_ids(data), path)
        elif parts.is_sidecars(path) and f'"{JOINED}"'.encode() in data:
            for sidecar in _records(data):
                items = sidecar.get(JOINED)
                for item in items if isinstance(items, list) else ():
                    if isinstance(item, dict) and isinstance(item.get("id"), str):
                        whole.joined[item["id"]] = str(sidecar.get("id"))
    return whole


def _news(sidecar: Mapping[str, Any], base: Mapping[str, Any]) -> dict[str, Any]:
    """What a line says that the base does not; of a table, as of reviews, the rows."""
    result: dict[str, Any] = {}
    for key, value in sidecar.items():
        old = base.get(key)
        if key in ("id", CONFLICT_KEY) or (key in base and same(value, old)):
            continue
        if isinstance(value, dict) and isinstance(old, dict):
            value = {name: row for name, row in value.items() if name not in old or not same(row, old[name])}
        result[key] = value
    return {key: value for key, value in result.items() if value != {}}


def _joined(
    plan: Plan, whole: _Whole, moved: _Sidecars, target: str, name: str, new: dict[str, Any]
) -> dict[str, Any]:
    """The sidecar of an entry with what is new beside one that was joined to it."""
    path = parts.sidecar_of(whole.homes[target])
    held = {str(line.get("id")): line for line in _records(_merged(plan, path))}
    before = moved.get(target, held.get(target, {"id": target}))
    return {"id": target, **sidecars.united([(target, before), (name, new)])}


def _rewrite(plan: Plan, path: str, lines: Mapping[str, dict[str, Any] | None]) -> None:
    """Put these lines into a merged sidecar file in place of those of their entries; None takes one out."""
    if not lines:
        return
    merged = plan.files.get(path, MergedFile(plan.ours.optional(path) or b""))
    wanted = dict(lines)
    data = b""
    for record in _records(merged.data or b""):
        name = str(record.get("id"))
        line = wanted.pop(name) if name in wanted else record
        data += b"" if line is None else codec.encode(line)
    data += b"".join(codec.encode(line) for line in wanted.values() if line is not None)
    open_conflicts = tuple(one for one in merged.conflicts if one[0] not in lines)
    plan.put(path, MergedFile(data, open_conflicts, merged.markers))


def _ids(data: bytes) -> set[str]:
    return {name for line in data.split(b"\n") if line and (name := parts.id_of(line)) is not None}


def _records(data: bytes) -> Iterator[dict[str, Any]]:
    for line in data.split(b"\n"):
        try:
            value = codec.decode(line) if line.strip() else None
        except BadRecord:
            continue
        if isinstance(value, dict):
            yield value


def _part_of(path: str) -> str:
    return parts.ENTRIES + path[len(parts.SIDECARS) :]
