"""What one side means to do to an entry, and what both sides make of it: the slow reference for merges.

It works from intentions, never from a diff.
"""

import itertools
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from typing import Any

from talekeep.core.entry_edit.split_join import turns_of
from talekeep.core.slug import slug

# What a side may do to an entry, and how often; "old" puts a tag on that the other side may be renaming.
ALONE = {"edit": 6, "two": 3, "insert": 2, "delete": 1, "tag": 2, "old": 1, "untag": 1, "gone": 1}
KINDS = {**ALONE, "split": 2, "join": 2}
# What a side may do to the whole dataset, and how often.
WIDE = {"nothing": 4, "rename tag": 2, "merge tag": 2, "rename character": 2}
CHARACTERS = ("mara", "wren", "ines", "kai")


def who(message: dict[str, Any]) -> str:
    return "" if message["role"] == "tool" else slug(str(message.get("name", "")))


@dataclass(frozen=True)
class Wide:
    """A name that one side gives up for another, everywhere."""

    kind: str = "nothing"
    old: str = ""
    new: str = ""

    @property
    def tags(self) -> dict[str, str]:
        return {self.old: self.new} if "tag" in self.kind else {}

    @property
    def names(self) -> dict[str, str]:
        return {self.old: self.new} if "character" in self.kind else {}

    def on_messages(self, messages: list[Any]) -> list[Any]:
        return [{**m, "name": self.names[who(m)]} if who(m) in self.names else m for m in messages]

    def on_tags(self, tags: list[str]) -> list[str]:
        return [*dict.fromkeys(self.tags.get(tag, tag) for tag in tags)]


@dataclass
class Intent:
    """What one side means to do to one entry; `delete` are messages that go, also to another entry."""

    edits: dict[int, tuple[int, str]] = field(default_factory=dict)
    insert: tuple[int, list[Any]] | None = None
    delete: set[int] = field(default_factory=set)
    tag: list[str] = field(default_factory=list)
    untag: str | None = None
    gone: bool = False
    wide: Wide = field(default_factory=Wide)
    # The commands: after which exchange to split, which entry to join to this one.
    split: int | None = None
    join: str | None = None
    # This entry goes into that one.
    into: str | None = None

    def without_moves(self) -> "Intent":
        """All but what a split or join moves: that is no change of any message."""
        moved = {"delete": set[int]()} if self.split else {"insert": None, "tag": []} if self.join else {}
        return replace(self, split=None, join=None, **moved)

    def words(self, entry: dict[str, Any]) -> list[str]:
        """What this side brings into an entry."""
        new = [word for _, word in self.edits.values()]
        inserted = [m["content"] for m in (self.insert[1] if self.insert else [])]
        tags = self.wide.on_tags([tag for tag in self.tag if tag not in entry.get("tags", [])])
        return [*new, *(text for text in inserted if isinstance(text, str)), *tags]

    def touched(self, entry: dict[str, Any]) -> set[int]:
        """Messages that stay and differ."""
        renamed = {n for n, m in enumerate(entry["messages"]) if who(m) in self.wide.names}
        return (renamed | self.edits.keys()) - self.delete


def chunks(message: dict[str, Any]) -> list[str]:
    return message["content"].split(" ")


def editable(entry: dict[str, Any]) -> list[int]:
    """Messages long enough that one word is little of them, and unlike all others of the entry."""
    texts = [json.dumps(m, sort_keys=True) for m in entry["messages"]]
    return [
        n
        for n, m in enumerate(entry["messages"])
        if isinstance(m.get("content"), str)
        and texts.count(texts[n]) == 1
        and len(spots(m)) >= 10
        and max(map(len, chunks(m))) * 5 < len(m["content"])
    ]


def spots(message: dict[str, Any]) -> list[int]:
    """Places of plain words: what stands there and beside it is one word each for anybody."""
    return [n for n, chunk in enumerate(chunks(message)) if chunk.isascii() and chunk.isalpha()]


def invent(dice: random.Random, entry: dict[str, Any], new: Iterator[str]) -> Intent:
    kind = dice.choices([*KINDS], [*KINDS.values()])[0]
    free = editable(entry)
    meant = Intent(gone=kind == "gone")
    if kind in ("edit", "two", "insert", "delete"):
        for number in dice.sample(free, min(len(free), 2 if kind == "two" else 1)):
            meant.edits[number] = (dice.choice(spots(entry["messages"][number])), next(new))
    if kind == "insert":
        chat = {"role": "assistant", "content": next(new)}
        meant.insert = (dice.randint(0, len(entry["messages"])), [chat])
    elif kind == "delete" and len(entry["messages"]) > 2 and free:
        meant.delete = {dice.choice(free)}
        meant.edits = {n: edit for n, edit in meant.edits.items() if n not in meant.delete}
    elif kind == "tag":
        meant.tag = [next(new)]
    elif kind == "untag" and entry.get("tags"):
        meant.untag = dice.choice(entry["tags"])
    elif kind == "split" and turns_of(entry["messages"]):
        turns = turns_of(entry["messages"])
        meant.split = dice.randrange(len(turns)) + 1
        meant.delete = set(range(turns[meant.split - 1], len(entry["messages"])))
    elif kind in ("join", "old"):
        meant.join, meant.tag = ("?", []) if kind == "join" else (None, ["?"])
    return meant


def opening(messages: list[Any]) -> list[Any]:
    return [*itertools.takewhile(lambda m: m["role"] in ("system", "developer"), messages)]


def applied(entry: dict[str, Any], *sides: Intent) -> dict[str, Any] | None:
    """The entry as it is when all of these are done to it; only asked where they do not clash."""
    if any(side.gone for side in sides):
        return None
    messages: list[Any] = [dict(m) for m in entry["messages"]]
    for side in sides:
        messages = side.wide.on_messages(messages)
    for number, message in enumerate(messages):
        words = {at: word for side in sides for n, (at, word) in side.edits.items() if n == number}
        if words:
            message["content"] = " ".join(words.get(at, c) for at, c in enumerate(chunks(message)))
    gaps: dict[int, list[Any]] = {}
    for side in sides:
        if side.insert and gaps.get(side.insert[0]) != side.insert[1]:
            gaps.setdefault(side.insert[0], []).extend(side.insert[1])
    gone = set[int]().union(*(side.delete for side in sides))
    collected: list[Any] = []
    for number in range(len(messages) + 1):
        collected += gaps.get(number, [])
        collected += messages[number : number + 1] if number not in gone else []
    before = entry.get("tags", [])
    left = {side.untag for side in sides} | {old for side in sides for old in side.wide.tags}
    tags = [tag for tag in before if tag not in left]
    # A tag that is there already is not put on: the other side may take it off.
    tags += [
        new for side in sides for old, new in side.wide.tags.items() if old in before and new not in before
    ]
    more = [(side, [tag for tag in side.tag if tag not in before]) for side in sides]
    tags += [tag for side, fresh in more for tag in side.wide.on_tags(fresh)]
    return {**entry, "messages": collected, "tags": [*dict.fromkeys(tags)]}


def clashes(entry: dict[str, Any], a: Intent, b: Intent) -> int | None:
    """How many conflicts a person would see; None where it is a matter of taste."""
    if a.split or b.split or a.join or b.join or a.into or b.into:
        return clashes_of_moved(entry, a, b)
    if a.gone or b.gone:
        untouched = any(applied(entry, x) == entry for x in (a, b))
        return 0 if (a.gone and b.gone) or untouched else 1
    count = 0
    for number in a.edits.keys() & b.edits.keys():
        distance = abs(a.edits[number][0] - b.edits[number][0])
        if 0 < distance < 6:
            return None
        count += distance == 0
    touched = [(a.delete, b.touched(entry)), (b.delete, a.touched(entry))]
    for start, stop in gaps_of(len(entry["messages"]), a.delete | b.delete):
        here = [x.insert is not None and start <= x.insert[0] <= stop for x in (a, b)]
        lost = any(start <= n < stop for deleted, changed in touched for n in deleted & changed)
        if any(here) and stop > start:
            return None
        count += (all(here) and a.insert != b.insert) or lost
    return count


def clashes_of_moved(entry: dict[str, Any], a: Intent, b: Intent) -> int | None:
    """The same where one side split or joined the entry; None where both did, or one at the cut."""
    mover, other = (a, b) if a.split or a.join or a.into else (b, a)
    if other.split or other.join or other.into:
        return None
    if mover.into:
        # What was done to it goes along.
        return None if other.gone else 0
    if other.gone:
        # Every part is in question.
        return 2 if mover.split else 1
    if mover.split and other.insert and other.insert[0] == min(mover.delete):
        return None
    return clashes(entry, mover.without_moves(), other)


def gaps_of(length: int, gone: set[int]) -> Iterator[tuple[int, int]]:
    """Between messages that stay: (first, behind the last) of those that go there."""
    stays = [-1, *(n for n in range(length) if n not in gone), length]
    return ((left + 1, right) for left, right in itertools.pairwise(stays))
