"""What is printed: answers to stdout, everything about the work to stderr, control sequences to nobody."""

import contextlib
import os
import re
import sys
import time
from collections.abc import Iterable
from dataclasses import fields
from typing import IO
from typing import TYPE_CHECKING
from typing import Literal
from typing import TypeAlias
from typing import TypedDict

import click
import orjson

from talekeep.core.errors import Outside
from talekeep.core.errors import Problem
from talekeep.core.text.columns import ISOLATES
from talekeep.core.text.columns import isolated

if TYPE_CHECKING:
    from _typeshed import DataclassInstance
    from rich.progress import Progress

Meaning: TypeAlias = Literal[
    "good",
    "bad",
    "warning",
    "hint",
    "dim",
    "strong",
    "added",
    "removed",
    "action",
    "speaker-1",
    "speaker-2",
    "speaker-3",
    "speaker-4",
    "speaker-5",
]


class _Style(TypedDict, total=False):
    """What `click.style` takes."""

    fg: str
    bold: bool
    dim: bool
    italic: bool


_STYLES: dict[Meaning, _Style] = {
    "good": {"fg": "green"},
    "bad": {"fg": "red", "bold": True},
    "warning": {"fg": "yellow"},
    "hint": {"fg": "cyan"},
    "dim": {"dim": True},
    "strong": {"bold": True},
    "added": {"fg": "green"},
    "removed": {"fg": "red"},
    "action": {"italic": True},
    "speaker-1": {"fg": "cyan", "bold": True},
    "speaker-2": {"fg": "magenta", "bold": True},
    "speaker-3": {"fg": "yellow", "bold": True},
    "speaker-4": {"fg": "green", "bold": True},
    "speaker-5": {"fg": "blue", "bold": True},
}
# C0 but tab and newline, DEL, C1, and the signs that turn the direction of text around.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def harmless(text: str) -> str:
    """Text without anything a terminal would obey: control characters shown as `\\x1b`."""
    return _CONTROL.sub(lambda m: m[0].encode("unicode_escape").decode(), text)


def coloured(stream: IO[str], choice: str = "auto") -> bool:
    """Whether a stream gets colour: --color, then NO_COLOR, FORCE_COLOR, TERM, then if it is a terminal."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return os.environ.get("TERM") != "dumb" and stream.isatty()


def terminal_width() -> int:
    """How many columns a line may have: those of the terminal; 100 where the answer goes elsewhere."""
    if not sys.stdout.isatty():
        return 100
    # Loaded for terminals alone: it brings archives of every kind along.
    from shutil import get_terminal_size

    return get_terminal_size((100, 24)).columns


class Output:
    """Where a command's words go.

    Args:
        as_json: the answer is one JSON object and nothing else.
        quiet: nothing but the answer and errors.
        color: auto, always or never.
    """

    def __init__(self, *, as_json: bool = False, quiet: bool = False, color: str = "auto") -> None:
        self.as_json = as_json
        self.quiet = quiet
        self._color = color
        self._bar: _Bar | None = None
        # Stands for ESC [ until a line is printed: no text of an entry can guess it.
        self._mark = os.urandom(8).hex()
        # The same for what isolates text that runs from right to left.
        self._isolates = {sign: os.urandom(8).hex() for sign in ISOLATES}

    def style(self, text: str, meaning: Meaning) -> str:
        """Text in the colour of its meaning, if stdout shows colours."""
        if not coloured(sys.stdout, self._color):
            return text
        before, after = click.style("\0", **_STYLES[meaning]).replace("\x1b[", self._mark).split("\0")
        return before + text + after

    def isolated(self, text: str) -> str:
        """Text that, on a terminal, does not turn around what stands beside it."""
        if not sys.stdout.isatty() or isolated(text) == text:
            return text
        before, after = self._isolates.values()
        return before + text + after

    def answer(
        self, name: str, result: "DataclassInstance", lines: Iterable[str], *, ok: bool = True
    ) -> None:
        """Print the answer: with --json the result as one object, else the lines for people.

        Args:
            name: the name of its schema; the type of the result stands beside it in `cli.answers`.
        """
        self.done()
        if self.as_json:
            values = {field.name: getattr(result, field.name) for field in fields(result)}
            self._json({"schema": f"talekeep.{name}/1", "ok": ok, **values}, sys.stdout)
        else:
            for line in lines:
                self.line(line)

    def line(self, text: str) -> None:
        """One line (or several) of the answer for people."""
        # To a file or pipe text goes as it is, so that `show` can be saved and read back.
        shown = harmless(text) if sys.stdout.isatty() else text
        shown = shown.replace(self._mark, "\x1b[")
        for sign, mark in self._isolates.items():
            shown = shown.replace(mark, sign)
        _write(sys.stdout, shown + "\n")

    def say(self, text: str) -> None:
        """A remark about the work, for people only."""
        if not self.quiet and not self.as_json:
            self.done()
            _write(sys.stderr, harmless(text) + "\n")

    def warn(self, text: str) -> None:
        """Something that went wrong beside the work, in one line, however quiet the command is."""
        self.done()
        prefix = "warning:"
        if coloured(sys.stderr, self._color):
            prefix = click.style(prefix, **_STYLES["warning"])
        _write(sys.stderr, f"{prefix} {harmless(text).replace(chr(10), ' ')}\n")

    def error(self, problem: Problem) -> None:
        self.done()
        if self.as_json:
            result = getattr(problem, "findings", None)
            body = {"code": _code(problem), "message": problem.message, "hint": problem.hint}
            self._json(body | ({"findings": result} if result else {}), sys.stderr)
            return
        prefix, hint = "error:", "hint:"
        if coloured(sys.stderr, self._color):
            prefix, hint = click.style(prefix, fg="red", bold=True), click.style(hint, fg="cyan")
        _write(sys.stderr, f"{prefix} {harmless(problem.message)}\n")
        if problem.hint:
            _write(sys.stderr, f"{hint} {harmless(problem.hint)}\n")

    def progress(self, doing: str, result: int, total: int | None) -> None:
        """Show how far long work has come: on a terminal, after half a second."""
        if self.quiet or self.as_json or not sys.stderr.isatty() or os.environ.get("NO_PROGRESS"):
            return
        self._bar = self._bar or _Bar()
        self._bar.show(doing, result, total)

    def done(self) -> None:
        """Take the progress bar away."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None

    @staticmethod
    def _json(value: object, stream: IO[str]) -> None:
        text = orjson.dumps(value, option=orjson.OPT_INDENT_2, default=_jsonable).decode()
        if stream.isatty():
            # JSON leaves C1 and direction signs as they are; a terminal would obey them.
            text = _CONTROL.sub(lambda m: f"\\u{ord(m[0]):04x}", text)
        _write(stream, text + "\n")


class _Bar:
    """A progress bar that appears only when the work turns out to be long."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._progress: Progress | None = None

    def show(self, doing: str, result: int, total: int | None) -> None:
        if time.monotonic() - self._started < 0.5:
            return
        if self._progress is None:
            from rich.console import Console
            from rich.progress import Progress

            self._progress = Progress(console=Console(stderr=True), transient=True)
            self._progress.start()
            self._task = self._progress.add_task(doing)
        self._progress.update(self._task, description=harmless(doing), completed=result, total=total)

    def close(self) -> None:
        if self._progress is not None:
            self._progress.stop()


def _write(stream: IO[str], text: str) -> None:
    if stream is sys.stderr:
        # Both may be one terminal: what was said first is shown first.
        # An answer that cannot be written is told at the end, when the work is done.
        with contextlib.suppress(OSError):
            sys.stdout.flush()
    try:
        stream.write(text)
    except UnicodeEncodeError:
        encoding = getattr(stream, "encoding", None) or "ascii"
        stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
    except BrokenPipeError:
        raise
    except OSError as error:
        # Commands answer when their work is done.
        reason = error.strerror or str(error)
        raise Outside(f"this is done, but the answer cannot be written: {reason}") from error


def _jsonable(value: object) -> object:
    if isinstance(value, tuple | set | frozenset):
        return list(value)
    return str(value)


def _code(problem: Problem) -> str:
    name = type(problem).__name__
    return "".join(f"-{c.lower()}" if c.isupper() else c for c in name).lstrip("-")
