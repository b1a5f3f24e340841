"""The command `repack`."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from talekeep.cli.app import App
from talekeep.cli.app import command
from talekeep.ops.project import repack as operation
from talekeep.remotes.base import human

if TYPE_CHECKING:
    from talekeep.ops.project.repack import Repacked


@command("repack", writes=True)
def repack(app: App, dry_run: bool) -> None:
    """Cut large parts and pack the history.

    A part that somebody made by hand, or that has grown, is cut into parts of the usual size: a change then
    writes little again. The order of the entries stays. Parts are cut by one commit; merges with work that
    began before it follow the entries. Packing makes .git small; it happens by itself now and then, unless
    talekeep config repack.auto is off.

    \b
    Examples:
      talekeep repack --dry-run
      talekeep repack
    """
    result = operation.repack(app.dataset, dry_run=dry_run)
    app.output.answer("repack", result, _lines(result, dry_run))


def _lines(result: "Repacked", dry_run: bool) -> Iterator[str]:
    for cut in result.parts[:20]:
        yield f"  {cut.part} ({human(cut.bytes)}) into {len(cut.into)}"
    if len(result.parts) > 20:
        yield f"  … and {len(result.parts) - 20} more"
    count = len(result.parts)
    parts = f"{count} part{'' if count == 1 else 's'}" if count else "no part"
    if dry_run:
        yield f"Would cut {parts} and pack .git, whose objects take {human(result.before)}"
    else:
        yield f"Cut {parts}; .git's objects take {human(result.after)}, before it {human(result.before)}"
