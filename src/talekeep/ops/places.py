"""Where a dataset lies: a git repository that a sync program moves about gets damaged."""

import os
from pathlib import Path

from talekeep.remotes import roots


def warnings(path: Path) -> list[str]:
    """What is wrong with having a dataset at `path`, in sentences; nothing in most places."""
    program = roots.sync_root(path, Path.home(), os.environ)
    if program is None:
        return []
    return [
        f"{path} lies in a folder that {program} syncs, which damages git repositories; keep the dataset "
        "outside and mirror it into that folder (talekeep remote add)"
    ]
