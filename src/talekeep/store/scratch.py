"""Scratch folders outside any dataset: only for their owner, and swept once their process is gone."""

import contextlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

_PREFIX = "talekeep-scratch-"
_NAME = re.compile(re.escape(_PREFIX) + r"(\d+)-.*")


def is_running(process: int) -> bool:
    """Whether a process of this number is there; True where nobody can tell."""
    if os.name == "nt" or process == 0:
        # There is no harmless way to ask.
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True


@contextlib.contextmanager
def scratch_folder() -> Iterator[Path]:
    """An empty folder in the system's temporary folder, removed afterwards. What killed runs of this user
    left there is removed first: it may hold what was decrypted."""
    _sweep(Path(tempfile.gettempdir()))
    with tempfile.TemporaryDirectory(prefix=f"{_PREFIX}{os.getpid()}-") as folder:
        yield Path(folder)


def _sweep(place: Path) -> None:
    for folder in place.glob(f"{_PREFIX}*"):
        match = _NAME.fullmatch(folder.name)
        if match is not None and not is_running(int(match[1])):
            # Those of other users cannot be removed.
            shutil.rmtree(folder, ignore_errors=True)
