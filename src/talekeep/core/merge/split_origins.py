"""Which entries a side split or joined: by messages that are as they were, then by what is recorded.

Messages that stayed the same tell what most splits and joins are. Where a side changed every one of them too,
a sidecar's record of the split or join names the entry to look at, and half of the messages have to be found
there. What is only alike is told apart: chats of one template are as alike as two versions of one chat.
"""

from collections import Counter
from collections import defaultdict
from collections.abc import Iterator
from collections.abc import Mapping
from heapq import nsmallest
from types import MappingProxyType
from typing import Any
from typing import TypeAlias

from talekeep.core.entry import messages_in
from talekeep.core.entry_edit.split_join import opening_of
from talekeep.core.merge.align import Key
from talekeep.core.merge.align import same
from talekeep.core.merge.align import spelled
from talekeep.core.merge.message_pairs import pairing

Records: TypeAlias = Mapping[Key, Any]
# As sidecars have it: for an entry that is new the one it was split from, for one that is gone the one it was
# joined to.
Kin: TypeAlias = Mapping[Key, Key]
NO_KIN: Kin = MappingProxyType({})

# A part has at least this share of its messages from the entry it was cut from.
_MOSTLY = 0.5
# How many entries are compared with one that may have been joined to any of them.
_MOST_TRIED = 50


def splits(base: Records, side: Records, other: Records, kin: Kin = NO_KIN) -> dict[Key, list[Key]]:
    """Entries that a side split: key → keys of the new entries that hold the rest of its messages."""
    new = [key for key in side if key not in base and key not in other and messages_in(side[key])]
    shrunk = {key: _less(base[key], side[key]) for key in (_changed(base, side) if new else ())}
    home = _homes(shrunk)
    result: dict[Key, list[Key]] = {}
    keys = [*side]
    places = {key: place for place, key in enumerate(keys)}
    for key in new:
        before = keys[places[key] - 1] if places[key] else None
        neighbor = next((origin for origin, parts in result.items() if before in parts), before)
        for origin in _candidates(messages_in(side[key]), home, kin.get(key), neighbor):
            if shrunk.get(origin) and _comes_from(side[key], _without(base[origin], side[origin])):
                result.setdefault(origin, []).append(key)
                break
    return result


def joins(base: Records, side: Records, kin: Kin = NO_KIN) -> dict[Key, list[Key]]:
    """Entries that a side joined others to: key → keys of those, which are gone, in order."""
    gone = [key for key in base if key not in side and messages_in(base[key])]
    grown = {key: _less(side[key], base[key]) for key in (_changed(base, side) if gone else ())}
    home = _homes(grown)
    result: dict[Key, list[Key]] = {}
    for key in gone:
        for target in _candidates(messages_in(base[key]), home, kin.get(key)):
            if target in grown and _comes_from(base[key], _without(side[target], base[target])):
                result.setdefault(target, []).append(key)
                break
    return {target: _in_order(keys, base, side[target]) for target, keys in result.items()}


def add_likely_joins(
    grown: tuple[dict[Key, list[Key]], dict[Key, list[Key]]],
    base: Records,
    sides: tuple[Records, Records],
    kin: tuple[Kin, Kin],
) -> None:
    """Add to the joins of each side what it may have joined and changed throughout, of entries that neither
    side has any more. Taken for a removal, what the other side made of such an entry would be lost without a
    word; taken for a join though it was none, it is at most a conflict, as the two sides then differ.
    """
    gone = [key for key in base if messages_in(base[key]) and not any(key in side for side in sides)]
    if not gone:
        return
    known = [{one: target for target, keys in own.items() for one in keys} for own in grown]
    likely = [
        _likely(gone, own, base, side, kin[n]) for n, (own, side) in enumerate(zip(known, sides, strict=True))
    ]
    for number, own in enumerate(likely):
        elsewhere = likely[1 - number] | known[1 - number]
        for key, target in own.items():
            if elsewhere.get(key) != target:
                grown[number].setdefault(target, []).append(key)


def _likely(
    gone: list[Key], known: Mapping[Key, Key], base: Records, side: Records, kin: Kin
) -> dict[Key, Key]:
    """For each of these entries that is not known to be joined to another: the one it may be joined to."""
    lost = {key: len(behind_opening(base[key])) for key in gone if key not in known}
    least = max(1, min(lost.values(), default=0) * _MOSTLY)
    grown = [
        key for key in (_changed(base, side) if lost else ()) if len(_less(side[key], base[key])) >= least
    ]
    new = {key: _without(side[key], base[key]) for key in grown}
    result: dict[Key, Key] = {}
    for key, count in lost.items():
        sizes = ((abs(len(new[one]) - count), one) for one in new if len(new[one]) >= max(1, count * _MOSTLY))
        tried = [one for _, one in nsmallest(_MOST_TRIED, sizes)]
        recorded = kin.get(key)
        target = (
            recorded if recorded in new else next((t for t in tried if _comes_from(base[key], new[t])), None)
        )
        if target is not None:
            result[key] = target
    return result


def _changed(base: Records, side: Records) -> Iterator[Key]:
    """Entries with messages that a side has too, and not the same."""
    for key, record in base.items():
        # Nearly every record is one value in all versions, and need not be compared.
        other = side.get(key)
        if (
            other is not record
            and messages_in(other) != [] != messages_in(record)
            and not same(record, other)
        ):
            yield key


def _less(whole: Any, rest: Any) -> set[bytes]:
    """Messages that one version has and the other has not."""
    return {*map(spelled, messages_in(whole))} - {*map(spelled, messages_in(rest))}


def _homes(moved: Mapping[Key, set[bytes]]) -> dict[bytes, list[Key]]:
    """For each message the entries that it may have gone to or come from: conversations share messages."""
    homes: dict[bytes, list[Key]] = defaultdict(list)
    for key, messages in moved.items():
        for message in messages:
            homes[message].append(key)
    return homes


def _candidates(messages: list[Any], home: Mapping[bytes, list[Key]], *others: Key | None) -> dict[Key, None]:
    """The entries these messages may belong to: those that have most of them, then these others."""
    votes = Counter(key for text in map(spelled, messages) for key in home.get(text, ()))
    first = [key for key, _ in sorted(votes.items(), key=lambda vote: (-vote[1], vote[0]))]
    return dict.fromkeys([*first, *(key for key in others if key is not None)])


def _without(whole: Any, rest: Any) -> list[Any]:
    """The messages of one version that have no partner in the other."""
    kept = pairing(messages_in(rest), messages_in(whole)).trusted()
    return [message for number, message in enumerate(messages_in(whole)) if number not in kept]


def _comes_from(part: Any, messages: list[Any]) -> bool:
    tail = behind_opening(part)
    pairs = pairing(messages, tail)
    alike = pairs.trusted().values() - pairs.doubts.keys()
    return len(alike) >= max(1, len(tail) * _MOSTLY)


def behind_opening(record: Any) -> list[Any]:
    messages = messages_in(record)
    return messages[opening_of(messages) :]


def _in_order(keys: list[Key], base: Records, whole: Any) -> list[Key]:
    """Joined entries in the order in which their messages stand."""

    def place(key: Key) -> int:
        return min(pairing(behind_opening(base[key]), messages_in(whole)).trusted(), default=0)

    return sorted(keys, key=place)
