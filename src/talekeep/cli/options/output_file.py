"""Where a command writes: a file, or a stream, which is written to and never replaced."""

import contextlib
import stat
import sys
import tempfile
from collections.abc import Iterable
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from talekeep.cli.app import App
from talekeep.core.errors import Usage

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

STDOUT = Path("-")


def is_stream(path: Path) -> bool:
    """Whether it is standard output (`-`), or neither a file nor a folder: a device, a pipe."""
    if path == STDOUT or _is_system_file(path):
        return True
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def _is_system_file(path: Path) -> bool:
    """`/dev/stdout` may lead to a regular file; its name must not be taken for one."""
    parts = path.absolute().parts[1:3]
    return parts[:1] in (("dev",), ("proc",)) and parts[1:] not in ((), ("shm",))


def is_stdout(path: Path) -> bool:
    return str(path) in ("-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1")


def write_stream(path: Path, data: bytes) -> None:
    if is_stdout(path):
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.flush()
        return
    with path.open("wb") as stream:
        stream.write(data)


@contextlib.contextmanager
def destination(app: App, out: Path) -> Iterator[Path]:
    """The file to write: the one that was named, or for a stream a temporary one, whose bytes follow the
    stream when the block ends well.

    Raises:
        Usage: standard output would hold the answer of --json too.
    """
    place = out if out == STDOUT else app.path(out)
    if not is_stream(place):
        yield place
        return
    if is_stdout(out) and app.output.as_json:
        raise Usage("--json and the file both want standard output", "name a file")
    with tempfile.TemporaryDirectory(prefix="talekeep-") as folder:
        written = Path(folder) / "out.jsonl"
        yield written
        if written.exists():
            write_stream(place, written.read_bytes())


def tell(app: App, lines: Iterable[str]) -> None:
    """What was done, on stderr: standard output holds the file."""
    for line in lines:
        app.output.say(line)


def write_page(app: App, page: Path, text: str, *, force: bool) -> None:
    """Write a page of HTML to a file or a stream.

    Raises:
        Refused: the file exists (without `force`), is a link, or belongs to the dataset.
        Usage: standard output would hold the answer of --json too.
    """
    from talekeep.ops.workspace import report_file

    place = page if page == STDOUT else app.path(page)
    if not is_stream(place):
        report_file.write_page(app.dataset, place, text, force=force)
    elif is_stdout(page) and app.output.as_json:
        raise Usage("--json and the page both want standard output", "name a file")
    else:
        write_stream(place, text.encode("utf-8", "backslashreplace"))


def answer_written_page(
    app: App, name: str, page: Path, result: "DataclassInstance", lines: list[str]
) -> None:
    """The answer of a command that wrote a page."""
    if is_stdout(page):
        tell(app, lines)
    else:
        app.output.answer(name, result, lines)
