"""The type of a rule, and the context it is given."""

import functools
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from dataclasses import field
from typing import Any
from typing import Literal
from typing import TypeAlias
from typing import TypeVar

from talekeep.core.entry import has_plain_roles
from talekeep.core.entry import is_uuid
from talekeep.core.entry import messages_in
from talekeep.core.finding import Path
from talekeep.core.finding import Severity

Scope: TypeAlias = Literal["entry", "line", "dataset"]


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule's answer: what is wrong, in words, and where in the value it was given."""

    message: str
    path: Path = ()


# No value of an entry.
_NONE = object()


class _Looked:
    """The entry that rules look at, and what they asked of it so far."""

    def __init__(self) -> None:
        self.value: Any = _NONE
        self.answers: dict[Callable[..., Any], Any] = {}  # Any: each function answers with its own type


@dataclass(frozen=True, slots=True)
class Context:
    """The values a rule may consult beside the entry.

    Attributes:
        strict: positions are fixed (system prompt, then user and assistant in turn), and a broken frame
            hides what follows from it. This is how alternating trainers and RoleThread Lite look at an
            entry; otherwise tool turns, greetings and several replies in a row are understood.
        characters: slug of each character in the library → whether it is active.
        inactive_names: slugs and display names of the inactive characters.
        tags: slug of each tag of the vocabulary, the built-in ones included → its status.
        renamed: old name of a tag → its current one.
        known_keys: top-level keys this dataset uses on purpose, beside the usual ones.
        refusals: phrases this dataset counts as refusals, beside the shipped ones.
        endings: words this dataset lets a reply end with, beside the shipped ones.
        phrases: phrases this dataset counts as over-used, beside the shipped ones.
        split_exchanges: exchanges from which an entry is long enough to split.
        split_words: words of the assistant above which it is.
        max_bytes: size of an entry's line above which it is too big.
        looked: what several rules ask of the same entry, see `asked_once`.
    """

    strict: bool = False
    characters: Mapping[str, bool] = field(default_factory=dict)
    inactive_names: tuple[str, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    renamed: Mapping[str, str] = field(default_factory=dict)
    known_keys: frozenset[str] = frozenset()
    refusals: tuple[str, ...] = ()
    endings: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    split_exchanges: int = 8
    split_words: int = 2000
    max_bytes: int = 1_000_000
    looked: _Looked = field(default_factory=_Looked, init=False, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the table.

    `check` takes a JSON value (an entry; a line as text for scope `line`; what the rule's docstring
    says for scope `dataset`). It never raises, whatever the value, and never changes it. `bad` and
    `good` are such values, run by the tests and shown by `talekeep rule CODE`. `mend` gives the value
    without what the rule finds, where that can be done without touching a word anybody wrote; what it
    cannot mend it gives back as it is. `unless` is a quick question, mostly one that several rules share:
    where it is answered with yes, the rule finds nothing, and `check` need not be called.
    """

    code: str
    name: str
    severity: Severity
    summary: str
    why: str
    check: Callable[[Any, Context], Iterable[Hit]]
    repair: str | None
    bad: Any
    good: Any
    scope: Scope = "entry"
    mend: Callable[[Any, Context], Any] | None = None
    unless: Callable[[Any, Context], bool] | None = None


T = TypeVar("T")


@contextmanager
def looking_at(value: Any, context: Context) -> Iterator[None]:
    """While several rules look at one entry, answer what each of them asks (`asked_once`) once."""
    looked = context.looked
    looked.value = value
    try:
        yield
    finally:
        looked.value = _NONE
        looked.answers.clear()


def asked_once(function: Callable[[Any, Context], T]) -> Callable[[Any, Context], T]:
    """For a question that many rules ask. The answer is shared: nobody may change it."""

    @functools.wraps(function)
    def answer(value: Any, context: Context) -> T:
        if value is not context.looked.value:
            return function(value, context)
        answers = context.looked.answers
        if function not in answers:
            answers[function] = function(value, context)
        known: T = answers[function]
        return known

    return answer


def framed(value: Any, context: Context) -> list[Any]:
    """`messages_in`; under `strict` empty unless their number is 1 + 2n, n ≥ 1."""
    messages = messages_in(value)
    if context.strict and (len(messages) < 3 or len(messages) % 2 == 0):
        return []
    return messages


@asked_once
def turns(value: Any, context: Context) -> list[tuple[int, dict[str, Any]]]:
    """The messages that are objects, each with its index; under `strict` only of a sound frame."""
    messages = framed(value, context)
    if context.strict and messages and not isinstance(messages[0], dict):
        return []
    return [(index, message) for index, message in enumerate(messages) if isinstance(message, dict)]


@asked_once
def is_well_formed(value: Any, context: Context) -> bool:
    """Whether it is an entry with a UUID and with messages, each an object with a role of `ROLES`."""
    messages = messages_in(value)
    return bool(messages) and is_uuid(value.get("id")) and has_plain_roles(messages)


@asked_once
def is_ascii(value: Any, context: Context) -> bool:
    """Whether all its messages are."""
    return whole_text(value, context).isascii()


@asked_once
def whole_text(value: Any, context: Context) -> str:
    """Every text in the messages as one, roles and the calls of tools included, each on lines of its own.

    What is in none of it is in no message: a rule that looks for signs asks this once in place of each text.
    """
    waiting: list[Any] = messages_in(value).copy()
    texts: list[str] = []
    # Grows while it is walked.
    for held in waiting:
        for item in held.values() if isinstance(held, dict) else held if isinstance(held, list) else ():
            if isinstance(item, str):
                texts.append(item)
            elif item:
                waiting.append(item)
        if isinstance(held, str):
            texts.append(held)
    return "\n".join(texts)


def shown(value: Any) -> str:
    """A value as a finding names it: short text in quotes, anything else by its kind."""
    if isinstance(value, str):
        return f'"{value}"' if len(value) <= 40 else f'"{value[:39]}…"'
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "an object"
    return "a list" if isinstance(value, list) else "a number"
