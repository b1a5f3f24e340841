"""Three-way merge of a part's bytes: what git's driver and `talekeep merge` have in common."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from talekeep.core import codec
from talekeep.core.errors import BadRecord
from talekeep.core.merge import split_entries
from talekeep.core.merge.align import Key
from talekeep.core.merge.align import keyed
from talekeep.core.merge.records import Conflict
from talekeep.core.merge.records import Merged
from talekeep.core.merge.records import lost_keys
from talekeep.core.merge.records import merge_keyed


@dataclass(frozen=True, slots=True)
class MergedFile:
    """A merged file (None: deleted), with what is open in it: (id or slug, conflict).

    `markers` counts places with text markers, in files that are merged by lines; `refused` says why a
    merge was not possible at all, and then `data` is our side.
    """

    data: bytes | None
    conflicts: tuple[tuple[str, Conflict], ...] = ()
    markers: int = 0
    refused: str | None = None

    @property
    def clean(self) -> bool:
        return not (self.conflicts or self.markers or self.refused)


def merge_part(
    base: bytes, ours: bytes, theirs: bytes, followed: Mapping[Key, Merged | None] = MappingProxyType({})
) -> MergedFile:
    """Merge parts of entries or sidecars by id, entries followed through splits and joins; open conflicts are
    inside the records.

    Args:
        followed: records that are settled together with those of other parts; see `across_parts`.

    The result is read back and compared with both sides before it is given: no record is missing that
    nobody removed.
    """
    known: dict[bytes, Any] = {}
    try:
        old, mine, yours = (_records(side, known) for side in (base, ours, theirs))
    except BadRecord as reason:
        return MergedFile(ours, refused=str(reason))
    keys = keyed(old), keyed(mine), keyed(yours)
    own = ({key: one for key, one in side.items() if key not in followed} for side in keys)
    settled = {**split_entries.settled(*own), **followed} if followed else split_entries.settled(*keys)
    merged = merge_keyed(*keys, settled)
    data = b"".join(codec.encode(one.value) for one in merged.values())
    gone = {key[0] for key, one in settled.items() if one is None}
    missing = [name for name in lost_keys(*keys, keyed(_records(data, known))) if name not in gone]
    if missing:
        return MergedFile(ours, refused=f"entry {missing[0]} would be lost")
    return MergedFile(data, tuple((key[0], item) for key, one in merged.items() for item in one.conflicts))


def _records(data: bytes, known: dict[bytes, Any]) -> list[Any]:
    """Nearly every line is the same on all sides: decoded once, it is one value and need not be compared."""
    result = []
    for number, line in enumerate(data.split(b"\n"), 1):
        if line.strip():
            if line not in known:
                try:
                    known[line] = codec.decode(line.rstrip(b"\r"))
                except BadRecord as reason:
                    raise BadRecord(f"line {number}: {reason}") from None
            result.append(known[line])
    return result
