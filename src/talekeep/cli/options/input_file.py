"""What a command reads: files, or a stream (`-`, a pipe), which is laid down in a private file first."""

import contextlib
import shutil
import stat
import sys
from collections.abc import Iterator
from collections.abc import Sequence
from pathlib import Path

from talekeep.cli.app import App
from talekeep.core.errors import Usage
from talekeep.store.files import outside
from talekeep.store.scratch import scratch_folder

STDIN = Path("-")


@contextlib.contextmanager
def readable(app: App, named: Sequence[Path]) -> Iterator[list[Path]]:
    """The files to read where these are named. Standard input is called `stdin`, a pipe by its own name.

    Raises:
        Usage: standard input is named twice, or a device is named. Outside: the disk refused.
    """
    if sum(map(is_stdin, named)) > 1:
        raise Usage("standard input can be read once", "name - once")
    paths = [file if is_stdin(file) else app.path(file) for file in named]
    if not any(map(_is_stream, paths)):
        yield paths
        return
    with scratch_folder() as folder:
        yield [
            _laid_down(path, folder / str(n)) if _is_stream(path) else path for n, path in enumerate(paths)
        ]


@contextlib.contextmanager
def maybe(app: App, named: Path | None) -> Iterator[Path | None]:
    """The file of an option, read like any other; None where the option is not given."""
    if named is None:
        yield None
        return
    with readable(app, [named]) as (place,):
        yield place


def refuse_device(path: Path) -> None:
    """Stop before an endless read. Raises: Usage: it is a device."""
    _is_stream(path)


def is_stdin(path: Path) -> bool:
    return str(path) in ("-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0")


def _is_stream(path: Path) -> bool:
    if is_stdin(path):
        return True
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    if stat.S_ISCHR(mode) or stat.S_ISBLK(mode):
        raise Usage(f"{path} is a device", "name a file, or - for standard input")
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def _laid_down(stream: Path, folder: Path) -> Path:
    place = folder / ("stdin" if is_stdin(stream) else stream.name)
    try:
        folder.mkdir(mode=0o700)
        with place.open("wb") as target:
            if is_stdin(stream):
                shutil.copyfileobj(sys.stdin.buffer, target)
            else:
                with stream.open("rb") as source:
                    shutil.copyfileobj(source, target)
    except OSError as error:
        raise outside(f"cannot read {stream}", error) from error
    return place
