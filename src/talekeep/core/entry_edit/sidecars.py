"""What is known beside an entry, when the entry changes, is split or joined: none of it is dropped.

Alternatives name the message they replace by its digest (`codec.digest`): an item of the list by one of its
values, an item of an object by its key.
"""

from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any
from typing import TypeAlias

from talekeep.core import reviews
from talekeep.core.codec import digest
from talekeep.core.entry import Entry
from talekeep.core.entry_edit.split_join import union
from talekeep.core.merge.align import same
from talekeep.core.merge.message_pairs import pairing

Sidecar: TypeAlias = dict[str, Any]
_ALTERNATIVES = "alternatives"
# The id of the entry that a part was split from.
SPLIT_FROM = "split_from"
# The entries that were joined to this one, each with what had no room beside what was known here.
JOINED = "joined"


def following(sidecar: Sidecar, before: Entry, after: Entry) -> Sidecar:
    """The sidecar of an edited entry: alternatives follow the messages they replace."""
    if _ALTERNATIVES not in sidecar:
        return sidecar
    old, new = _list(before), _list(after)
    renamed = {
        digest(old[i]): digest(new[j])
        for j, i in pairing(old, new).trusted().items()
        if isinstance(old[i], dict) and isinstance(new[j], dict)
    }
    return {**sidecar, _ALTERNATIVES: _renamed(sidecar[_ALTERNATIVES], renamed)}


def _list(entry: Entry) -> list[Any]:
    messages = entry.get("messages")
    return messages if isinstance(messages, list) else []


def _renamed(alternatives: Any, names: Mapping[str, str]) -> Any:
    if isinstance(alternatives, dict):
        return _merged([{names.get(key, key): value} for key, value in alternatives.items()])
    if not isinstance(alternatives, list):
        return alternatives
    return [_item_renamed(item, names) for item in alternatives]


def _item_renamed(item: Any, names: Mapping[str, str]) -> Any:
    if not isinstance(item, dict):
        return item
    return {key: names.get(value, value) if isinstance(value, str) else value for key, value in item.items()}


def divided(sidecar: Sidecar, parts: Sequence[Entry]) -> list[Sidecar]:
    """The sidecar of each part of a split entry: everything for each, but each alternative where the
    message is that it replaces (the first part, if that message is gone). The later parts say what they were
    split from.
    """
    shared = {key: value for key, value in sidecar.items() if key not in ("id", _ALTERNATIVES)}
    names = [{digest(m) for m in _list(part) if isinstance(m, dict)} for part in parts]
    shares: list[list[Any]] = [[] for _ in parts]
    for piece in _pieces(sidecar.get(_ALTERNATIVES)):
        place = next((n for n, known in enumerate(names) if _names(piece) & known), 0)
        shares[place].append(piece)
    origin: list[Sidecar] = [{}, *({SPLIT_FROM: parts[0].get("id")} for _ in parts[1:])]
    own = [{_ALTERNATIVES: _merged(share)} if share else {} for share in shares]
    return [shared | first | second for first, second in zip(own, origin, strict=True)]


def _pieces(alternatives: Any) -> list[Any]:
    """Alternatives one by one, each in the shape of the whole."""
    if isinstance(alternatives, dict):
        return [{key: value} for key, value in alternatives.items()]
    if isinstance(alternatives, list):
        return [[item] for item in alternatives]
    return [] if alternatives is None else [alternatives]


def _names(piece: Any) -> set[str]:
    if isinstance(piece, dict):
        return set(piece)
    items = piece if isinstance(piece, list) else []
    values = [value for item in items if isinstance(item, dict) for value in item.values()]
    return {value for value in values if isinstance(value, str)}


def _merged(pieces: Sequence[Any]) -> Any:
    """Pieces of one shape as one; {} for none."""
    whole = pieces[0] if pieces else {}
    for piece in pieces[1:]:
        whole = [*whole, *piece] if isinstance(whole, list) else _together(_ALTERNATIVES, whole, piece)
    return whole


def joined(sidecars: Sequence[tuple[str, Sidecar]]) -> Sidecar:
    """The sidecar of a joined entry from (id, sidecar) of each in order: all of them united, and each of the
    others under `joined`, at least by its id; but for a part that goes back to what it was split from.
    """
    whole = united(sidecars)
    ids = {entry for entry, _ in sidecars}
    known = [item.get("id") for item in _items(whole.get(JOINED)) if isinstance(item, dict)]
    names = [entry for entry, one in sidecars[1:] if entry not in known and one.get(SPLIT_FROM) not in ids]
    return (
        {**whole, JOINED: [*_items(whole.get(JOINED)), *({"id": name} for name in names)]} if names else whole
    )


def united(sidecars: Sequence[tuple[str, Sidecar]]) -> Sidecar:
    """One sidecar from (id, sidecar) of several entries: notes one below the other, lists united. What has no
    room beside the first one's stands under `joined`, with the id it belonged to.
    """
    whole = {key: value for key, value in sidecars[0][1].items() if key != "id"}
    ids = [entry for entry, _ in sidecars]
    for entry, sidecar in sidecars[1:]:
        left = {}
        # A part that goes back to what it was split from is no part any more; of any other that stays known.
        if sidecar.get(SPLIT_FROM, entry) not in ids:
            left[SPLIT_FROM] = sidecar[SPLIT_FROM]
        for key, value in sidecar.items():
            if key in ("id", SPLIT_FROM) or same(whole.setdefault(key, value), value):
                continue
            both = _together(key, whole[key], value)
            if both is None:
                left[key] = value
            else:
                whole[key] = both
        if left:
            whole[JOINED] = [*_items(whole.get(JOINED)), {"id": entry, **left}]
    return whole


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _together(key: str, a: Any, b: Any) -> Any:
    """Both values in one, None where there is no way."""
    if key == "note" and isinstance(a, str) and isinstance(b, str):
        return f"{a}\n\n{b}"
    if key in ("suppress", _ALTERNATIVES, JOINED) and isinstance(a, list) and isinstance(b, list):
        return union(a, b)
    if key == reviews.KEY and isinstance(a, dict) and isinstance(b, dict):
        return reviews.united(a, b)
    if key == _ALTERNATIVES and isinstance(a, dict) and isinstance(b, dict):
        return {**a, **{k: union(_items(a.get(k)), _items(v)) if k in a else v for k, v in b.items()}}
    return None
