"""The three-way merge: two values that grew from one base, and what cannot be settled without a person.

A conflict is data inside the entry: under `CONFLICT_KEY` a list of `{"path", "base", "ours", "theirs"}`,
a side left out where the value is absent there. The place itself holds ours. Three shapes of path:

    ["note"], ["messages", 3, "content"]    the value there
    ["messages", 3]                         a run: each side is a list of messages, ours stands at 3
    []                                      the whole entry, which one side removed and the other edited
                                            (the edited one stays in place until that is resolved)

Swapping the sides swaps `ours` and `theirs` in the conflicts and changes nothing else: ties of order
go by id or spelling, never by side. (Indexes point into the value at hand, so they follow the lengths of
the runs that ours holds.) `core.resolve` is the way out of a conflict.
"""

from bisect import bisect_left
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Any
from typing import Final
from typing import TypeAlias

from talekeep.core import reviews
from talekeep.core.entry import CONFLICT_KEY
from talekeep.core.entry import Entry
from talekeep.core.finding import Path
from talekeep.core.merge.align import K
from talekeep.core.merge.align import Key
from talekeep.core.merge.align import Weave
from talekeep.core.merge.align import keyed
from talekeep.core.merge.align import same
from talekeep.core.merge.align import spelled
from talekeep.core.merge.align import weave
from talekeep.core.merge.message_pairs import Pairing
from talekeep.core.merge.message_pairs import Trust
from talekeep.core.merge.message_pairs import pairing
from talekeep.core.text import word_diff

Conflict: TypeAlias = dict[str, Any]


class Absent(Enum):
    """The value of a key that is not there, which JSON's null cannot say."""

    ABSENT = 0


ABSENT: Final = Absent.ABSENT


@dataclass(frozen=True, slots=True)
class Merged:
    """A merged value; `conflicts` are those it carries under `CONFLICT_KEY`, () where all is settled."""

    value: Any
    conflicts: tuple[Conflict, ...] = ()


@dataclass(frozen=True, slots=True)
class MergedRecords:
    """Merged records in order, and (id, conflict) for every conflict inside one of them."""

    records: list[Any]
    conflicts: tuple[tuple[str, Conflict], ...] = ()


def merge_records(base: Iterable[Any], ours: Iterable[Any], theirs: Iterable[Any]) -> MergedRecords:
    """Merge sequences of entries or sidecar lines by id, order and insertions of both sides kept."""
    merged = merge_keyed(keyed(base), keyed(ours), keyed(theirs))
    conflicts = tuple((key[0], conflict) for key, one in merged.items() for conflict in one.conflicts)
    return MergedRecords([one.value for one in merged.values()], conflicts)


def merge_keyed(
    base: Mapping[K, Any],
    ours: Mapping[K, Any],
    theirs: Mapping[K, Any],
    settled: Mapping[K, Merged | None] = MappingProxyType({}),
) -> dict[K, Merged]:
    """Merge records under keys (ids, or the slugs of a library table), in the merged order.

    Args:
        settled: records that are not merged by their key alone (see `split_entries`); None takes one out.
    """
    merged = {
        key: settled[key] if key in settled else _merge_one(key, base, ours, theirs)
        for key in {**ours, **theirs}
    }
    kept = {key: one for key, one in merged.items() if one is not None}
    order = weave([*base], [key for key in ours if key in kept], [key for key in theirs if key in kept])
    return {key: kept[key] for key in in_order(order)}


def in_order(order: Weave[K]) -> list[K]:
    """All keys of both sides; of two runs in one place the one that starts with the lower key first."""
    keys: list[K] = []
    for anchor in (None, *order.order):
        keys += [] if anchor is None else [anchor]
        for run in sorted((order.ours.get(anchor, []), order.theirs.get(anchor, []))):
            keys += run
    return keys


def _merge_one(
    key: K, base: Mapping[K, Any], ours: Mapping[K, Any], theirs: Mapping[K, Any]
) -> Merged | None:
    if key in ours and key in theirs:
        if ours[key] is theirs[key]:
            return carrying(ours[key], [])
        return merge_entry(base.get(key), ours[key], theirs[key])
    side, value = ("ours", ours[key]) if key in ours else ("theirs", theirs[key])
    if key not in base:
        return Merged(value)
    if same(base[key], value):
        return None
    return carrying(value, [{"path": [], "base": base[key], side: value}])


def lost(base: Iterable[Any], ours: Iterable[Any], theirs: Iterable[Any], merged: Iterable[Any]) -> list[str]:
    """Ids of records that a merge dropped though no side removed them: [] for every sound merge."""
    return lost_keys(keyed(base), keyed(ours), keyed(theirs), keyed(merged))


def lost_keys(
    base: Mapping[Key, Any], ours: Mapping[Key, Any], theirs: Mapping[Key, Any], merged: Mapping[Key, Any]
) -> list[str]:
    """The same of records under their keys."""

    def removed(key: Key) -> bool:
        return key in base and (
            (key not in ours and same(base[key], theirs.get(key)))
            or (key not in theirs and same(base[key], ours.get(key)))
        )

    return [key[0] for key in {**ours, **theirs} if key not in merged and not removed(key)]


def merge_entry(base: Entry | None, ours: Entry, theirs: Entry) -> Merged:
    """Merge two versions of one record; `base` is None where both sides added it."""
    value, conflicts = _three_way((), {} if base is None else base, ours, theirs)
    return carrying(value, conflicts)


def conflicts_of(record: Any) -> list[Conflict]:
    """The open conflicts a record carries; [] where there are none or the key holds something else."""
    open_conflicts = record.get(CONFLICT_KEY) if isinstance(record, dict) else None
    return (
        [one for one in open_conflicts if isinstance(one, dict) and "path" in one]
        if isinstance(open_conflicts, list)
        else []
    )


def carrying(value: Any, conflicts: list[Conflict]) -> Merged:
    """The value with its open conflicts: those it had already, then the new ones."""
    every = [*conflicts_of(value), *conflicts]
    if isinstance(value, dict) and conflicts:
        value = {**value, CONFLICT_KEY: every}
    return Merged(value, tuple(every))


Outcome: TypeAlias = tuple[Any, list[Conflict]]


def _three_way(path: Path, base: Any, ours: Any, theirs: Any) -> Outcome:
    if same(ours, theirs) or same(base, theirs):
        return ours, []
    if same(base, ours):
        return theirs, []
    sides = (base, ours, theirs)
    strategy = _STRATEGIES.get(path)
    if strategy is not None and all(isinstance(side, list) or side is ABSENT for side in sides):
        return strategy(path, *([] if side is ABSENT else side for side in sides))
    if len(path) == 2 and path[0] == reviews.KEY and any(map(reviews.is_review, sides)):
        return ours, [_conflict(path, base, ours, theirs)]
    if path == (reviews.KEY,) and all(side is ABSENT or isinstance(side, dict) for side in sides):
        return _reviews(path, *({} if side is ABSENT else side for side in sides))
    if isinstance(ours, dict) and isinstance(theirs, dict) and (base is ABSENT or isinstance(base, dict)):
        return _objects(path, {} if base is ABSENT else base, ours, theirs)
    if path and path[-1] in _PROSE and all(isinstance(side, str) for side in sides):
        text = word_diff.merge(base, ours, theirs)
        if text is not None:
            return text, []
    return ours, [_conflict(path, base, ours, theirs)]


def _conflict(path: Path, base: Any, ours: Any, theirs: Any) -> Conflict:
    sides = {"base": base, "ours": ours, "theirs": theirs}
    return {"path": [*path]} | {name: value for name, value in sides.items() if value is not ABSENT}


def _objects(path: Path, base: Entry, ours: Entry, theirs: Entry) -> Outcome:
    merged: Entry = {}
    conflicts: list[Conflict] = []
    for key in [*ours, *(key for key in theirs if key not in ours)]:
        sides = (side.get(key, ABSENT) for side in (base, ours, theirs))
        value, result = _three_way((*path, key), *sides)
        if value is not ABSENT:
            merged[key] = value
        conflicts += result
    return merged, conflicts


def _reviews(path: Path, base: Entry, ours: Entry, theirs: Entry) -> Outcome:
    """Reviews by person: nobody's is mixed with another, and one that a side changed is not taken back."""
    merged: Entry = {}
    conflicts: list[Conflict] = []
    for name in [*ours, *(name for name in theirs if name not in ours)]:
        old, mine, yours = sides = [side.get(name, ABSENT) for side in (base, ours, theirs)]
        value, result = _three_way((*path, name), *sides)
        if result and all(side is ABSENT or reviews.is_review(side) for side in sides):
            both = [side for side in (mine, yours) if side is not ABSENT]
            value, result = reviews.together(both, () if old is ABSENT else [old]), []
        if value is not ABSENT:
            merged[name] = value
        conflicts += result
    return merged or ABSENT, conflicts


def _set(path: Path, base: list[Any], ours: list[Any], theirs: list[Any]) -> Outcome:
    """Union minus removals, the order of the side that changed it."""
    old, mine, yours = ({spelled(item).decode(): item for item in side} for side in (base, ours, theirs))
    kept = [{k: v for k, v in a.items() if k in b or k not in old} for a, b in ((mine, yours), (yours, mine))]
    every = {**kept[1], **kept[0]}
    return [every[key] for key in in_order(weave([*old], [*kept[0]], [*kept[1]]))], []


def _alternatives(path: Path, base: list[Any], ours: list[Any], theirs: list[Any]) -> Outcome:
    """Other replies, each by what it says: taken out and added one by one. The message that one is of may be
    named anew by one side; by both, and differently, only who has the entries can tell (`alternatives`)."""
    old, mine, yours = ({_without_of(item).decode(): item for item in side} for side in (base, ours, theirs))
    renamed = (
        same(mine[k], yours[k]) or k not in old or same(old[k], mine[k]) or same(old[k], yours[k])
        for k in mine.keys() & yours.keys()
    )
    if not all(renamed) or any(len(a) < len(b) for a, b in ((old, base), (mine, ours), (yours, theirs))):
        return ours, [_conflict(path, base, ours, theirs)]
    kept = [{k: v for k, v in a.items() if k in b or k not in old} for a, b in ((mine, yours), (yours, mine))]
    order = in_order(weave([*old], [*kept[0]], [*kept[1]]))
    return [_renamed(old.get(k), kept[0].get(k), kept[1].get(k)) for k in order], []


def _without_of(item: Any) -> bytes:
    return spelled({k: v for k, v in item.items() if k != "of"} if isinstance(item, dict) else item)


def _renamed(base: Any, ours: Any, theirs: Any) -> Any:
    """Of an alternative the version that names its message anew."""
    sides = sorted((side for side in (ours, theirs) if side is not None), key=spelled)
    return next((side for side in sides if base is None or not same(side, base)), sides[0])


def _messages(path: Path, base: list[Any], ours: list[Any], theirs: list[Any]) -> Outcome:
    """Messages as a sequence, as in diff3: what both sides kept holds still, between that are runs.

        base     A  B  C
        ours     A  X  B  C'         X inserted, C edited
        theirs   A  B' C             B edited
        merged   A  X  B' C'

    Where both sides put different messages in one place, or one edits what the other deletes or replaces,
    the two runs are a conflict; two different orders are one as a whole.
    """
    pairs = pairing(base, ours), pairing(base, theirs)
    mine, yours = _numbered(pairs[0], ours, -1), _numbered(pairs[1], theirs, -1 - len(ours))
    order = weave(range(len(base)), [*mine], [*yours])
    if order.clash:
        return ours, [_conflict(path, base, ours, theirs)]
    guessed, placed = (
        pairs[0].doubted(trust) | pairs[1].doubted(trust) for trust in (Trust.GUESS, Trust.PLACE)
    )
    contested = _after_anchors(sorted(guessed - mine.keys() - yours.keys()), order.order)
    merged: list[Any] = []
    conflicts: list[Conflict] = []
    for anchor in (None, *order.order):
        if anchor is not None:
            sides = base[anchor], mine[anchor], yours[anchor]
            value, result = _message((*path, len(merged)), *sides, certain=anchor not in placed)
            merged.append(value)
            conflicts += result
        if not (anchor in order.ours or anchor in order.theirs or anchor in contested):
            continue
        runs = [
            {key: side[key] for key in run.get(anchor, [])}
            for side, run in ((mine, order.ours), (yours, order.theirs))
        ]
        value, result = _run((*path, len(merged)), base, runs[0], runs[1], contested.get(anchor, []))
        merged += value
        conflicts += result
    return merged, conflicts


def _numbered(pairs: Pairing, side: list[Any], first: int) -> dict[int, Any]:
    """The messages of a side under their index in the base, new ones under `first`, `first` - 1, …

    A guess is no pair: a message that may be another counts as deleted and inserted.
    """
    origins = pairs.trusted()
    return {origins.get(j, first - j): message for j, message in enumerate(side)}


def _after_anchors(indexes: list[int], anchors: Iterable[int]) -> dict[int | None, list[int]]:
    """Each base index under the last anchor before it."""
    places = sorted(anchors)
    result: dict[int | None, list[int]] = {}
    for index in indexes:
        at = bisect_left(places, index)
        result.setdefault(places[at - 1] if at else None, []).append(index)
    return result


def _message(path: Path, base: Any, ours: Any, theirs: Any, *, certain: bool) -> Outcome:
    """One message; where it is not `certain` that the sides have the same one, both changes together are
    left to a person."""
    value, conflicts = _three_way(path, base, ours, theirs)
    mixed = not (conflicts or certain or any(same(value, side) for side in (ours, theirs)))
    if mixed or (conflicts and conflicts[0]["path"] == [*path]):
        # As a run of one, like one that is no object: a path to a message always means a run.
        return (ours if mixed else value), [_conflict(path, [base], [ours], [theirs])]
    return value, conflicts


def _run(
    path: Path, base: list[Any], ours: dict[int, Any], theirs: dict[int, Any], contested: list[int]
) -> Outcome:
    """Two runs of messages in one place, each there on its own side only.

    Args:
        contested: messages of the base that neither side has any more, and one at least may have rewritten.
    """
    mine, yours = (
        {k: message for k, message in side.items() if k < 0 or not same(message, base[k])}
        for side in (ours, theirs)
    )
    edited = [k for k in (*mine, *yours) if k >= 0]
    a, b = [*mine.values()], [*yours.values()]
    if not edited and (same(a, b) or not (contested or (a and b))):
        return a or b, []
    start, end = (0, 0) if edited else _common_ends(a, b)
    at = (*path[:-1], int(path[-1]) + start)
    before = [base[k] for k in sorted([*edited, *contested])]
    return a, [_conflict(at, before, a[start : len(a) - end], b[start : len(b) - end])]


def _common_ends(a: list[Any], b: list[Any]) -> tuple[int, int]:
    start = end = 0
    while start < min(len(a), len(b)) and same(a[start], b[start]):
        start += 1
    while end < min(len(a), len(b)) - start and same(a[-1 - end], b[-1 - end]):
        end += 1
    return start, end


_STRATEGIES: dict[Path, Callable[[Path, list[Any], list[Any], list[Any]], Outcome]] = {
    ("tags",): _set,
    ("suppress",): _set,
    ("joined",): _set,
    ("alternatives",): _alternatives,
    (CONFLICT_KEY,): _set,
    ("messages",): _messages,
}
# Texts people write, merged by words; any other string is one value.
_PROSE = frozenset({"content", "reasoning_content", "note", "description"})
