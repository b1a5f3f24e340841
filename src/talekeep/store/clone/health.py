"""Problems in git's own files that stop Talekeep, and which of them can be repaired without loss."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from talekeep.core.errors import NotFound
from talekeep.core.errors import Problem
from talekeep.core.errors import Refused
from talekeep.store.git import formats
from talekeep.store.git import locks
from talekeep.store.git.environment import local_environment


def format_faults(top: Path) -> Iterator[tuple[str, str | None]]:
    """Why the repository cannot be opened at all: what is wrong, and the step that helps."""
    try:
        formats.require_readable(top)
    except Problem as problem:
        yield problem.message, problem.hint


def index_faults(top: Path) -> Iterator[tuple[str, str | None]]:
    """Why the index cannot be read."""
    place = _folders(top).git_dir / "index"
    if not place.is_file():
        return
    data = place.read_bytes()
    try:
        formats.require_index(place, data)
        whole = formats.is_whole_index(data)
    except Refused as problem:
        yield problem.message, problem.hint
        return
    except (IndexError, ValueError):
        whole = False
    if not whole:
        yield f"{place} is damaged", f"rm {place} && git reset"


def mend_index(top: Path) -> None:
    """Have git write the index in the plain form; needs git, and changes nothing of what is staged."""
    git, place = shutil.which("git"), _folders(top).git_dir / "index"
    for signature in formats.required_extensions(place.read_bytes()) if git is not None else ():
        words = formats.plain_index_command(signature)
        command = [git or "", "-C", os.fspath(top), *words]
        subprocess.run(command, capture_output=True, env=local_environment(), check=False)


def lock_faults(top: Path) -> Iterator[tuple[str, str | None]]:
    """Lock files that nobody seems to hold any more."""
    for place in _locks(top):
        hint = (
            "talekeep doctor --fix" if locks.is_ours(place) else f"rm {place}, if no git command is running"
        )
        yield f"{place} is in the way of every change", hint


def mend_locks(top: Path) -> None:
    """Remove those that a killed Talekeep left; others belong to somebody."""
    for place in _locks(top):
        if locks.is_stale(place):
            place.unlink(missing_ok=True)


def missing_history(top: Path) -> Iterator[tuple[str, str | None]]:
    """What was left out when this clone was made and cannot be had."""
    result = _folders(top)
    if formats.promisors(result.common_dir / "config") and shutil.which("git") is None:
        yield "this is a partial clone, and there is no git to fetch the rest", "put git on PATH"


def states(top: Path) -> Iterator[tuple[str, str | None]]:
    """How this clone was made where that sets limits; nothing is wrong with it."""
    result = _folders(top)
    if formats.is_shallow(result):
        yield (
            "this clone is shallow: its history begins later, and a mirror needs all of it",
            "git fetch --unshallow",
        )
    if formats.promisors(result.common_dir / "config") and shutil.which("git") is not None:
        yield (
            "this is a partial clone: what is not here is fetched when it is needed",
            "git fetch --refetch --no-filter",
        )


def _locks(top: Path) -> list[Path]:
    result = _folders(top)
    return sorted({*locks.lock_files(result.git_dir), *locks.lock_files(result.common_dir)})


def _folders(top: Path) -> formats.Folders:
    try:
        return formats.folders(top)
    except NotFound:
        return formats.Folders(top / ".git", top / ".git")
