"""`resolve` on a terminal: one conflict after the other, each settled as soon as it is answered."""

from collections.abc import Callable
from collections.abc import Iterable
from typing import TYPE_CHECKING
from typing import Any

import click
import orjson

from talekeep.cli.app import App
from talekeep.core import codec
from talekeep.core.errors import BadRecord
from talekeep.core.errors import Usage

if TYPE_CHECKING:
    from talekeep.ops.conflicts import Choice
    from talekeep.ops.conflicts import Open
    from talekeep.ops.conflicts import Resolved

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
    from talekeep.ops import conflicts as ops

    settled: list[Open] = []
    passed = 0
    # Settling one moves the places of others: they are looked up anew each time.
    while left := [c for c in ops.conflicts(app.dataset) if c.entry is not None][passed:]:
        for line in (f"{len(left)} left", *shown(left[0])):
            app.output.line(line)
        try:
            choice = _asked(app, left[0])
            if choice is None:
                break
            if choice != "skip":
                settled += _settle(app, left[0], choice, dry_run=dry_run)
            passed += dry_run or choice == "skip"
        except Usage as problem:
            app.output.line(f"{problem.message}: {problem.hint}")
    after = ops.conflicts(app.dataset)
    staged = {c.file for c in settled} - {c.file for c in after}
    return ops.Resolved(settled, after, sorted(staged))


def _settle(app: App, row: "Open", choice: Any, *, dry_run: bool) -> "list[Open]":
    from talekeep.ops import conflicts as ops

    return ops.resolve(app.dataset, choice, entry=row.entry, path=row.path, dry_run=dry_run).resolved


def _asked(app: App, row: "Open") -> "Choice | str | None":
    """What to do with one conflict: a choice, `skip`, or None to quit."""
    from talekeep.ops import conflicts as ops

    while True:
        said = click.prompt(f"[{','.join(_ANSWERS)}]", prompt_suffix=" ").strip().lower()
        answer = _BY_WORD.get(said, "help")
        if answer == "help":
            for key, (word, what) in _ANSWERS.items():
                app.output.line(f"  {key}  {word:<7} {what}")
        elif answer == "edit":
            written = edited(row)
            if written is not None:
                return ops.choose_value(written)
            app.output.line("nothing was written")
        else:
            return None if answer == "quit" else "skip" if answer == "skip" else ops.choose_side(answer)


def edited(found: "Open | None") -> Any:
    """What was written in the editor in place of ours; None where it was left without saving."""
    ours = found.ours if found else None
    start = ours if isinstance(ours, str) else "" if ours is None else _json(ours)
    written = click.edit(start)
    return None if written is None else value(written, found)


def _json(given: Any) -> str:
    return orjson.dumps(given, option=orjson.OPT_INDENT_2).decode()


def value(text: str, found: "Open | None") -> Any:
    """Text where the sides are text, else JSON.

    Raises:
        Usage: it is no JSON, or not what fits the place.
    """
    if found is None or isinstance(found.ours, str) or isinstance(found.theirs, str):
        return text.rstrip("\n")
    try:
        made = codec.decode(text.encode())
    except BadRecord as reason:
        raise Usage(f"that is no JSON ({reason})", "write a text in quotes, or the value as JSON") from None
    if len(found.path) == 2 and found.path[0] == "messages" and not _are_objects(made):
        raise Usage("the place holds messages", "write a list of them, as talekeep conflicts --json shows it")
    if found.path == () and not (isinstance(made, dict) and made.get("id", found.entry) == found.entry):
        raise Usage("the place holds the whole entry", "write it as one JSON object, and leave its id")
    return made


def _are_objects(made: Any) -> bool:
    return isinstance(made, list) and all(isinstance(one, dict) for one in made)
