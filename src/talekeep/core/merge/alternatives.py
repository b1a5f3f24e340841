"""Alternatives in a merge: each goes to the entry that has its message now, and names it as it is now.

    base     A: m1 m2        alternative "Late." of m2
    ours     A: m1  B: m2    the same, in the sidecar of the new entry B
    theirs   A: m1 m2'       the same, of the edited m2'
    merged   A: m1  B: m2'   in the sidecar of B, of m2'

A sidecar names a message by the digest of its text, so a merge of sidecars alone cannot tell this: it needs
the entries beside them. An alternative of a message that is gone keeps the digest it has.
"""

from collections import Counter
from collections import defaultdict
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from typing import Any
from typing import TypeAlias

from talekeep.core.codec import digest
from talekeep.core.entry import Entry
from talekeep.core.entry import messages_in
from talekeep.core.merge.align import Key
from talekeep.core.merge.align import spelled
from talekeep.core.merge.align import weave
from talekeep.core.merge.message_pairs import pairing
from talekeep.core.merge.records import in_order

Alternative: TypeAlias = dict[str, Any]
# How many entries that share messages with one are looked at for those it no longer has.
_MOST_LIKELY = 5


@dataclass(frozen=True, slots=True)
class Version:
    """Of one side: the entries that are not the same on all sides, and the alternatives of those that have
    some, both by id."""

    entries: dict[str, Entry] = field(default_factory=dict)
    alternatives: dict[str, list[Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Placed:
    """An alternative, the entry it stands beside in the merged whole, and whether that has its message."""

    home: str
    item: Any
    is_sure: bool


def carried(
    base: Version, ours: Version, theirs: Version, merged: Mapping[str, Entry]
) -> dict[str, list[Any]]:
    """The alternatives beside entries, by id: for every entry that has some now or had them before.

    Beside one that is not among the merged ones are those whose message no merged entry has.

    Swapping the sides changes nothing.

    Args:
        merged: the merged entries that are not the same on all sides.
    """
    search = _Search(merged)
    old, mine, yours = (dict(search.placed(side)) for side in (base, ours, theirs))
    kept = [{k: v for k, v in a.items() if k in b or k not in old} for a, b in ((mine, yours), (yours, mine))]
    result: dict[str, list[Any]] = {name: [] for side in (base, ours, theirs) for name in side.alternatives}
    for key in in_order(weave([*old], [*kept[0]], [*kept[1]])):
        placed = _settled(old.get(key), kept[0].get(key), kept[1].get(key))
        result.setdefault(placed.home, []).append(placed.item)
    return result


def _settled(base: _Placed | None, ours: _Placed | None, theirs: _Placed | None) -> _Placed:
    """Where both sides have one: the place that is sure, or the one that is not as it was."""
    sides = [side for side in (ours, theirs) if side is not None]
    return min(sides, key=lambda side: (not side.is_sure, side == base, side.home, spelled(side.item)))


class _Search:
    """Looks for the messages of a version among merged entries."""

    def __init__(self, merged: Mapping[str, Entry]) -> None:
        self.merged = merged
        self._holders: dict[bytes, list[str]] | None = None

    def placed(self, version: Version) -> Iterator[tuple[Key, _Placed]]:
        """The alternatives of a version, each under what it says itself (and which of its like it is)."""
        counts: Counter[str] = Counter()
        for name, items in version.alternatives.items():
            entry = version.entries.get(name, {})
            places = self._places(name, entry) if any(isinstance(item, dict) for item in items) else {}
            for item in items:
                of = item.get("of") if isinstance(item, dict) else None
                spelling = spelled({k: v for k, v in item.items() if k != "of"} if of is not None else item)
                key = spelling.decode()
                home, now = places.get(of, (name, of)) if isinstance(of, str) else (name, of)
                placed = item if now == of else {**item, "of": now}
                yield (key, counts[key]), _Placed(home, placed, of in places)
                counts[key] += 1

    def _places(self, name: str, entry: Entry) -> dict[Any, tuple[str, str]]:
        """For the digest of each message: the merged entry that has it now, and its digest there."""
        messages = messages_in(entry)
        names = [digest(m) if isinstance(m, dict) else "" for m in messages]
        result: dict[Any, tuple[str, str]] = {}
        for home in self._likely(name, messages):
            now = messages_in(self.merged[home])
            for j, i in pairing(messages, now).trusted().items():
                if isinstance(now[j], dict):
                    result.setdefault(names[i], (home, digest(now[j])))
            if len(result) == len(set(names)):
                break
        return result

    def _likely(self, name: str, messages: list[Any]) -> Iterator[str]:
        if name in self.merged:
            yield name
        if self._holders is None:
            self._holders = defaultdict(list)
            for holder, entry in self.merged.items():
                for text in {*map(spelled, messages_in(entry))}:
                    self._holders[text].append(holder)
        votes = Counter(holder for text in map(spelled, messages) for holder in self._holders.get(text, ()))
        ranked = sorted(votes.items(), key=lambda vote: (-vote[1], vote[0]))
        yield from [holder for holder, _ in ranked if holder != name][:_MOST_LIKELY]
