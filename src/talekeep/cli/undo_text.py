"""`undo` and `redo`."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from talekeep.ops.merge.undo import Undone


def undone_line(result: "Undone", verb: str, plain: str, dry_run: bool) -> str:
    counts = ", ".join(f"{n} {what}" for what, n in result.entries.items())
    what = f"{result.undone.id[:7]} ({result.undone.subject}): {counts}"
    return f"Would {plain} {what}" if dry_run else f"{verb} {what}  [{(result.commit or '')[:7]}]"
