"""Make a new repository: complete, or not there at all."""

import contextlib
import glob
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from talekeep.core.errors import Refused
from talekeep.remotes.mirror.folder.disk import step
from talekeep.store.files import fsync_folder
from talekeep.store.scratch import is_running

# What becomes the target, in the folder `whole` gives.
NEW = "new"


@contextlib.contextmanager
def whole(target: Path, token: str) -> Iterator[Path]:
    """A scratch folder beside `target`; what the block makes in it under `NEW` gets the target's name.

    Raises:
        Refused: the target is in use. Outside: the disk failed.
    """
    _sweep(target)
    if os.path.lexists(target) and not (target.is_dir() and not any(target.iterdir())):
        raise Refused(f"{target} is there already", "choose a name that is free")
    work = target.parent / f".{target.name}.restoring-{token}-{os.getpid()}"
    with step(f"make {work}"):
        target.parent.mkdir(parents=True, exist_ok=True)
        # What is decrypted on the way is for nobody else.
        work.mkdir(mode=0o700)
    try:
        yield work
        with step(f"move what was made to {target}"):
            _move(work / NEW, target)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _sweep(target: Path) -> None:
    """Remove what a killed run left beside the target."""
    for place in target.parent.glob(f".{glob.escape(target.name)}.restoring-*-*"):
        process = place.name.rpartition("-")[2]
        if process.isdigit() and not is_running(int(process)):
            shutil.rmtree(place, ignore_errors=True)


def _move(place: Path, target: Path) -> None:
    with contextlib.suppress(FileNotFoundError):
        target.rmdir()
    place.rename(target)
    fsync_folder(target.parent)
