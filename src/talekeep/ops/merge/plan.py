"""Merge plans: what a merge would change and which conflicts it would leave, before anything is written."""

from collections.abc import Callable
from collections.abc import Iterator

from talekeep.core.merge.across_parts import Lines
from talekeep.core.merge.across_parts import differing
from talekeep.core.merge.across_parts import followed
from talekeep.core.merge.across_parts import kin_in
from talekeep.core.merge.across_parts import may_cross
from talekeep.core.merge.parts import MergedFile
from talekeep.core.merge.parts import merge_part
from talekeep.ops.merge.carried_alternatives import with_alternatives
from talekeep.ops.merge.conflicts import conflicts_in_file
from talekeep.ops.merge.open_conflict import Open
from talekeep.store import parts
from talekeep.store.filemerge import merge_file
from talekeep.store.overlay import overlay
from talekeep.store.view import Apart
from talekeep.store.view import Difference
from talekeep.store.view import View
from talekeep.store.view import apart


class Plan:
    """What a merge makes of every path that differs; computing it changes nothing."""

    def __init__(self, base: View, ours: View, theirs: View, labels: tuple[str, str]) -> None:
        self.base, self.ours, self.theirs = base, ours, theirs
        self.sides: dict[str, tuple[str | None, str | None, str | None]] = {}
        self.files: dict[str, MergedFile] = {}
        # Of the parts that were merged, where ours and the merged one differ: told while both are at hand.
        self._apart: dict[str, Apart] = {}
        # Of parts that theirs changed: the lines that are not the same on all sides.
        lines: dict[str, Lines] = {}
        for path in sorted(theirs.files.keys() | base.files.keys()):
            was, mine, yours = (side.files.get(path) for side in (base, ours, theirs))
            if yours in (mine, was):
                continue
            blobs = (base.optional(path), ours.optional(path), theirs.optional(path))
            if parts.is_entries(path) or parts.is_sidecars(path):
                lines[path] = differing(*(blob or b"" for blob in blobs))
            if mine == was:
                self.files[path] = MergedFile(blobs[2])
            else:
                self._take(path, merge_file(path, blobs, labels), blobs[1])
        sidecars = {path: versions for path, versions in lines.items() if parts.is_sidecars(path)}
        entries = {path: versions for path, versions in lines.items() if parts.is_entries(path)}
        self._follow(entries, sidecars, parts.is_entries)
        self._follow(sidecars, {}, parts.is_sidecars)
        for path, merged in with_alternatives((base, ours, theirs), self.files).items():
            self.put(path, merged)

    def put(self, path: str, merged: MergedFile) -> None:
        """Take this for the merged file of a path; it is none of entries."""
        self._take(path, merged, None)

    def _take(self, path: str, merged: MergedFile, ours: bytes | None) -> None:
        self.files[path] = merged
        was, mine, yours = (side.files.get(path) for side in (self.base, self.ours, self.theirs))
        self.sides[path] = (was, mine, yours)
        if parts.is_entries(path):
            self._apart[path] = apart(path, ours, merged.data)

    def _follow(
        self, lines: dict[str, Lines], sidecars: dict[str, Lines], is_kind: Callable[[str], bool]
    ) -> None:
        """Merge parts again that have records in common: joined, split or moved from one to another, or as
        their sidecars say within one."""
        if not lines or not may_cross(lines.values()):
            return
        lines, sidecars = self._with_ours(lines, is_kind), self._with_ours(sidecars, parts.is_sidecars)
        ordered = {path: lines[path] for path in sorted(lines, key=parts.place_in_order)}
        for path, records in followed(ordered, kin_in(sidecars.values())).items():
            blobs = [side.optional(path) for side in (self.base, self.ours, self.theirs)]
            base, ours, theirs = (blob or b"" for blob in blobs)
            self._take(path, merge_part(base, ours, theirs, records), blobs[1])

    def _with_ours(self, lines: dict[str, Lines], is_kind: Callable[[str], bool]) -> dict[str, Lines]:
        """These lines with those of files that ours alone changed."""
        result = dict(lines)
        for path in self.ours.differing(self.base):
            if is_kind(path) and path not in result:
                old, mine = (side.optional(path) or b"" for side in (self.base, self.ours))
                result[path] = differing(old, mine, old)
        return result

    @property
    def unmerged(self) -> dict[str, tuple[str | None, str | None, str | None]]:
        """The paths with something left to decide, with the blobs of base, ours and theirs."""
        return {path: self.sides[path] for path, merged in self.files.items() if not merged.clean}

    def bases(self) -> list[bytes]:
        """What git's index shall show as the base of unmerged paths: of several bases merged into one it is
        in no commit."""
        return [self.base.read(path) for path, (was, _, _) in self.unmerged.items() if was is not None]

    def contents(self) -> dict[str, bytes | None]:
        return {path: merged.data for path, merged in self.files.items()}

    def open(self) -> Iterator[Open]:
        for path, merged in self.files.items():
            yield from conflicts_in_file(path, merged)

    def change(self) -> Difference:
        """What the merge makes of our side: the merged files laid over it."""
        return Difference(self.ours, overlay(self.ours, self.contents()), self._apart)
