"""Long text in the user's editor: it comes back until it can be taken, and no text is ever lost."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import TypeVar

from talekeep.cli.app import App
from talekeep.cli.options import input_file
from talekeep.core.errors import BadRecord
from talekeep.core.errors import Negative
from talekeep.core.errors import Outside
from talekeep.core.errors import Problem
from talekeep.core.errors import Refused
from talekeep.core.errors import Usage
from talekeep.core.script.script import ScriptError
from talekeep.ops.workspace.validation import Invalid
from talekeep.store import files
from talekeep.store.lock import locked

T = TypeVar("T")

_REMARK = re.compile(r"!!+ talekeep:")


# A program as the editor may never come to an end.
_ROUNDS = 100


class Unchanged(Negative):
    """The text came back as it went: there is nothing to take and nothing to keep."""


def program(app: App) -> str:
    """The editor git would start: GIT_EDITOR, core.editor, VISUAL, EDITOR, vi."""
    dumb = os.environ.get("TERM", "dumb") == "dumb" and os.name != "nt"
    result = (
        os.environ.get("GIT_EDITOR"),
        app.dataset.settings.effective("core", "editor"),
        None if dumb else os.environ.get("VISUAL"),
        os.environ.get("EDITOR"),
    )
    return next((name for name in result if name), "notepad" if os.name == "nt" else "vi")


def drafts(app: App) -> Path:
    """Where text lies while it is written, and stays when it could not be taken."""
    folder: Path = app.dataset.private / "drafts"
    return folder


def remind(app: App, stem: str, resume: str) -> None:
    """Say which texts of earlier runs were never taken."""
    for path in sorted(drafts(app).glob(f"{stem}-*.md")):
        if not _is_being_written(path):
            app.output.say(f"a text that was not saved is in {path}: {resume} {path}")


def _is_being_written(path: Path) -> bool:
    """Whether another Talekeep has this text in an editor right now."""
    if not _lock_of(path).exists():
        return False
    try:
        with locked(_lock_of(path), "looking", patience=0):
            return False
    except Refused:
        return True


def _lock_of(path: Path) -> Path:
    return path.parent.with_name("editing") / f"{path.stem}.lock"


def read(app: App, file: Path) -> str:
    """What a script file or stdin ("-") holds; of a kept text, without our own remarks.

    Raises:
        Usage: it is not UTF-8.
    """
    from_stdin = input_file.is_stdin(file)
    path = app.path(file)
    if not from_stdin:
        input_file.refuse_device(path)
    data = sys.stdin.buffer.read() if from_stdin else path.read_bytes()
    text = _decoded(data, "the text" if from_stdin else str(file))
    if not from_stdin and is_kept(app, file):
        return "\n".join(line for line in text.split("\n") if not _REMARK.match(line))
    return text


def is_kept(app: App, file: Path) -> bool:
    """Whether a file is one of those that were kept because they could not be taken."""
    return app.path(file).resolve().parent == drafts(app).resolve()


def settle(app: App, file: Path) -> None:
    """Take a kept text away once it is saved; any other file stays."""
    if is_kept(app, file):
        app.path(file).unlink()


def _decoded(data: bytes, what: str) -> str:
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise Usage(f"{what} is not UTF-8 at byte {error.start + 1}") from None


class Writing:
    """One text on its way through the editor. It lies in `path`, which survives a kill at any moment.

    Args:
        stem: how the file's name begins.
        remark: a line above the text for whoever writes; not part of it.
        resume: the command that takes a kept text, up to its path.
    """

    def __init__(self, app: App, stem: str, text: str, *, remark: str = "", resume: str) -> None:
        self._app = app
        self._command = program(app)
        self._resume = resume
        self._text = text
        # No line of the text begins like this; the user may change a remark (replacing a word everywhere).
        self._sign = "!! talekeep:"
        self.path = _new_file(drafts(app), stem)
        self._show([remark] if remark else [], 0)

    def until(self, take: Callable[[str], T], *, keep: bool = False) -> T:
        """Let the user write until `take` accepts the text. What is wrong with it is marked in it; it is
        given up when it comes back empty, or as wrong as it went.

        Args:
            keep: leave the file though the text was taken.

        Raises:
            Negative: given up. Outside: the editor failed. Else what `take` raises. The text is kept.
        """
        try:
            with locked(_lock_of(self.path), "writing"):
                return self._until(take, keep)
        finally:
            _lock_of(self.path).unlink(missing_ok=True)

    def _until(self, take: Callable[[str], T], keep: bool) -> T:
        failed: Exception | None = None
        for left in reversed(range(_ROUNDS)):
            written = self._written(failed)
            self._require_new(written, failed, left)
            self._text = written
            try:
                result = take(written)
            except Unchanged:
                self.path.unlink()
                raise
            except (BadRecord, Usage, Invalid) as error:
                failed = error
                self._show(str(error).split("\n"), error.line - 1 if isinstance(error, ScriptError) else 0)
            except Problem as error:
                self._show([], 0)
                error.hint = self.hint
                raise
            else:
                if not keep:
                    self.path.unlink()
                return result
        raise AssertionError("the last round ends it")

    def tried(self, take: Callable[[str], T], *, dry_run: bool) -> T:
        """`until`, but a text that was only tried is not thrown away."""
        result = self.until(take, keep=dry_run)
        if dry_run:
            self._app.output.say(self.hint)
        return result

    @property
    def hint(self) -> str:
        return f"your text is kept: {self._resume} {self.path}"

    def _show(self, remarks: list[str], line: int) -> None:
        """Write the file: the text, and remarks above one of its lines."""
        lines = self._text.split("\n")
        while any(own.startswith(self._sign) for own in lines):
            self._sign = "!" + self._sign
        marks = [f"{self._sign} {remark.strip()}" for remark in remarks]
        files.replace(self.path, "\n".join([*lines[:line], *marks, *lines[line:]]).encode())

    def _written(self, failed: Exception | None) -> str:
        """The text as the editor left it, without our remarks."""
        code = _run(self._command, self.path)
        try:
            text = _decoded(self.path.read_bytes(), "the text")
        except Usage as error:
            raise Refused(error.message, self.hint) from None
        written = "\n".join(line for line in text.split("\n") if not line.startswith(self._sign))
        if code == 0:
            return written
        if failed is None and written == self._text:
            self.path.unlink()
            raise Outside(f"the editor {self._command!r} ended with {code}", "set EDITOR to the one you use")
        raise Outside(f"the editor {self._command!r} ended with {code}; nothing was changed", self.hint)

    def _require_new(self, written: str, failed: Exception | None, left: int) -> None:
        blank = not written.strip()
        if blank and failed is None:
            self.path.unlink()
            raise Negative("aborted: the text is empty; nothing was changed")
        if failed is not None and (blank or written == self._text or not left):
            self._text = self._text if blank else written
            self._show([], 0)
            raise Negative(f"not saved: {failed}", self.hint)


def _new_file(folder: Path, stem: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for number in count(1):
        path = folder / f"{stem}-{number}.md"
        with contextlib.suppress(FileExistsError), path.open("xb"):
            return path
    raise AssertionError("numbers do not end")


def _run(command: str, path: Path) -> int:
    """Start the editor as git does, through the shell, and wait; Ctrl-C is the editor's meanwhile."""
    sys.stdout.flush()
    with _interrupts_ignored():
        if os.name == "nt":
            return subprocess.run(f'{command} "{path}"', shell=True, check=False).returncode
        words = ["sh", "-c", f'trap : INT\n{command} "$@"', command, str(path)]
        return subprocess.run(words, check=False).returncode


@contextlib.contextmanager
def _interrupts_ignored() -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    # A handler, unlike SIG_IGN, is not inherited: the editor keeps its own Ctrl-C. (So the shell's trap.)
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
