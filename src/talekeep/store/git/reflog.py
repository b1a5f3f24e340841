"""The logs of refs that git keeps."""

import shutil
from pathlib import Path

from talekeep.store.files import outside


def append(log: Path, line: str) -> None:
    """Add a line, and make the log where there is none.

    Raises:
        Outside: the disk refused.
    """
    try:
        _make_room(log)
        with log.open("a", encoding="utf-8") as stream:
            stream.write(line)
    except OSError as error:
        raise outside(f"cannot write {log}", error) from error


def _make_room(log: Path) -> None:
    """Clear away logs of refs that were removed: `a` where `a/b` is to be, and the other way round."""
    for parent in log.parents:
        if parent.is_file():
            parent.unlink()
            break
    if log.is_dir():
        shutil.rmtree(log)
    log.parent.mkdir(parents=True, exist_ok=True)
