"""Sidecar lines follow their entries out of a conflict over whether an entry stays.

The side that removed an entry removed its sidecar line too, and nobody else touched that: the merge of the
sidecar is without it, though the entry may yet be kept.
"""

from collections.abc import Iterable
from collections.abc import Mapping

from talekeep.core import codec
from talekeep.core.entry import Entry
from talekeep.store import parts
from talekeep.store.dataset import Dataset
from talekeep.store.git import merge_state


def sidecars_after(
    dataset: Dataset, decided: Mapping[str, Iterable[str]], files: Mapping[str, bytes]
) -> dict[str, bytes]:
    """The sidecars to write beside parts whose entries were decided over: with the lines of those that
    stayed, without those of the others.

    Args:
        decided: part → ids that were kept or removed as a whole.
        files: the parts as they are written.
    """
    now, found = dataset.now(), {}
    for part, entries in decided.items():
        path = parts.sidecar_of(part)
        if path in now.files and any(line.reason is not None for line in now.lines(path)):
            # Markers stand in it: it has to be merged first, and loses nothing meanwhile.
            continue
        before, order = now.sidecars(part), _ids(files[part])
        after = {entry: line for entry, line in before.items() if entry in order or entry not in entries}
        after |= _back(dataset, part, [e for e in entries if e in order and e not in before])
        if after.keys() != before.keys():
            ordered = sorted(after, key=lambda entry: order.get(entry, len(order)))
            found[path] = b"".join(codec.encode(after[entry]) for entry in ordered)
    return found


def _ids(data: bytes) -> dict[str, int]:
    lines = (codec.decode(line) for line in data.split(b"\n") if line.strip())
    found = enumerate(line.get("id") for line in lines if isinstance(line, dict))
    return {entry: number for number, entry in found if isinstance(entry, str)}


def _back(dataset: Dataset, part: str, entries: list[str]) -> dict[str, Entry]:
    commits = merge_state.sides(dataset.repo) if entries else []
    sides = [dataset.at(commit).sidecars(part) for commit in commits]
    return {entry: side[entry] for side in sides for entry in entries if entry in side}
