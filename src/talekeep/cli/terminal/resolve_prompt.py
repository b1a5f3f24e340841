"""`resolve` on a terminal: one conflict after the other, each settled as soon as it is answered."""

from collections.abc import Callable
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click
import orjson

from talekeep.cli.app import App
from talekeep.core import codec
from talekeep.core.errors import BadRecord
from talekeep.core.errors import Negative
from talekeep.core.errors import Usage

if TYPE_CHECKING:
    from talekeep.ops.merge.conflicts import Choice
    from talekeep.ops.merge.open_conflict import Open
    from talekeep.ops.merge.resolve import Resolved

# Key → answer and what it does.
_ANSWERS = {
    "o": ("ours", "keep this branch's version"),
    "t": ("theirs", "keep the other branch's version"),
    "b": ("both", "keep both: ours, then theirs"),
    "a": ("base", "go back to what both started from"),
    "e": ("edit", "write it in $EDITOR, beginning with ours"),
    "s": ("skip", "leave this one open"),
    "q": ("quit", "stop here; what was settled stays settled"),
    "?": ("help", "show this"),
}
_BY_WORD = {word: word for word, _ in _ANSWERS.values()} | {key: word for key, (word, _) in _ANSWERS.items()}


def walk(app: App, shown: "Callable[[Open], Iterable[str]]", *, dry_run: bool) -> "Resolved":
    """Ask for each open conflict in turn; `shown` are the lines that tell one."""
    from talekeep.ops.merge import conflicts
    from talekeep.ops.merge import resolve

    settled: list[Open] = []
    passed = 0
    # Settling one moves the places of others: they are looked up anew each time.
    while left := [c for c in conflicts.conflicts(app.dataset) if c.entry is not None][passed:]:
        for line in (f"{len(left)} left", *shown(left[0])):
            app.output.line(line)
        try:
            answer = _asked(app)
            if answer == "quit":
                break
            if answer == "edit":
                settled += written(app, left[0], dry_run=dry_run).resolved
            elif answer != "skip":
                settled += _settle(app, left[0], resolve.choose_side(answer), dry_run=dry_run).resolved
            passed += dry_run or answer == "skip"
        except (Usage, Negative) as problem:
            app.output.line(f"{problem.message}: {problem.hint}" if problem.hint else problem.message)
    after = conflicts.conflicts(app.dataset)
    staged = {c.file for c in settled} - {c.file for c in after}
    return resolve.Resolved(settled, after, sorted(staged))


def _settle(app: App, row: "Open", choice: "Choice", *, dry_run: bool) -> "Resolved":
    from talekeep.ops.merge import resolve

    return resolve.resolve(app.dataset, choice, entry=row.entry, path=row.path, dry_run=dry_run)


def _asked(app: App) -> str:
    """What to do with one conflict: an answer's word."""
    while True:
        text = click.prompt(f"[{','.join(_ANSWERS)}]", prompt_suffix=" ").strip().lower()
        answer = _BY_WORD.get(text, "help")
        if answer != "help":
            return answer
        for key, (word, what) in _ANSWERS.items():
            app.output.line(f"  {key}  {word:<7} {what}")


def written(app: App, row: "Open", *, dry_run: bool) -> "Resolved":
    """Settle a conflict with what is written in the editor in place of ours.

    Raises:
        Negative: nothing was written. Else see `editor.Writing`; the text is kept then.
    """
    from talekeep.cli.terminal import editor
    from talekeep.ops.merge import resolve

    start = row.ours if isinstance(row.ours, str) else "" if row.ours is None else _json(row.ours)
    place = ".".join(map(str, row.path))
    resume = " ".join(["talekeep resolve", str(row.entry), *([place] if place else []), "--value"])

    def take(text: str) -> "Resolved":
        if text.rstrip("\n") == start.rstrip("\n"):
            raise editor.Unchanged("nothing was written; --ours keeps this branch's version")
        return _settle(app, row, resolve.choose_value(value(text, row)), dry_run=dry_run)

    return editor.Writing(app, "resolve", start, resume=resume).tried(take, dry_run=dry_run)


def _json(given: object) -> str:
    return orjson.dumps(given, option=orjson.OPT_INDENT_2).decode()


def value(text: str, conflict: "Open | None") -> object:
    """Text where the sides are text, else JSON.

    Raises:
        Usage: it is no JSON, or not what fits the place.
    """
    if conflict is None or isinstance(conflict.ours, str) or isinstance(conflict.theirs, str):
        return text.rstrip("\n")
    try:
        made = codec.decode(text.encode())
    except BadRecord as reason:
        raise Usage(f"that is no JSON ({reason})", "write a text in quotes, or the value as JSON") from None
    if len(conflict.path) == 2 and conflict.path[0] == "messages" and not _are_objects(made):
        raise Usage("the place holds messages", "write a list of them, as talekeep conflicts --json shows it")
    if conflict.path == () and not (
        isinstance(made, dict) and made.get("id", conflict.entry) == conflict.entry
    ):
        raise Usage("the place holds the whole entry", "write it as one JSON object, and leave its id")
    return made


def _are_objects(made: object) -> bool:
    return isinstance(made, list) and all(isinstance(one, dict) for one in made)
