"""`undo` and `redo`."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from talekeep.ops.merge.undo import Undone


def undone_line(done: "Undone", verb: str, plain: str, dry_run: bool) -> str:
    counts = ", ".join(f"{n} {what}" for what, n in done.entries.items())
    what = f"{done.undone.id[:7]} ({done.undone.subject}): {counts}"
    return f"Would {plain} {what}" if dry_run else f"{verb} {what}  [{(done.commit or '')[:7]}]"
