"""How many entries came in, changed and went between two views."""

from collections.abc import Iterable
from dataclasses import dataclass

from talekeep.core.merge.align import keyed
from talekeep.core.merge.align import same
from talekeep.store.view import Difference
from talekeep.store.view import Line


@dataclass(frozen=True, slots=True)
class Counts:
    """Numbers of entries. `unreadable` are new lines that hold none, `mended` are such lines that went."""

    added: int
    changed: int
    removed: int
    unreadable: int = 0
    mended: int = 0

    def named(self) -> dict[str, int]:
        """By what became of them, as trailers and JSON have it."""
        return {"added": self.added, "changed": self.changed, "removed": self.removed}


def counted(between: Difference) -> Counts:
    """Compare by id. Of the parts that differ only the lines that one side has alone are read, so an entry
    that merely stands elsewhere counts as nothing."""
    gone = [line for part in between.parts() for line in between.gone(part)]
    new = [line for part in between.parts() for line in between.new(part)]
    old, now = keyed(_entries(gone)), keyed(_entries(new))
    return Counts(
        added=len(now.keys() - old.keys()),
        changed=sum(not same(old[key], now[key]) for key in old.keys() & now.keys()),
        removed=len(old.keys() - now.keys()),
        unreadable=len(new) - len(now),
        mended=len(gone) - len(old),
    )


def _entries(lines: Iterable[Line]) -> list[object]:
    return [v for v in (line.value for line in lines) if isinstance(v, dict) and isinstance(v.get("id"), str)]
