"""What two machines mean together: messages by a number that no text shows, with their speakers and other
replies, and the three-way merge of them that the product has to agree with."""

import itertools
import json
from collections import Counter
from dataclasses import dataclass
from dataclasses import replace
from typing import Any
from typing import NamedTuple
from typing import TypeAlias


class Other(NamedTuple):
    """Another reply: its text, and the words of it."""

    text: str
    words: tuple[str, ...]


@dataclass(frozen=True)
class Message:
    number: int
    role: str
    words: tuple[str, ...]
    between: str
    name: str | None = None
    others: frozenset[Other] = frozenset()

    def value(self) -> dict[str, Any]:
        named = {} if self.name is None else {"name": self.name}
        return {"role": self.role, **named, "content": self.between.join(self.words)}


State: TypeAlias = dict[str, list[Message]]
# The text of an alternative, and the message it is of.
Bound = Counter[tuple[str, str]]


def shown(messages: list[Message]) -> Counter[str]:
    return Counter(json.dumps(message.value(), sort_keys=True) for message in messages)


def bound(messages: list[Message]) -> Bound:
    return Counter(
        (other.text, json.dumps(message.value(), sort_keys=True))
        for message in messages
        for other in message.others
    )


def merged(base: State, ours: State, theirs: State) -> tuple[State, set[int]]:
    """What both sides mean together, order aside, and the messages about which they differ."""
    old, mine, yours = (held(side) for side in (base, ours, theirs))
    clashing: set[int] = set()
    wanted: State = {}
    homes: dict[int, Any] = {}
    for number in sorted({*mine, *yours}):
        if number in old and (number not in mine or number not in yours):
            _, left = (mine if number in mine else yours)[number]
            clashing |= {number} if replace(left, others=old[number][1].others) != old[number][1] else set()
            continue
        entry, message = mine.get(number) or yours[number]
        if number in mine and number in yours and number in old:
            message = together(old[number][1], message, yours[number][1], clashing)
            entry = home(number, sides=(base, ours, theirs), held=(old, mine, yours), clashing=clashing)
            homes[number] = (entry, message)
        elif number not in old:
            own, other = (ours, yours) if number in mine else (theirs, mine)
            # Where its neighbor is in the end, which either machine may have moved.
            entry = beside(number, own[entry], entry, old, {n: homes.get(n, at) for n, at in other.items()})
        wanted.setdefault(entry, []).append(message)
    return wanted, clashing


def home(number: int, sides: Any, held: Any, clashing: set[int]) -> str:
    """The entry of a message that both machines kept."""
    base, ours, theirs = sides
    old, mine, yours = held
    (was, _), (here, _), (there, _) = old[number], mine[number], yours[number]
    if len({was, here, there}) == 3:
        # One machine joined what the other split, or each moved it to another entry.
        cut = [name for name in (here, there) if name not in base]
        clashing |= {number} if len(cut) != 1 else set()
        return str(cut[0] if cut else here)
    own, other = (theirs, mine) if here == was else (ours, yours)
    entry = there if here == was else here
    if entry != was:
        # Joined to an entry that the other machine may have split.
        native = {n: place for n, place in old.items() if place[0] == entry}
        return beside(number, own[entry], entry, native, other)
    return str(entry)


def held(state: State) -> dict[int, tuple[str, Message]]:
    return {message.number: (name, message) for name, chat in state.items() for message in chat}


def in_order(state: State, first: int, second: int) -> bool | None:
    """Whether a state has one message before the other in an entry; None where it has not both in one."""
    for chat in state.values():
        numbers = [message.number for message in chat]
        if first in numbers and second in numbers:
            return numbers.index(first) < numbers.index(second)
    return None


def together(old: Message, mine: Message, yours: Message, clashing: set[int]) -> Message:
    sides = [(b, a, c) for b, a, c in zip(old.words, mine.words, yours.words, strict=True)]
    sides.append((old.name, mine.name, yours.name))
    if any(a != c and b not in (a, c) for b, a, c in sides):
        clashing.add(old.number)
    words = tuple(c if a == b else a for b, a, c in sides[:-1])
    name = yours.name if mine.name == old.name else mine.name
    others = (mine.others & yours.others) | ((mine.others ^ yours.others) - old.others)
    return replace(mine, words=words, name=name, others=others)


def beside(number: int, chat: list[Message], entry: str, old: dict[int, Any], other: dict[int, Any]) -> str:
    """The entry of a new message: where the other side has the message before it, else the one behind."""
    place = next(n for n, message in enumerate(chat) if message.number == number)
    for message in itertools.chain(reversed(chat[:place]), chat[place:]):
        at = other.get(message.number)
        if message.number in old and at is not None:
            return str(at[0]) if at[0] != old[message.number][0] else entry
    return entry
