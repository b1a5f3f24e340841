"""What a query is made of, and when an entry matches it. `core.query` reads one from text."""

import re
import unicodedata
from collections.abc import Callable
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from operator import eq
from operator import ge
from operator import gt
from operator import le
from operator import lt
from typing import Protocol
from typing import TypeAlias

from talekeep.core.entry import Entry
from talekeep.core.entry import exchanges_of
from talekeep.core.entry import messages_of
from talekeep.core.entry import tags_of
from talekeep.core.entry import text_of
from talekeep.core.entry import words_in
from talekeep.core.errors import Usage
from talekeep.core.slug import slug
from talekeep.core.words import UNSPACED


class Lookup(Protocol):
    """What a query asks that no entry can answer by itself."""

    def source_of(self, entry_id: str) -> str | None:
        """The source (its slug or its file name) an entry was imported from."""

    def issues_of(self, entry: Entry) -> frozenset[str]:
        """The codes and names of the rules that find something in an entry."""


@dataclass(frozen=True, slots=True)
class Text:
    """Text in one message: anywhere in it, or as a `phrase` of whole words."""

    value: str
    phrase: bool = False
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Count:
    """A number of an entry (a key of `COUNTS`) compared (a key of `COMPARE`) with a limit."""

    name: str
    op: str
    limit: int
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Word:
    """`key:value` for a key of `KEYS`, or one of `FLAGS`, whose value is ""."""

    key: str
    value: str
    negated: bool = False


Term: TypeAlias = Text | Count | Word


@dataclass(frozen=True, slots=True)
class Query:
    """Terms that must all hold; `roles` limits the texts to messages of these roles (() = all)."""

    terms: tuple[Term, ...] = ()
    roles: tuple[str, ...] = ()

    @property
    def needs_sources(self) -> bool:
        return any(isinstance(term, Word) and term.key == "source" for term in self.terms)

    @property
    def needs_issues(self) -> bool:
        return any(isinstance(term, Word) and term.key == "issue" for term in self.terms)

    def matches(self, entry: Entry, lookup: Lookup | None = None) -> bool:
        """Whether every term holds.

        Raises:
            Usage: the query asks for sources or issues and there is no lookup to answer.
        """
        if lookup is None and (self.needs_sources or self.needs_issues):
            raise Usage(
                "`source:` and `issue:` can be answered only inside a dataset", "talekeep list --where …"
            )
        texts: list[str] | None = None
        for term in self.terms:
            if isinstance(term, Text):
                if texts is None:
                    texts = [folded(text) for text in _texts(entry, self.roles)]
                holds = any(_finds(term, text) for text in texts)
            elif isinstance(term, Count):
                holds = COMPARE[term.op](COUNTS[term.name](entry), term.limit)
            else:
                holds = (FLAGS.get(term.key) or KEYS[term.key])(entry, term.value, lookup)
            if holds == term.negated:
                return False
        return True

    def may_match(self, line: bytes) -> bool:
        """False where a line in `entries/` cannot match, told from its bytes; never a wrong False."""
        needles = _needles(self)
        # Only of plain ASCII is it certain how the text is spelled in the line.
        if not needles or not line.isascii() or b"\\u" in line:
            return True
        lowered = line.lower()
        return all(needle in lowered for needle in needles)

    def __str__(self) -> str:
        """The query as text that `parse` reads as the same query."""
        scope = [f"in:{','.join(self.roles)}"] if self.roles else []
        return " ".join([*map(_spelled, self.terms), *scope])


def _texts(entry: Entry, roles: tuple[str, ...]) -> Iterator[str]:
    for message in messages_of(entry):
        if not roles or message.get("role") in roles:
            yield text_of(message)


def folded(text: str) -> str:
    """Text as it is compared: NFKC, casefolded, runs of white space one space, none at the ends."""
    if text.isascii():
        return " ".join(text.lower().split())
    once = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(unicodedata.normalize("NFKC", once).split())


def _finds(term: Text, text: str) -> bool:
    needle = _needle(term.value)
    return needle in text and (not term.phrase or _phrase(needle).search(text) is not None)


_needle = lru_cache(maxsize=256)(folded)
_slug = lru_cache(maxsize=4096)(slug)


@lru_cache(maxsize=256)
def _phrase(needle: str) -> re.Pattern[str]:
    """The phrase between word borders, where its ends are letters of a script that writes spaces."""
    letter = rf"[^\W{UNSPACED}]"
    start = rf"(?<!{letter})" if re.match(letter, needle) else ""
    end = rf"(?!{letter})" if re.match(letter, needle[-1]) else ""
    return re.compile(f"{start}{re.escape(needle)}{end}")


@lru_cache(maxsize=64)
def _needles(query: Query) -> tuple[bytes, ...]:
    texts = [_needle(term.value) for term in query.terms if isinstance(term, Text) and not term.negated]
    runs = (max(re.findall(r"[a-z0-9]+", text) or [""], key=len) for text in texts)
    return tuple(run.encode() for run in runs if run)


def _words_of(entry: Entry) -> int:
    return sum(words_in(text_of(message)) for message in messages_of(entry))


def _has_tag(entry: Entry, value: str, _: Lookup | None) -> bool:
    tags = tags_of(entry)
    return value in tags or any(_slug(tag) == value for tag in tags)


def _has_character(entry: Entry, value: str, _: Lookup | None) -> bool:
    names = [message.get("name") for message in messages_of(entry)]
    return any(isinstance(name, str) and _slug(name) == value for name in names)


def _has_role(entry: Entry, value: str, _: Lookup | None) -> bool:
    return any(message.get("role") == value for message in messages_of(entry))


def _has_id(entry: Entry, value: str, _: Lookup | None) -> bool:
    found = entry.get("id")
    return isinstance(found, str) and found.casefold().startswith(value)


def _has_source(entry: Entry, value: str, lookup: Lookup | None) -> bool:
    source = lookup.source_of(entry["id"]) if lookup and isinstance(entry.get("id"), str) else None
    return source is not None and _slug(source) == _slug(value)


def _has_issue(entry: Entry, value: str, lookup: Lookup | None) -> bool:
    return lookup is not None and value in {issue.casefold() for issue in lookup.issues_of(entry)}


Test: TypeAlias = Callable[[Entry, str, Lookup | None], bool]

KEYS: dict[str, Test] = {
    "tag": _has_tag,
    "character": _has_character,
    "role": _has_role,
    "id": _has_id,
    "issue": _has_issue,
    "source": _has_source,
}
FLAGS: dict[str, Test] = {"untagged": lambda entry, _, __: not tags_of(entry)}
COUNTS: dict[str, Callable[[Entry], int]] = {
    "exchanges": exchanges_of,
    "messages": lambda entry: len(messages_of(entry)),
    "words": _words_of,
}
COMPARE: dict[str, Callable[[int, int], bool]] = {"<": lt, "<=": le, "=": eq, ">=": ge, ">": gt}


def _spelled(term: Term) -> str:
    sign = "-" if term.negated else ""
    if isinstance(term, Count):
        return f"{sign}{term.name}{term.op}{term.limit}"
    if isinstance(term, Word):
        return sign + (f"{term.key}:{_quoted_if_needed(term.value)}" if term.key in KEYS else term.key)
    return sign + (_quoted(term.value) if term.phrase else f"text:{term.value}")


def _quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _quoted_if_needed(value: str) -> str:
    return _quoted(value) if value.startswith('"') or any(map(str.isspace, value)) else value
