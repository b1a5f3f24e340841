"""The commit-msg hook: the trailers that Talekeep's own commits carry, for a plain `git commit`.

It helps and judges nothing. Where a line of the staged parts cannot be read, nothing is counted and nothing
added. A message that names an operation already (picked, rebased, made by Talekeep) stays as it is, only
`--amend` counts anew. It starts with every commit, so it takes a clone and loads no more than that.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from talekeep.ops.workspace.counts import counted
from talekeep.store import files
from talekeep.store.clone.clone import Clone
from talekeep.store.files import at_home
from talekeep.store.view import Difference

_OPERATION = re.compile(r"^Talekeep-Op: ", re.MULTILINE)
_ENTRIES = re.compile(r"^Talekeep-Entries: .*$", re.MULTILINE)
_TRAILER = re.compile(r"[A-Za-z0-9-]+\s*:|\(cherry picked from commit |\s")
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_SIGNED = re.compile(r"Signed-off-by: ")
_SCISSORS = " ------------------------ >8 ------------------------"
# `core.commentChar = auto` lets git choose one of these.
_COMMENTS = tuple("#;@!$%^&|:")


def add_trailers(clone: Clone, place: Path, git: int | None = None) -> None:
    """Add to the message in a file what the commit is about to do to entries, in numbers.

    Args:
        git: the process that runs the hook; only its command line says that it amends.
    """
    text = place.read_bytes().decode("utf-8", "surrogateescape")
    amended = clone.history.head() if git is not None and "--amend" in _command_line(git) else None
    if _OPERATION.search(text) and amended is None:
        return
    counted = _counts(clone, amended)
    if counted is None:
        return
    operation = "merge" if clone.unfinished.merging() else "commit"
    made = with_trailers(text, operation, counted, comments=_comments(clone), template=_template(clone))
    if made != text:
        files.replace(place, made.encode("utf-8", "surrogateescape"))


def with_trailers(
    text: str, operation: str, entries: str, *, comments: tuple[str, ...] = ("#",), template: str = ""
) -> str:
    """The message with both trailers behind the last paragraph and before what git cuts off; with the
    numbers put right where it has them already. An empty message stays empty, so that git gives up.

    Args:
        comments: what begins a comment line; () where the message has none.
        template: what `commit.template` had put there.
    """
    if _OPERATION.search(text):
        before = list(_ENTRIES.finditer(text))
        start, end = before[-1].span() if before else (0, 0)
        return f"{text[:start]}Talekeep-Entries: {entries}{text[end:]}" if before else text
    body, rest = _divided(_LINE.findall(text), comments)
    if _written_lines(body, comments) in ([], _written_lines(_LINE.findall(template), comments)):
        return text
    gap = "" if _ends_in_trailers(body, comments) else "\n"
    written = "".join(body).rstrip("\n")
    added = f"{gap}Talekeep-Op: {operation}\nTalekeep-Entries: {entries}\n"
    return f"{written}\n{added}{''.join(rest)}"


def _divided(lines: list[str], comments: tuple[str, ...]) -> tuple[list[str], list[str]]:
    """The message itself, and from the blank and comment lines at its end on what git cuts off."""
    scissors = {sign + _SCISSORS for sign in comments}
    cuts = (n for n, line in enumerate(lines) if line.rstrip("\n") in scissors)
    end = next(cuts, len(lines))
    while end and (not lines[end - 1].strip() or _is_comment(lines[end - 1], comments)):
        end -= 1
    return lines[:end], lines[end:]


def _is_comment(line: str, comments: tuple[str, ...]) -> bool:
    return line.startswith(comments)


def _written_lines(lines: Iterable[str], comments: tuple[str, ...]) -> list[str]:
    """What a person wrote: git takes a message of nothing else for empty."""
    return [
        line.strip()
        for line in lines
        if line.strip() and not _is_comment(line, comments) and not _SIGNED.match(line)
    ]


def _ends_in_trailers(body: list[str], comments: tuple[str, ...]) -> bool:
    lines = [line for line in body if not _is_comment(line, comments)]
    gaps = [n for n, line in enumerate(lines) if not line.strip()]
    # The first paragraph is the subject, even if it reads `fix: the lamp`.
    if not gaps or not any(line.strip() for line in lines[: gaps[-1]]):
        return False
    last = lines[gaps[-1] + 1 :]
    return bool(last) and not last[0][0].isspace() and all(_TRAILER.match(line) for line in last)


def _comments(clone: Clone) -> tuple[str, ...]:
    # Without an editor git cuts no comments off: a line `#12 is done` is part of the message.
    if os.environ.get("GIT_EDITOR") == ":":
        return ()
    chosen = clone.settings.effective("core", "commentChar") or "#"
    return _COMMENTS if chosen == "auto" else (chosen,)


def _template(clone: Clone) -> str:
    named = clone.settings.effective("commit", "template")
    place = clone.path / at_home(named) if named else None
    return place.read_text(encoding="utf-8", errors="replace") if place and place.is_file() else ""


def _command_line(process: int) -> list[str]:
    place = Path(f"/proc/{process}/cmdline")
    if place.is_file():
        return place.read_text(encoding="utf-8", errors="replace").split("\0")
    ps = shutil.which("ps")
    asked = [ps, "-o", "args=", "-p", str(process)] if ps else None
    completed = subprocess.run(asked, capture_output=True, text=True, check=False) if asked else None
    return completed.stdout.split() if completed else []


def _counts(clone: Clone, amended: str | None) -> str | None:
    """`+2 ~0 -1`: what is staged against the last commit (or what the amended one was built on)."""
    # `git commit -a` and `git commit PATH` prepare an index of their own and name it here.
    named = os.environ.get("GIT_INDEX_FILE")
    staged = clone.staged(clone.staging.read(clone.path / named if named else None))
    head: str | None = clone.history.head()
    if amended is not None:
        head = next(iter(clone.history.commit(amended).parents), None)
    before = clone.of_commit(head) if head else clone.nothing()
    result = counted(Difference(before, staged))
    return (
        None if result.unreadable or result.mended else f"+{result.added} ~{result.changed} -{result.removed}"
    )
