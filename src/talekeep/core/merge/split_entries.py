"""Entries that one side split or joined: what the other side did goes to where the messages are now.

    base     A: a0 a1 a2 a3
    ours     A: a0 a1         B: a2 a3            split, B is new
    theirs   A: a0 a1 a2' a3 a4                   a2 edited, a4 appended
    merged   A: a0 a1         B: a2' a3 a4

    base     A: a0 a1         B: b0 b1
    ours     A: a0 a1 b0 b1                       joined, B is gone
    theirs   A: a0 a1         B: b0' b1           b0 edited
    merged   A: a0 a1 b0' b1

For a split, the base and the other side are cut in the same places, and each part is merged with its like.
For a join, they are joined in the same way. `split_origins` tells which entries these are. What is only alike
to one that is gone never makes a merge follow a join: it makes a conflict of an entry that neither side has
any more.

What one side joined to an entry that the other split goes behind its last part. What is put in exactly where
the cut is, an entry that both sides split, and one that they joined to two others are conflicts. An undo is
such a merge too: that of a split looks like a join, and the other way round.
"""

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Set
from dataclasses import dataclass
from typing import Any
from typing import TypeAlias

from talekeep.core.entry import Entry
from talekeep.core.entry import messages_in
from talekeep.core.entry_edit.split_join import joined
from talekeep.core.entry_edit.split_join import opening_of
from talekeep.core.merge.align import Key
from talekeep.core.merge.align import same
from talekeep.core.merge.align import spelled
from talekeep.core.merge.message_pairs import TELLING_LENGTH
from talekeep.core.merge.message_pairs import pairing
from talekeep.core.merge.records import Merged
from talekeep.core.merge.records import carrying
from talekeep.core.merge.records import merge_entry
from talekeep.core.merge.split_origins import NO_KIN
from talekeep.core.merge.split_origins import Kin
from talekeep.core.merge.split_origins import Records
from talekeep.core.merge.split_origins import add_likely_joins
from talekeep.core.merge.split_origins import behind_opening
from talekeep.core.merge.split_origins import joins
from talekeep.core.merge.split_origins import splits

# What becomes of records that are not merged by their id alone; None: they go.
Settled: TypeAlias = dict[Key, Merged | None]


def settled(base: Records, ours: Records, theirs: Records) -> Settled:
    """The records that follow from a split or join on either side. Swapping the sides changes nothing but
    the sides of conflicts."""
    result: Settled = {}
    for group in groups(base, ours, theirs):
        result |= group
    return result


def groups(
    base: Records, ours: Records, theirs: Records, kin: tuple[Kin, Kin] = (NO_KIN, NO_KIN)
) -> list[Settled]:
    """The same, one by one: the records of each split or join, which no other one shares.

    Args:
        kin: what is recorded of our splits and joins, and of theirs.
    """
    result: list[Settled] = []
    if base.keys() == ours.keys() == theirs.keys():
        return result
    cuts = splits(base, ours, theirs, kin[0]), splits(base, theirs, ours, kin[1])
    grown = joins(base, ours, kin[0]), joins(base, theirs, kin[1])
    add_likely_joins(grown, base, (ours, theirs), kin)
    for key in cuts[0].keys() & cuts[1].keys():
        twice = _split_twice(cuts[0][key], ours, "ours") | _split_twice(cuts[1][key], theirs, "theirs")
        _add(result, twice)
    merges = _Merge(base, ours, theirs, swapped=False), _Merge(base, theirs, ours, swapped=True)
    for merge, own, others in zip(merges, grown, reversed(grown), strict=True):
        elsewhere = {one: target for target, keys in others.items() for one in keys}
        for key, keys in own.items():
            taken = {one for one in keys if elsewhere.get(one, key) != key}
            _add(result, merge.joined(key, keys, taken, cuts[1 - merge.swapped]))
    for merge, own, others in zip(merges, cuts, reversed(cuts), strict=True):
        for key in (key for key in own if key not in others):
            _add(result, merge.split(key, own[key]))
    followed = {key for group in result for key in group}
    for pair in _moved_elsewhere(base, ours, theirs, kin):
        # Where one of the two is followed, the other is the one in question.
        _add(result, {key: one for key, one in pair.items() if key not in followed})
    _ask_about_removed(result, base, ours, theirs)
    return result


def _ask_about_removed(result: list[Settled], base: Records, ours: Records, theirs: Records) -> None:
    """Put in question what came along with an entry that was followed, though a side had removed it.

    base A B C; ours A and B+C; theirs A+B, and no C. By itself the whole would be A+B+C.
    """
    gone = [key for key in base if key not in ours and key not in theirs]
    removed = {text for key in gone for text in map(spelled, messages_in(base[key])) if _is_telling(text)}
    for name, remover in (("theirs", theirs), ("ours", ours)) if removed else ():
        held = {text for one in remover.values() for text in map(spelled, messages_in(one))}
        for group in result:
            for key, one in group.items():
                if one is not None and not one.conflicts:
                    group[key] = _without_removed(one, removed - held, by_ours=name == "ours")


def _is_telling(text: bytes) -> bool:
    return len(text) >= TELLING_LENGTH


def _without_removed(merged: Merged, removed: set[bytes], *, by_ours: bool) -> Merged:
    """A merged entry with a conflict over these messages, if it has some."""
    messages = messages_in(merged.value)
    run = [message for message in messages if spelled(message) in removed]
    if not run:
        return merged
    at = messages.index(run[0])
    rest = [message for message in messages if spelled(message) not in removed]
    here, there = ([], run) if by_ours else (run, [])
    conflict = {"path": ["messages", at], "base": run, "ours": here, "theirs": there}
    return carrying({**merged.value, "messages": [*rest[:at], *here, *rest[at:]]}, [conflict])


def _moved_elsewhere(
    base: Records, ours: Records, theirs: Records, kin: tuple[Kin, Kin]
) -> Iterator[Settled]:
    """Entries that hold a message which each side took out of one entry and put into another, or which one
    side did while the other removed the entry it was in: whatever was done to it, the merged whole would have
    it twice, or have it back, and a person says where it belongs."""
    for side, other, known in ((ours, theirs, kin[0]), (theirs, ours, kin[1])):
        for key, origin in known.items():
            if (
                key in side
                and key not in base
                and origin in base
                and origin not in side
                and origin not in other
            ):
                yield {key: _in_question(key, base, ours, theirs)}
    touched = [_touched(base, side) for side in (ours, theirs)]
    (moved, taken), (moved_there, taken_there) = (
        _moved(base, side, keys) for side, keys in zip((ours, theirs), touched, strict=True)
    )
    # Most merges end here.
    if not (moved & taken_there or moved_there & taken):
        return
    differing = [*{**touched[0], **touched[1]}]
    places = [_places(side, differing) for side in (base, ours, theirs)]
    for message, home in places[0].items():
        mine, yours = (side.get(message, home) for side in places[1:])
        if home not in (mine, yours) and mine != yours:
            yield {key: _in_question(key, base, ours, theirs) for key in (mine, yours)}
        for key, (place, gone_there) in ((mine, (places[2], theirs)), (yours, (places[1], ours))):
            if key != home and message not in place and home not in gone_there:
                yield {key: _in_question(key, base, ours, theirs)}


def _moved(base: Records, side: Records, touched: Iterable[Key]) -> tuple[set[bytes], set[bytes]]:
    """The messages that a side took out of one of these entries and put into another, and all it took out."""
    taken, put = set[bytes](), set[bytes]()
    for key in touched:
        old, new = ({*map(spelled, messages_in(version.get(key)))} for version in (base, side))
        taken |= old - new
        put |= new - old
    return taken & put, taken


def _touched(base: Records, side: Records) -> dict[Key, None]:
    """The entries that a side changed, began or took out."""
    changed = (
        key
        for key, record in base.items()
        if record is not (other := side.get(key)) and not same(record, other)
    )
    return dict.fromkeys([*changed, *(key for key in side if key not in base)])


def _places(side: Records, keys: list[Key]) -> dict[bytes, Key]:
    """The entry of each message that is long enough to be known by its text and there once."""
    held: dict[bytes, list[Key]] = {}
    for key in keys:
        for text in map(spelled, messages_in(side.get(key))):
            if len(text) >= TELLING_LENGTH:
                held.setdefault(text, []).append(key)
    return {text: keys[0] for text, keys in held.items() if len(keys) == 1}


def _in_question(key: Key, base: Records, ours: Records, theirs: Records) -> Merged:
    sides = (("base", base), ("ours", ours), ("theirs", theirs))
    conflict = {"path": [], **{name: side[key] for name, side in sides if key in side}}
    return carrying(ours[key] if key in ours else theirs[key], [conflict])


def _add(result: list[Settled], more: Settled) -> None:
    """What was settled first stays: an entry that was split and joined at once is followed once."""
    if more and not any(group.keys() & more.keys() for group in result):
        result.append(more)


def _split_twice(parts: list[Key], side: Records, name: str) -> Settled:
    """Parts of an entry that the other side split as well: a person has to choose, part by part."""
    return {key: carrying(side[key], [{"path": [], name: side[key]}]) for key in parts}


@dataclass(frozen=True, slots=True)
class _Merge:
    """The side that split or joined, and the other one; `swapped`: the other one is ours."""

    base: Records
    side: Records
    other: Records
    swapped: bool

    def split(self, key: Key, parts: list[Key]) -> Settled:
        """The parts of an entry, each with what the other side did to its messages."""
        whole = [self.side[key], *(self.side[part] for part in parts)]
        base, other = self.base[key], self.other.get(key)
        if same(base, other):
            return {}
        pieces, _ = _divided(base, base, whole)
        if not isinstance(other, dict):
            # Removed there: each part is in question, not the first alone.
            return {
                part: self._removed(base, piece, part) for part, piece in zip(parts, pieces[1:], strict=True)
            }
        theirs, between = _divided(base, other, whole)
        return {
            part: self._merged(_with(base, old, entry), entry, _with(other, new, entry), extra)
            for part, old, entry, new, extra in zip(
                [key, *parts], pieces, whole, theirs, between, strict=True
            )
        }

    def _removed(self, base: Entry, piece: list[Any], part: Key) -> Merged:
        name = "theirs" if self.swapped else "ours"
        entry = self.side[part]
        return carrying(entry, [{"path": [], "base": _with(base, piece, entry), name: entry}])

    def _three_way(self, base: Entry, side: Entry, other: Entry) -> Merged:
        return merge_entry(base, other, side) if self.swapped else merge_entry(base, side, other)

    def _merged(self, base: Entry, side: Entry, other: Entry, between: list[Any]) -> Merged | None:
        """One part; `between` is what the other side put in where the cut behind it is."""
        merged = self._three_way(base, side, other)
        if between:
            merged = self._at_the_cut(merged, between)
        is_empty = not merged.conflicts and behind_opening(merged.value) == [] != behind_opening(side)
        return None if is_empty else merged

    def _at_the_cut(self, merged: Merged, between: list[Any]) -> Merged:
        messages = merged.value["messages"]
        ours, theirs = (between, []) if self.swapped else ([], between)
        conflict = {"path": ["messages", len(messages)], "base": [], "ours": ours, "theirs": theirs}
        return carrying({**merged.value, "messages": [*messages, *ours]}, [conflict])

    def joined(self, key: Key, others: list[Key], taken: Set[Key], cuts: Mapping[Key, list[Key]]) -> Settled:
        """The joined entry with what the other side did to those that it is made of.

        Args:
            taken: of `others`, those that the other side joined to another entry.
            cuts: what the other side split, as `splits` has it.
        """
        keys = [key, *(one for one in others if one not in taken)]
        if not taken and all(same(self.base[k], self.other.get(k)) for k in keys):
            return {}
        base = [self.base[k] for k in keys]
        other = [self.other[k] for k in keys if k in self.other]
        if key not in self.other or not all(map(messages_in, (*base, *other))):
            return {}
        side, runs = self._without_taken(self.side[key], taken)
        if len(other) == len(keys) and any(k in cuts for k in keys):
            pieces = [[k, *cuts.get(k, ())] for k in keys]
            result = self._joined_and_split(key, side, base, pieces)
        else:
            keep = self._keeps_prompts(key, base)
            held = [k for k in keys if k in self.other]
            changed = any(not same(_opening(self.base[k]), _opening(self.other[k])) for k in held[1:])
            old = _joined([self._without_repeated_opening(key, k, self.base) for k in keys], keep)
            new = _joined([self._without_repeated_opening(key, k, self.other) for k in held], keep or changed)
            result = {key: self._three_way(old, side, new)}
        for behind, run in runs:
            # In whichever part the message before them is now.
            held = [
                k for k, one in result.items() if one and any(same(m, behind) for m in messages_in(one.value))
            ]
            place = held[0] if held else key
            result[place] = self._only_here(result[place] or Merged(side), behind, run)
        return {**result, **dict.fromkeys(keys[1:])}

    def _without_repeated_opening(self, first: Key, key: Key, version: Records) -> Entry:
        """An entry as the join took it: without the opening of `first`, if the merge base has it twice.

        The merge base tells what repeats. So a new opening of the first entry does not make the old one of
        the second a message of its own: base A "S1 …", B "S1 …"; one side joins them, the other changes A to
        "S2 …"; the joined entry opens with "S2" and has no "S1". An opening that `version` changed is kept.
        """
        opening = _opening(self.base[first])
        count = len(opening)
        begins = (same(messages_in(one)[:count], opening) for one in (self.base[key], version[key]))
        entry: Entry = version[key]
        if key == first or not all(begins):
            return entry
        return {**entry, "messages": messages_in(entry)[count:]}

    def _keeps_prompts(self, key: Key, base: list[Entry]) -> bool:
        inside = {*map(spelled, behind_opening(self.side[key]))}
        return any(spelled(message) in inside for entry in base[1:] for message in _opening(entry))

    def _joined_and_split(self, key: Key, side: Entry, base: list[Entry], pieces: list[list[Key]]) -> Settled:
        """One side joined what the other split: the others are behind the last part of the one before."""
        keep = self._keeps_prompts(key, base)
        names = pieces[0]
        parts = [self.other[name] for name in names]
        for group in pieces[1:]:
            parts[-1] = _joined([parts[-1], self.other[group[0]]], keep)
            names = [*names, *group[1:]]
            parts += [self.other[name] for name in group[1:]]
        old = {key: _joined(base, keep)}
        split = dict(zip(names, parts, strict=True))
        merge = _Merge(old, split, {key: side}, swapped=not self.swapped)
        return merge.split(key, names[1:]) or {name: Merged(part) for name, part in split.items()}

    def _without_taken(self, entry: Entry, taken: Set[Key]) -> tuple[Entry, list[tuple[Any, list[Any]]]]:
        """An entry without those that the other side joined elsewhere, and each of these with the message
        it stands behind."""
        runs: list[tuple[Any, list[Any]]] = []
        for key in sorted(taken):
            messages = messages_in(entry)
            inside = pairing(behind_opening(self.base[key]), messages).trusted()
            if inside:
                at = messages[min(inside) - 1] if min(inside) else None
                runs.append((at, [message for n, message in enumerate(messages) if n in inside]))
                entry = {**entry, "messages": [m for n, m in enumerate(messages) if n not in inside]}
        return entry, runs

    def _only_here(self, merged: Merged, behind: Any, run: list[Any]) -> Merged:
        """Messages that both sides joined, each to another entry: a person says where they belong."""
        messages = messages_in(merged.value)
        at = next((n + 1 for n, message in enumerate(messages) if same(message, behind)), len(messages))
        ours, theirs = ([], run) if self.swapped else (run, [])
        conflict = {"path": ["messages", at], "base": [], "ours": ours, "theirs": theirs}
        return carrying({**merged.value, "messages": [*messages[:at], *ours, *messages[at:]]}, [conflict])


def _joined(entries: list[Entry], keep_prompts: bool) -> Entry:
    if len(entries) == 1:
        return entries[0]
    return joined(entries, keep_prompts=keep_prompts, take_first=True).entry


def _with(entry: Entry, piece: list[Any], part: Entry) -> Entry:
    """An entry as if it had been cut too: a piece of its messages, behind its opening if the part has one."""
    opening = _opening(entry) if _opening(part) else []
    return {**entry, "id": part.get("id"), "messages": [*opening, *piece]}


def _opening(entry: Entry) -> list[Any]:
    messages = messages_in(entry)
    return messages[: opening_of(messages)]


def _divided(base: Entry, version: Entry, parts: list[Entry]) -> tuple[list[list[Any]], list[list[Any]]]:
    """The messages of a version behind its opening, by the part that holds them now; and for each part what
    stands exactly between it and the next."""
    owners = _owners(base, parts)
    messages = messages_in(version)
    origins = pairing(messages_in(base), messages).trusted()
    known = [owners.get(origins.get(number, -1)) for number in range(len(messages))]
    pieces: list[list[Any]] = [[] for _ in parts]
    between: list[list[Any]] = [[] for _ in parts]
    start = opening_of(messages)
    for number in range(start, len(messages)):
        before = next((owner for owner in reversed(known[start : number + 1]) if owner is not None), None)
        after = next((owner for owner in known[number:] if owner is not None), None)
        owner = before if before is not None else after
        if before is not None and after is not None and before != after:
            between[before].append(messages[number])
        else:
            pieces[owner or 0].append(messages[number])
    return pieces, between


def _owners(base: Entry, parts: list[Entry]) -> dict[int, int]:
    """For each message of the base (by index) the number of the part that holds it; one that none holds is
    with the one before it."""
    whole = [(number, message) for number, part in enumerate(parts) for message in _from(number, part)]
    messages = messages_in(base)
    pairs = pairing(messages, [message for _, message in whole]).trusted()
    held = {i: whole[j][0] for j, i in pairs.items()}
    owners: dict[int, int] = {}
    last = 0
    for index in range(len(messages)):
        last = owners[index] = held.get(index, last)
    return owners


def _from(number: int, part: Entry) -> Iterator[Any]:
    """The messages of a part; those that open the first are copied into the others."""
    yield from messages_in(part) if number == 0 else behind_opening(part)
