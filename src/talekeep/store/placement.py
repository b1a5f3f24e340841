"""Where a change may not put files: over what git does not know, behind a link, under a harmful name."""

import os
from collections.abc import Iterable
from collections.abc import Mapping
from pathlib import Path

from talekeep.core.errors import Refused
from talekeep.store.git.files.allowed import not_laid_out
from talekeep.store.git.files.index import link_above


def refuse_overwriting(top: Path, new: Iterable[str]) -> None:
    """Stop before a file that git does not know yet would be written over, or be taken for the new one.

    Raises:
        Refused: something lies at one of these paths.
    """
    for path in new:
        place = top / path
        if os.path.lexists(place) and not (place.is_dir() and not any(place.iterdir())):
            raise Refused(
                f"{path} lies here, is not tracked, and would be written over", f"mv {path} elsewhere"
            )


def refuse_harmful(top: Path, after: Mapping[str, str | None], with_git: str) -> None:
    """Stop before a file is put behind a symbolic link, or gets a name that a clone would not lay out.

    Args:
        after: path → blob; None for a file that goes.
        with_git: the same step by git itself.

    Raises:
        Refused: one of the paths is of that kind.
    """
    links: dict[str, str | None] = {}
    for path, blob in after.items():
        folder = path.rpartition("/")[0]
        if folder not in links:
            links[folder] = link_above(top, folder)
        if (link := links[folder]) is not None:
            raise Refused(
                f"{link} is a symbolic link, and {path} would be written where it leads",
                f"put the folder itself there, or mv {link} elsewhere",
            )
        fault = not_laid_out(path) if blob is not None else None
        # What lies here already was put here by the user, or by git at their wish.
        if fault is not None and not os.path.lexists(top / path):
            raise Refused(f"{path} is not made a file by Talekeep: {fault}", with_git)
