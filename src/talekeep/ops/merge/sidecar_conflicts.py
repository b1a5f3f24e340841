"""Sidecar lines follow their entries out of a conflict over whether an entry stays.

The side that removed an entry removed its sidecar line too, and nobody else touched that: the merge of the
sidecar is without it, though the entry may yet be kept.
"""

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping

from talekeep.core import codec
from talekeep.core.entry import Entry
from talekeep.store import parts
from talekeep.store.dataset import Dataset
from talekeep.store.overlay import overlay
from talekeep.store.view import View


def sidecars_after(
    dataset: Dataset, view: View, decided: Mapping[str, Iterable[str]], files: Mapping[str, bytes]
) -> dict[str, bytes]:
    """The sidecars to write beside parts whose entries were decided over: with the lines of those that
    stayed, without those of the others.

    Args:
        seen: the folder as it lies.
        decided: part → ids that were kept or removed as a whole.
        files: the parts as they are written, and sidecars that were settled along with them.
    """
    now, result = overlay(view, files), {}
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
            result[path] = b"".join(codec.encode(after[entry]) for entry in ordered)
    return result


def _ids(data: bytes) -> dict[str, int]:
    lines = (codec.decode(line) for line in data.split(b"\n") if line.strip())
    entry_id = enumerate(line.get("id") for line in lines if isinstance(line, dict))
    return {entry: number for number, entry in entry_id if isinstance(entry, str)}


def _back(dataset: Dataset, part: str, entries: list[str]) -> dict[str, Entry]:
    result: dict[str, Entry] = {}
    for view in _sides(dataset, part) if entries else ():
        lines = view.sidecars(part)
        result = {entry: lines[entry] for entry in entries if entry in lines} | result
    return result


def _sides(dataset: Dataset, part: str) -> Iterator[View]:
    """The versions that meet in a part, our own first."""
    yield from (dataset.at(commit) for commit in dataset.unfinished.sides())
    # Which stash is brought back only the index knows, by the part's blobs; staged parts have none.
    staging = dataset.staging
    meeting = set(staging.sides(part)) if part in staging.unmerged() else set()
    stashed = (dataset.at(commit) for commit in dataset.unfinished.stashes())
    yield from (view for view in stashed if view.files.get(part) in meeting)
