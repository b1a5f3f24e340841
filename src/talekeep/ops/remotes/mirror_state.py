"""How far a mirror is behind. A module of its own, so that `status` does not load the mirror code."""

from dataclasses import dataclass

from talekeep.remotes.base import Known


@dataclass(frozen=True, slots=True)
class MirrorState:
    """How far a mirror is: `behind` counts commits of this branch it has not, None before the first push.

    `seen_by` is what other machines say they could read of it, the only proof that it was uploaded; `back`
    means that the last push of this clone is no longer there, or not there yet.
    """

    name: str
    folder: str
    behind: int | None
    push: int | None
    summary: str
    seen_by: tuple[Known, ...] = ()
    back: bool = False
