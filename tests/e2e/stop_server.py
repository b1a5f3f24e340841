"""Commands stopped at a call of the system of their own, without a tracer: a process that has Talekeep loaded
makes a child for each run, and in the child every way of Python to such a call is counted.

It reads requests from stdin, a JSON object a line, and writes an answer a line:

    {"words": [...], "folder": "...", "environment": {...}, "below": "...", "how": "kill", "at": 7}
    {"code": -9, "err": "", "call": "rename"}

`at` counts the calls that change something below that folder, or those that read there for "read"; 0 stops
nothing. `call` is null where the run had fewer. A kill in a write leaves half of it.
"""

import builtins
import errno
import gc
import importlib
import io
import itertools
import json
import os
import pkgutil
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import talekeep
from talekeep.cli import main

# The error of a call that fails once; a full disk fails those that need space, from there on.
ERRORS = {
    "open": errno.EACCES, "write": errno.ENOSPC, "fsync": errno.EIO, "link": errno.EIO,
    "rename": errno.EACCES, "unlink": errno.EACCES, "mkdir": errno.EROFS, "rmdir": errno.EACCES,
    "chmod": errno.EPERM, "truncate": errno.EIO, "read": errno.EIO,
}  # fmt: skip
NEED_SPACE = ("open", "write", "mkdir", "link")
# Each function of `os` that changes something, what the kernel calls it, and which argument is the place.
CHANGING = {
    "rename": ("rename", 1), "replace": ("rename", 1), "link": ("link", 1), "symlink": ("link", 1),
    "unlink": ("unlink", 0), "remove": ("unlink", 0), "mkdir": ("mkdir", 0), "rmdir": ("rmdir", 0),
    "chmod": ("chmod", 0), "fsync": ("fsync", 0), "fdatasync": ("fsync", 0), "truncate": ("truncate", 0),
    "ftruncate": ("truncate", 0), "write": ("write", 0), "sendfile": ("write", 0),
    "copy_file_range": ("write", 1),
}  # fmt: skip
READING = {"scandir": 0, "listdir": 0}
_WRITE = os.O_WRONLY | os.O_RDWR | os.O_CREAT


class Stop:
    """Counts the calls of one run and stops it at one of them."""

    def __init__(self, below: str, how: str, at: int, tell: Callable[[str], None]) -> None:
        self.below, self.how, self.at, self._tell = below, how, at, tell
        self._count = itertools.count(1)
        self._is_full = False

    def meets(self, name: str, place: Any, folder: int | None = None) -> bool:
        """Whether this call is the one, or comes when the disk is full already."""
        if (name == "read") != (self.how == "read") or not self._is_below(place, folder):
            return False
        if self.how == "full" and name not in NEED_SPACE:
            return False
        if self._is_full or next(self._count) == self.at:
            if not self._is_full:
                self._tell(name)
            self._is_full = self.how == "full"
            return True
        return False

    def before(self, name: str, place: Any, folder: int | None = None) -> None:
        if self.meets(name, place, folder):
            self.now(name, place)

    def now(self, name: str, place: Any) -> None:
        if self.how == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        number = errno.ENOSPC if self.how == "full" else ERRORS[name]
        raise OSError(number, os.strerror(number), None if isinstance(place, int) else os.fspath(place))

    def _is_below(self, place: Any, folder: int | None) -> bool:
        if isinstance(place, int):
            path = os.readlink(f"/proc/self/fd/{place}")  # noqa: PTH115
        else:
            beside = os.readlink(f"/proc/self/fd/{folder}") if folder is not None else ""  # noqa: PTH115
            path = os.path.abspath(os.path.join(beside, os.fsdecode(place)))  # noqa: PTH100, PTH118
        # A cache is rebuilt whenever it cannot be read or written.
        return path.startswith(self.below) and "cache.sqlite" not in path


class Raw(io.FileIO):
    """A file whose writes are counted."""

    stop: Stop

    def write(self, data: Any) -> int:
        if self.stop.meets("write", self.fileno()):
            super().write(bytes(data)[: len(data) // 2])
            self.stop.now("write", self.fileno())
        return super().write(data)


def watch(stop: Stop) -> None:
    """Put counting functions in the place of Python's own."""
    # No test pulls the plug of this machine.
    os.fsync = os.fdatasync = lambda descriptor: None
    for name, (call, position) in CHANGING.items():
        setattr(os, name, _counted(getattr(os, name), stop, call, position))
    for name, position in READING.items():
        setattr(os, name, _counted(getattr(os, name), stop, "read", position))
    io.open = builtins.open = _opener(io.open, stop)  # type: ignore[assignment]
    os.open = _os_opener(os.open, stop)


def _counted(function: Any, stop: Stop, call: str, position: int) -> Any:
    def counted(*words: Any, **options: Any) -> Any:
        place = words[position] if len(words) > position else options.get("path", ".")
        stop.before(call, place, options.get("dir_fd") or options.get("dst_dir_fd"))
        return function(*words, **options)

    return counted


def _os_opener(function: Any, stop: Stop) -> Any:
    def opened(path: Any, flags: int, *rest: Any, **options: Any) -> int:
        stop.before("open" if flags & _WRITE else "read", path, options.get("dir_fd"))
        return int(function(path, flags, *rest, **options))

    return opened


def _opener(function: Any, stop: Stop) -> Any:
    def opened(
        file: Any, mode: str = "r", buffering: int = -1, encoding: Any = None, errors: Any = None,
        newline: Any = None, closefd: bool = True, opener: Any = None,
    ) -> Any:  # fmt: skip
        if not set(mode) & set("wxa+"):
            if not isinstance(file, int):
                stop.before("read", file)
            return function(file, mode, buffering, encoding, errors, newline, closefd, opener)
        if not isinstance(file, int):
            stop.before("open", file)
        raw = Raw(file, mode.replace("b", "").replace("t", ""), closefd, opener)
        raw.stop = stop
        if buffering == 0:
            return raw
        stream = io.BufferedRandom(raw) if "+" in mode else io.BufferedWriter(raw)
        if "b" in mode:
            return stream
        return io.TextIOWrapper(stream, encoding or "utf-8", errors, newline, buffering == 1)

    return opened


def run(request: dict[str, Any]) -> dict[str, Any]:
    """Run one command in a child."""
    with tempfile.TemporaryDirectory() as place:
        err, called = Path(place, "err"), Path(place, "call")
        child = os.fork()
        if not child:
            _child(request, err, called)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        call = called.read_text() if called.exists() else None
        return {"code": code, "err": err.read_text(errors="replace"), "call": call}


def _child(request: dict[str, Any], err: Path, called: Path) -> None:
    code = 99
    try:
        os.environ.clear()
        os.environ.update(request["environment"])
        os.chdir(request["folder"])
        write = os.O_CREAT | os.O_WRONLY
        for number, where, flags in ((0, os.devnull, 0), (1, os.devnull, write), (2, err, write)):
            os.dup2(os.open(where, flags, 0o600), number)

        def tell(name: str, write: Any = os.write, opened: Any = os.open) -> None:
            write(opened(called, os.O_CREAT | os.O_WRONLY, 0o600), name.encode())

        if request["at"]:
            watch(Stop(request["below"], request["how"], request["at"], tell))
        code = main(request["words"])
    except SystemExit as stopped:
        code = stopped.code if isinstance(stopped.code, int) else 0
    finally:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        os._exit(code)


def serve() -> None:
    for item in pkgutil.walk_packages(talekeep.__path__, "talekeep."):
        if not item.name.startswith(("talekeep.web", "talekeep.__main__")):
            importlib.import_module(item.name)
    assert shutil.rmtree
    # Children share what is loaded: no collection writes into its pages.
    gc.collect()
    gc.freeze()
    gc.disable()
    for line in sys.stdin:
        print(json.dumps(run(json.loads(line))), flush=True)  # noqa: T201


if __name__ == "__main__":
    serve()
