"""Versions of a message or an entry beside each other, with the words that came and went."""

from dataclasses import dataclass
from typing import Any
from typing import TypeAlias

from talekeep.core.entry import Entry
from talekeep.core.entry import text_of
from talekeep.core.merge.diff import Change
from talekeep.core.merge.diff import FieldChange
from talekeep.core.merge.diff import folded
from talekeep.core.script import script
from talekeep.core.text import word_diff

# Runs of words that stayed (=), went (-) and came (+).
Runs: TypeAlias = list[tuple[word_diff.Op, str]]


@dataclass(frozen=True, slots=True)
class Pair:
    """A message before and after: who speaks, what stood and stands there (None on a side without it), and
    other keys that changed; `folded` is how many unchanged messages it stands for instead."""

    speaker: str = ""
    kind: str = ""
    left: Runs | None = None
    right: Runs | None = None
    fields: tuple[FieldChange, ...] = ()
    folded: int = 0

    @property
    def both(self) -> Runs:
        """Both sides in one text."""
        if self.left is None or self.right is None:
            op: word_diff.Op = "+" if self.left is None else "-"
            return [(op, "".join(text for _, text in self.right or self.left or []))]
        return word_diff.compare(text_on(self.left, "+"), text_on(self.right, "-"))


def text_on(runs: Runs, other: word_diff.Op) -> str:
    """The text of one side: all runs but those of the other."""
    return "".join(text for op, text in runs if op != other)


def pairs(change: Change) -> list[Pair]:
    """The messages of a changed entry, each run of unchanged ones as a number."""
    return [
        Pair(folded=item) if isinstance(item, int) else _pair(change, item)
        for item in folded(change.messages)
    ]


def _pair(change: Change, item: Any) -> Pair:
    before, after = _at(change.before, item.before), _at(change.after, item.after)
    shown = after if after is not None else before or {}
    speaker = str(shown.get("name") or shown.get("role", "?"))
    others = tuple(f for f in item.fields if f.path != ("content",))
    if before is None or after is None:
        runs: Runs = [("=", text_of(shown))]
        left, right = (None, runs) if before is None else (runs, None)
        return Pair(speaker, item.kind, left, right, others)
    runs = word_diff.compare(text_of(before), text_of(after))
    old, new = ([run for run in runs if run[0] != other] for other in "+-")
    return Pair(speaker, item.kind, old, new, others)


def _at(entry: Entry | None, index: int | None) -> Entry | None:
    message = entry["messages"][index] if entry is not None and index is not None else None
    return message if isinstance(message, dict) else None


@dataclass(frozen=True, slots=True)
class Sides:
    """One place in three versions, each as text compared with the first; None where it is not there."""

    place: str
    base: Runs | None
    ours: Runs | None
    theirs: Runs | None


def sides(place: str, base: Any, ours: Any, theirs: Any) -> Sides:
    """Three values of one place as people read them."""
    texts = [None if value is None else readable(value) for value in (base, ours, theirs)]
    first = texts[0] or ""
    compared = [None if text is None else word_diff.compare(first, text) for text in texts[1:]]
    return Sides(place, None if texts[0] is None else [("=", first)], *compared)


def readable(value: Any) -> str:
    """A value of an entry as text: a text as it is, messages and entries as a script, else JSON."""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and value and all(isinstance(each, dict) for each in value):
        return script.render({"messages": value}).strip("\n")
    if isinstance(value, dict) and "messages" in value:
        return script.render(value).strip("\n")
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def place_of(path: tuple[str | int, ...], names: list[str]) -> str:
    """A path in an entry in words: `messages.1.content` → `message 2, mara`."""
    if len(path) > 1 and path[0] == "messages" and isinstance(path[1], int):
        who = names[path[1]] if path[1] < len(names) else ""
        rest = [str(step) for step in path[2:] if step != "content"]
        return ", ".join([f"message {path[1] + 1}", *([who] if who else []), *rest])
    return ".".join(map(str, path)) or "the whole entry"
